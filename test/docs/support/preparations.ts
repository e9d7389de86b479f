/** What has to be there before the commands of a block can be typed, by what stands in them. */
import { rmSync } from 'node:fs'
import { makeGpgHome, OWNER } from '../../../plugins/keyring-pass/test/gpg-home.ts'
import { KEYS, PASSPHRASE, type Sandbox } from '../../support/sandbox.ts'
import type { Scene } from '../../support/scene.ts'
import type { DocumentedBlock } from './documented-commands.ts'

/** What was prepared. */
export interface Prepared extends Disposable {
  /** Lines of shell that are typed first. */
  readonly before: string
  /** The commands, with what a person has to put in. */
  readonly commands: readonly string[]
  /** Exit codes that are documented, by the place of the command. */
  readonly codes: readonly number[]
}

const exported = 'eval "$(aws-vault export --format export-env work)"; export AWS_VAULT=work'

/** Prepares a scene for a block. */
export function prepare({ sandbox }: Scene, { file, commands, line, shell }: DocumentedBlock): Prepared {
  const text = commands.join('\n')
  const before: string[] = []
  const gpg = /\bpass\b/.test(text) ? makeGpgHome() : undefined
  if (gpg !== undefined) {
    sandbox.env.GNUPGHOME = gpg.environment.GNUPGHOME ?? ''
    if (!/pass init/.test(text)) before.push(`pass init ${OWNER} >/dev/null`)
  }
  if (file === 'README.md' && /^aws-vault add work$/m.test(text) && line < 60) beNew(sandbox)
  if (/sso login work/.test(text)) {
    const sso = '[profile work]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Admin'
    sandbox.config(sandbox.read('.aws/config').replace('[profile work]', sso))
  }
  if (/login .*--container/.test(text)) sandbox.env.AWS_VAULT_BROWSER = sandbox.path('bin/firefox')
  if (/server (?:status|stop)/.test(text) && !/server start/.test(text)) {
    before.push('aws-vault server start work --detach --container >/dev/null')
  }
  if (/aws-vault (?:refresh|prompt-segment)/.test(text)) {
    before.push(shell === 'fish' ? 'aws-vault export --format fish work | source; set -x AWS_VAULT work' : exported)
  }
  if (/add build --env/.test(text)) {
    const { accessKeyId, secretAccessKey } = KEYS
    const secrets = {
      VAULT_PASSPHRASE: PASSPHRASE,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }
    Object.assign(sandbox.env, secrets)
  }
  if (/aws-vault audit/.test(text)) {
    sandbox.write('.config/aws-vault/settings.ini', 'audit-log = true\n')
    before.push('aws-vault exec work -- true')
  }
  if (/aws-vault (?:un)?lock$/m.test(text)) sandbox.env.AWS_VAULT_FILE_AGENT = 'true'
  if (/age-keygen/.test(text)) before.push('mkdir -p ~/.config/age')
  return {
    before: before.join('\n'),
    commands: commands.map(command => command.replaceAll('YOUR-GPG-KEY-ID', OWNER)),
    // A server in the foreground is ended by Ctrl-C.
    codes: commands.map(command => (/server start(?!.*--detach)/.test(command) ? 130 : 0)),
    [Symbol.dispose]: () => gpg?.[Symbol.dispose](),
  }
}

/** A home in which nothing is stored yet, and whose owner has to choose a passphrase. */
function beNew(sandbox: Sandbox): void {
  rmSync(sandbox.path('.awsvault'), { recursive: true })
  delete sandbox.env.AWS_VAULT_FILE_PASSPHRASE
  const config = sandbox.read('.aws/config')
  sandbox.config(config.slice(config.indexOf('[profile admin]'), config.indexOf('[profile agent]')))
}
