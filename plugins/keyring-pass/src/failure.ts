import { dirname, join } from 'node:path'
import {
  KeyringItemError,
  KeyringLockedError,
  KeyringStorageError,
  PromptCancelledError,
  printable,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { findExecutable, type ProgramEnd, type ProgramEnvironment } from '@aws-vault/plugin-sdk/program'
import { decryptionError, GPG_ERR, statuses, wordsOf } from './gpg-status.ts'
import { gpgIdFile, type PasswordStore } from './password-store.ts'

/** What failed. */
export interface Failed {
  /** Such as `read the item "dev"`. */
  readonly what: string
  readonly end: ProgramEnd
  readonly store: PasswordStore
  /** The entry's file. */
  readonly file: string
  readonly environment: ProgramEnvironment
  /** Why gpg could not decrypt, as a number of {@link GPG_ERR}, where it has been found out. */
  readonly reason?: number | undefined
}

/** The error for a program that cannot be started. */
export function commandMissing(command: string, cause?: unknown): VaultError {
  return new VaultError('ERR_PASS_NOT_FOUND', `the program "${printable(command)}" cannot be started`, {
    hint: 'install it (pass: https://www.passwordstore.org), or name another one: --pass-cmd PROGRAM',
    facts: { keyring: 'pass' },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What to throw when `pass` has failed: the reason that gpg gave it, in words for the user. */
export function explain(failed: Failed): VaultError {
  const { what, end, store, environment } = failed
  const facts = { keyring: 'pass', store: store.root }
  const make = (code: string, why: string, hint: string): VaultError =>
    new VaultError(code, `cannot ${what}: ${why}`, { hint, facts })

  if (end.timedOut) {
    return make('ERR_PASS_TIMEOUT', `${store.command} did not end in time`, 'see what it waits for: run it by hand')
  }
  if (findExecutable('gpg', environment) === undefined && findExecutable('gpg2', environment) === undefined) {
    return make('ERR_PASS_GPG', 'gpg is not installed', 'install GnuPG (package gnupg)')
  }
  if (!environment.PASSWORD_STORE_KEY && gpgIdFile(store, dirname(failed.file)) === undefined) {
    return make('ERR_PASS_STORE', `there is no password store in ${store.root}`, initialise(store))
  }
  const [recipient] = statuses(end.stderr, 'INV_RECP')
  if (recipient !== undefined) {
    const [, ...name] = recipient.split(' ')
    const id = printable(name.join(' '))
    return make(
      'ERR_PASS_RECIPIENT',
      `gpg has no key of "${id}" that it may encrypt for (it is missing, has expired, or is not trusted)`,
      `look at it: gpg --list-keys '${id}'; whose keys are used stands in ${gpgIdFile(store, dirname(failed.file))}`,
    )
  }
  return byWord(failed, make) ?? byNumber(failed, make) ?? unknown(failed, facts)
}

/** How to make a password store. */
export function initialise({ command, root }: PasswordStore): string {
  return `make it: PASSWORD_STORE_DIR='${root}' ${command} init YOUR-GPG-KEY-ID; or name another one: --pass-dir DIRECTORY`
}

type Make = (code: string, why: string, hint: string) => VaultError

/** By the number that gpg reports for what the agent said. */
function byNumber({ what, end, store, file, reason }: Failed, make: Make): VaultError | undefined {
  switch (reason ?? decryptionError(end.stderr)) {
    case GPG_ERR.CANCELED:
    case GPG_ERR.FULLY_CANCELED:
      return new PromptCancelledError("the question for gpg's passphrase was cancelled")
    case GPG_ERR.BAD_PASSPHRASE:
    case GPG_ERR.BAD_PIN:
      return new KeyringLockedError(`cannot ${what}: the passphrase of the gpg key is wrong, or was not given`, {
        hint: 'try again',
        facts: { keyring: 'pass', store: store.root },
      })
    case GPG_ERR.TIMEOUT:
      return new KeyringLockedError(`cannot ${what}: nobody gave the passphrase of the gpg key in time`, {
        hint: 'try again; pinentry-timeout in ~/.gnupg/gpg-agent.conf says how long gpg-agent waits',
        facts: { keyring: 'pass', store: store.root },
      })
    case GPG_ERR.NO_PIN_ENTRY:
    case GPG_ERR.PIN_ENTRY:
      return make(
        'ERR_PASS_PINENTRY',
        'gpg-agent has no program that asks for the passphrase',
        'install one (package pinentry-curses), see pinentry-program in ~/.gnupg/gpg-agent.conf, then: gpgconf --kill gpg-agent',
      )
    case GPG_ERR.ENOTTY:
      return noTerminal(make)
    case GPG_ERR.NO_AGENT:
    case GPG_ERR.AGENT:
      return noAgent(make)
    case GPG_ERR.NO_SECKEY:
      return make(
        'ERR_PASS_SECRET_KEY',
        'gpg has no secret key for it',
        `see which one it wants: gpg --list-packets '${file}'; which you have: gpg --list-secret-keys`,
      )
    case GPG_ERR.PIN_BLOCKED:
      return make('ERR_PASS_CARD', "the smartcard's PIN is blocked", 'unblock it: gpg --change-pin')
    case GPG_ERR.CARD:
    case GPG_ERR.CARD_RESET:
    case GPG_ERR.CARD_REMOVED:
    case GPG_ERR.INV_CARD:
    case GPG_ERR.CARD_NOT_PRESENT:
    case GPG_ERR.NO_SCDAEMON:
      return make('ERR_PASS_CARD', 'the smartcard with the key does not answer', 'put it in, then: gpg --card-status')
    default:
      return undefined
  }
}

/** By what gpg says where it never reports a number. */
function byWord({ end, file }: Failed, make: Make): VaultError | undefined {
  const { stderr } = end
  if (/no gpg-agent running|can't connect to the (gpg-)?agent|failed to start (gpg-)?agent/i.test(stderr))
    return noAgent(make)
  if (['NODATA', 'BADMDC', 'BADARMOR'].some(status => statuses(stderr, status).length > 0)) {
    return new KeyringItemError(`the file ${file} holds no item: gpg says that it is damaged`, {
      hint: 'restore it from a backup, or remove it and store its credentials again',
      facts: { keyring: 'pass', path: file },
    })
  }
  return undefined
}

const noAgent: (make: Make) => VaultError = make =>
  make('ERR_PASS_AGENT', 'gpg-agent is not running and cannot be started', 'see why: gpg-connect-agent /bye')

const noTerminal: (make: Make) => VaultError = make =>
  make(
    'ERR_PASS_PINENTRY',
    'gpg-agent cannot ask for the passphrase, for it knows no terminal',
    'run this on a terminal, with GPG_TTY set: export GPG_TTY=$(tty)',
  )

function unknown({ what, end, store }: Failed, facts: object): VaultError {
  const said = printable(wordsOf(end.stderr).slice(-2).join('; ')).slice(0, 300)
  const how = end.code === null ? 'it was ended by a signal' : `it ended with ${end.code}`
  return new KeyringStorageError(`cannot ${what}: ${store.command} failed: ${said || how}`, {
    hint: `try it by hand: PASSWORD_STORE_DIR='${store.root}' ${store.command} ls`,
    facts: { ...facts, exitCode: end.code },
  })
}

/** The file of an entry. */
export function fileOf({ root, prefix }: PasswordStore, entry: string): string {
  return join(root, prefix, `${entry}.gpg`)
}
