import type { SsoRole } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import { credentialFlags, VaultCommand } from '../../command.ts'
import { askSso } from '../../credentials/sso-login.ts'
import { formatTable } from '../../output/table.ts'
import { optionFlag } from '../../part-flags.ts'
import { CORE_OPTIONS } from '../../settings/settings.ts'

export default class SsoList extends VaultCommand {
  static override summary = 'List the accounts and roles that you may use by single sign-on'
  static override enableJsonFlag = true
  static override args = {
    name: Args.string({ description: 'profile or sso-session of the AWS config; may be left out if there is but one' }),
  }
  static override flags = { browser: optionFlag(CORE_OPTIONS.browser), ...credentialFlags }

  async run(): Promise<readonly SsoRole[]> {
    const { args, container } = await this.open(SsoList)
    const { answer } = await askSso(container, args.name, (provider, question) => provider.listRoles?.(...question))
    const rows = answer.map(({ accountId, accountName, roleName }) => [accountId, accountName, roleName].map(shown))
    this.log(formatTable(['Account', 'Name', 'Role'], rows))
    return answer
  }
}

/** Names come from AWS: a control character in one must not reach the terminal. */
const shown = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
