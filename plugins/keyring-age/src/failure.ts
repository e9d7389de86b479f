import { KeyringItemError, KeyringLockedError, KeyringStorageError, printable, VaultError } from '@aws-vault/plugin-sdk'
import type { ProgramEnd } from '@aws-vault/plugin-sdk/program'

const facts = { keyring: 'age' }

/** What failed. */
export interface Failed {
  /** Such as `read the item "dev"`. */
  readonly what: string
  readonly end: ProgramEnd
  /** The file that was to be decrypted; absent when something was encrypted. */
  readonly file?: string
  readonly identity?: string | undefined
  readonly recipients?: string | undefined
}

/** The error for age not being there. */
export function ageMissing(cause?: unknown): VaultError {
  return new VaultError('ERR_AGE_NOT_FOUND', 'the program "age" cannot be started', {
    hint: 'install it (package age, or https://age-encryption.org)',
    facts,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The error for an identity that cannot be used. */
export function identityProblem(message: string): VaultError {
  return new VaultError('ERR_AGE_IDENTITY', message, {
    hint: 'make one (age-keygen -o FILE) or use an SSH key, and name it: --age-identity FILE',
    facts,
  })
}

/** The error for recipients that cannot be used. */
export function recipientsProblem(message: string): VaultError {
  return new VaultError('ERR_AGE_RECIPIENTS', message, {
    hint: "write your own identity's recipient into one (age-keygen -y IDENTITY > FILE, or a copy of the SSH key's .pub), and name it: --age-recipients FILE",
    facts,
  })
}

/** The error for a plugin of age that is not there. */
export function pluginMissing(name: string): VaultError {
  return new VaultError('ERR_AGE_PLUGIN', `age needs the program "${printable(name)}", which is not there`, {
    hint: `install ${printable(name)}, so that it is in PATH`,
    facts,
  })
}

/** The error for what cannot be read back: nothing was written. */
export function notForUs(what: string, identity: string, recipients: string): VaultError {
  return new VaultError(
    'ERR_AGE_IDENTITY',
    `cannot ${what}: the identity ${identity} could not read it again, since it is not among the recipients in ${recipients}`,
    { hint: `add its recipient: age-keygen -y '${identity}' >> '${recipients}'`, facts },
  )
}

/** The error for a passphrase that nobody can be asked for. */
export function noTerminal(what: string, identity: string | undefined): VaultError {
  return new KeyringLockedError(
    `cannot ${what}: a passphrase protects the identity ${identity}, and age has no terminal to ask for it`,
    { hint: 'run this on a terminal, or name an identity without a passphrase: --age-identity FILE', facts },
  )
}

/** What to throw when age has failed: what it said, in words that help. Its words are English in every locale. */
export function explain(failed: Failed): VaultError {
  const { what, end, file, identity, recipients } = failed
  const said = wordsOf(end.stderr)
  const is = (pattern: RegExp): boolean => pattern.test(said)
  const make = (code: string, why: string, hint: string): VaultError =>
    new VaultError(code, `cannot ${what}: ${why}`, { hint, facts })
  const locked = (why: string, hint: string): VaultError =>
    new KeyringLockedError(`cannot ${what}: ${why}`, { hint, facts })

  if (end.timedOut) {
    return make(
      'ERR_AGE_TIMEOUT',
      'age did not end in time',
      'it may have waited for a touch, a PIN or a passphrase: try again',
    )
  }
  if (is(/\/dev\/tty is not available|not a terminal|CONIN\$/)) {
    return noTerminal(what, identity)
  }
  if (is(/incorrect passphrase|failed to decrypt SSH key|decryption password incorrect/)) {
    return locked(`the passphrase of the identity ${identity} is wrong`, 'try again')
  }
  if (is(/could not read (?:passphrase|value)|failed to obtain passphrase|user cancelled/)) {
    return locked(`the passphrase of the identity ${identity} was not given`, 'try again')
  }
  const [, plugin] = /"?(age-plugin-[\w.+-]+)"?.*executable file not found/.exec(said) ?? []
  if (plugin !== undefined) return pluginMissing(plugin)
  if (is(/[\w"'-]+ plugin: |age-plugin-/))
    return make('ERR_AGE_PLUGIN', `a plugin of age failed: ${said}`, 'is the device plugged in? then try again')
  if (file === undefined && is(/recipient/)) {
    return make(
      'ERR_AGE_RECIPIENTS',
      `age refuses the recipients in ${recipients}: ${said}`,
      `mend that file: '${recipients}'`,
    )
  }
  if (is(/no identity matched|did not match any of the recipients|incorrect identity/)) {
    return make(
      'ERR_AGE_IDENTITY',
      `it is not encrypted to the identity ${identity}`,
      `name the right one: --age-identity FILE; whoever has it can encrypt ${file} anew for you`,
    )
  }
  if (is(/identit(?:y|ies)|secret keys? found|SSH key/) && !is(/header|payload/)) {
    return make(
      'ERR_AGE_IDENTITY',
      `age refuses the identity ${identity}: ${said}`,
      'name another one: --age-identity FILE',
    )
  }
  if (file !== undefined && is(/header|payload|armor|unexpected EOF|intro/)) return damaged(file, `age says: ${said}`)
  const how = end.code === null ? 'it was ended by a signal' : `it ended with ${end.code}`
  return new KeyringStorageError(`cannot ${what}: age failed: ${said || how}`, {
    hint: 'try it by hand: age --version',
    facts: { ...facts, exitCode: end.code },
  })
}

/** The error for a file that holds no item. */
export function damaged(file: string, why: string): VaultError {
  return new KeyringItemError(`the file ${file} holds no item: ${why}`, {
    hint: 'restore it from a backup, or move it away and store its credentials again',
    facts: { ...facts, path: file },
  })
}

/** What age says of an error, in one line. */
function wordsOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter(line => line.trim() !== '' && !/report unexpected or unhelpful errors|waiting on .* plugin/.test(line))
    .map(line => line.replace(/^age: (?:(?:error|hint|warning): )?/, ''))
  return printable(lines.slice(-3).join('; ')).slice(0, 300)
}
