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
}

/** The error for a program that cannot be started. */
export function commandMissing(command: string, cause?: unknown): VaultError {
  return new VaultError('ERR_PASS_NOT_FOUND', `the program "${printable(command)}" cannot be started`, {
    hint: 'install it (pass: https://www.passwordstore.org), or name another one: --pass-cmd PROGRAM',
    facts: { keyring: 'pass' },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The numbers under which libgpg-error knows what may go wrong; the upper bits say only who found out. */
const GPG = {
  BAD_PASSPHRASE: 11,
  NO_SECKEY: 17,
  TIMEOUT: 62,
  NO_AGENT: 77,
  AGENT: 78,
  NO_PIN_ENTRY: 85,
  PIN_ENTRY: 86,
  BAD_PIN: 87,
  CANCELED: 99,
  CARD: 108,
  CARD_RESET: 109,
  CARD_REMOVED: 110,
  INV_CARD: 111,
  CARD_NOT_PRESENT: 112,
  PIN_BLOCKED: 130,
  NO_SCDAEMON: 119,
  FULLY_CANCELED: 198,
  ENOTTY: 0x8000 | 102,
} as const

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
  return byNumber(failed, make) ?? byWord(failed, make) ?? unknown(failed, facts)
}

/** How to make a password store. */
export function initialise({ command, root }: PasswordStore): string {
  return `make it: PASSWORD_STORE_DIR='${root}' ${command} init YOUR-GPG-KEY-ID; or name another one: --pass-dir DIRECTORY`
}

type Make = (code: string, why: string, hint: string) => VaultError

/** By the number that gpg reports for what the agent said. */
function byNumber({ what, end, store }: Failed, make: Make): VaultError | undefined {
  const [number] = statuses(end.stderr, 'ERROR')
    .filter(line => line.startsWith('pkdecrypt_failed '))
    .map(line => Number(line.split(' ')[1]) & 0xffff)
  switch (number) {
    case GPG.CANCELED:
    case GPG.FULLY_CANCELED:
      return new PromptCancelledError("the question for gpg's passphrase was cancelled")
    case GPG.BAD_PASSPHRASE:
    case GPG.BAD_PIN:
      return new KeyringLockedError(`cannot ${what}: wrong passphrase for the gpg key`, {
        hint: 'try again',
        facts: { keyring: 'pass', store: store.root },
      })
    case GPG.TIMEOUT:
      return new KeyringLockedError(`cannot ${what}: nobody gave the passphrase of the gpg key in time`, {
        hint: 'try again; pinentry-timeout in ~/.gnupg/gpg-agent.conf says how long gpg-agent waits',
        facts: { keyring: 'pass', store: store.root },
      })
    case GPG.NO_PIN_ENTRY:
    case GPG.PIN_ENTRY:
      return make(
        'ERR_PASS_PINENTRY',
        'gpg-agent has no program that asks for the passphrase',
        'install one (package pinentry-curses), see pinentry-program in ~/.gnupg/gpg-agent.conf, then: gpgconf --kill gpg-agent',
      )
    case GPG.ENOTTY:
      return noTerminal(make)
    case GPG.NO_AGENT:
    case GPG.AGENT:
      return noAgent(make)
    case GPG.PIN_BLOCKED:
      return make('ERR_PASS_CARD', "the smartcard's PIN is blocked", 'unblock it: gpg --change-pin')
    case GPG.CARD:
    case GPG.CARD_RESET:
    case GPG.CARD_REMOVED:
    case GPG.INV_CARD:
    case GPG.CARD_NOT_PRESENT:
    case GPG.NO_SCDAEMON:
      return make('ERR_PASS_CARD', 'the smartcard with the key does not answer', 'put it in, then: gpg --card-status')
    default:
      return undefined
  }
}

/** By what gpg says where it reports no number. */
function byWord({ end, file }: Failed, make: Make): VaultError | undefined {
  const { stderr } = end
  if (/no gpg-agent running|can't connect to the (gpg-)?agent|failed to start (gpg-)?agent/i.test(stderr)) return noAgent(make)
  if (/inappropriate ioctl/i.test(stderr)) return noTerminal(make)
  if (/no pinentry/i.test(stderr)) {
    return make('ERR_PASS_PINENTRY', 'gpg-agent has no program that asks for the passphrase', 'install pinentry')
  }
  if (statuses(stderr, 'NO_SECKEY').length > 0 || /no secret key/i.test(stderr)) {
    return make(
      'ERR_PASS_SECRET_KEY',
      'gpg has no secret key for it',
      `see which one it wants: gpg --list-packets '${file}'; which you have: gpg --list-secret-keys. On a smartcard? gpg --card-status`,
    )
  }
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
  const lines = end.stderr.split('\n').filter(line => line.trim() !== '' && !line.startsWith('[GNUPG:]'))
  const said = printable(lines.slice(-2).join('; ')).slice(0, 300)
  const how = end.code === null ? 'it was ended by a signal' : `it ended with ${end.code}`
  return new KeyringStorageError(`cannot ${what}: ${store.command} failed: ${said || how}`, {
    hint: `try it by hand: PASSWORD_STORE_DIR='${store.root}' ${store.command} ls`,
    facts: { ...facts, exitCode: end.code },
  })
}

/** The arguments of each line `[GNUPG:] NAME arguments`. */
function statuses(stderr: string, name: string): string[] {
  const start = `[GNUPG:] ${name}`
  return stderr
    .split('\n')
    .filter(line => line === start || line.startsWith(`${start} `))
    .map(line => line.slice(start.length + 1))
}

/** The file of an entry. */
export function fileOf({ root, prefix }: PasswordStore, entry: string): string {
  return join(root, prefix, `${entry}.gpg`)
}
