import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../command.ts'
import type { Container } from '../container.ts'
import { formatTimeLeft } from '../output/duration.ts'
import { formatTable } from '../output/table.ts'
import { listVault, type VaultContents, type VaultRow } from '../vault/list-vault.ts'

export default class List extends VaultCommand {
  static override summary = 'List profiles, the credentials stored for them, and their live sessions'
  static override aliases = ['ls']
  static override enableJsonFlag = true
  static override flags = {
    profiles: Flags.boolean({
      summary: 'only the names of profiles, one a line',
      exclusive: ['sessions', 'credentials'],
    }),
    sessions: Flags.boolean({ summary: 'only the live sessions, one a line', exclusive: ['credentials'] }),
    credentials: Flags.boolean({ summary: 'only the names of stored credentials, one a line' }),
  }

  async run(): Promise<readonly VaultRow[]> {
    const { flags, container } = await this.open(List)
    const rows = listVault(
      container.awsConfig(),
      await this.#contents(container, flags.profiles),
      container.clock.now(),
    )
    if (flags.profiles) return this.#print(rows, row => [row.profile])
    if (flags.credentials) return this.#print(rows, row => (row.credentials ? [row.profile] : []))
    if (flags.sessions) return this.#print(rows, row => shownSessions(row).map(session => `${row.profile} ${session}`))
    this.log(formatTable(['Profile', 'Credentials', 'Sessions'], rows.map(tableLine)))
    return rows
  }

  async #contents(container: Container, configOnly: boolean): Promise<VaultContents> {
    if (configOnly) return { credentials: [], sessions: [], ssoTokens: [] }
    const { credentials, sessions } = await container.vault()
    return {
      credentials: await credentials.list(),
      sessions: await sessions.list(),
      ssoTokens: await sessions.ssoTokens(),
    }
  }

  #print(rows: readonly VaultRow[], lines: (row: VaultRow) => readonly string[]): readonly VaultRow[] {
    const text = rows.flatMap(lines)
    if (text.length > 0) this.log(text.join('\n'))
    return rows
  }
}

const shownSessions = ({ sessions, ssoTokens }: VaultRow): string[] => [
  ...sessions.map(session => `${session.type}:${formatTimeLeft(session.secondsLeft)}`),
  ...ssoTokens.map(url => `oidc:${url}`),
]

const tableLine = (row: VaultRow): string[] => [
  row.configured ? row.profile : '-',
  row.credentials ? row.profile : '-',
  shownSessions(row).join(', ') || '-',
]
