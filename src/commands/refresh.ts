import { VaultError } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import { credentialFlags, VaultCommand } from '../command.ts'
import { credentialVariablesIn } from '../exec/child-environment.ts'
import { REFRESH_VARIABLE, readRefreshNote } from '../export/refresh-note.ts'
import { likelyShell, SHELLS, shellLines } from '../export/shell-lines.ts'
import { profileSource } from '../server/profile-source.ts'
import { sessionFlags } from '../session-flags.ts'

/** Set by `exec` as credentials; another one of these would be left from before. */
const OF_EXEC = /^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|CREDENTIAL_EXPIRATION)$/

const { refresh: _, ...asked } = sessionFlags

export default class Refresh extends VaultCommand {
  static override summary = 'Renew the credentials of the shell that exec started'
  static override description =
    `Prints what the shell has to evaluate. The flags of exec count again, as ${REFRESH_VARIABLE} has them.`
  static override examples = ['eval "$(<%= config.bin %> refresh)"', '<%= config.bin %> refresh | source']
  static override flags = {
    force: Flags.boolean({ summary: 'make a new session even if the cached one is good' }),
    format: Flags.option({ options: SHELLS, summary: 'the shell to print for; that of SHELL if not set' })(),
    ...asked,
    ...credentialFlags,
  }

  async run(): Promise<void> {
    const { AWS_VAULT: profile, AWS_ACCESS_KEY_ID: keyId } = process.env
    if (!profile) {
      throw new VaultError('ERR_REFRESH_OUTSIDE', 'this shell has no credentials of aws-vault exec to renew', {
        hint: 'start one: aws-vault exec PROFILE',
      })
    }
    const note = readRefreshNote(process.env[REFRESH_VARIABLE])
    Object.assign(process.env, note.env)
    // What is given now comes last, and the last one of a flag counts.
    const { flags, container } = await this.open(Refresh, [...note.args, ...this.argv])
    if (!keyId) return container.logger.warn('the credentials come from a server, which renews them by itself')
    container.recipient = { action: 'refresh', title: 'the shell that asks for new ones' }
    const source = await profileSource(container, profile, { ...flags, refresh: flags.force })
    const { exposure, context } = await container.exposure('env')
    const { environment: set } = await exposure.expose(source.source, context)
    const { environment, platform } = container.world
    const unset = credentialVariablesIn(environment).filter(name => OF_EXEC.test(name) && !(name in set))
    this.log(shellLines(flags.format ?? likelyShell(environment, platform), { set, unset }))
  }
}
