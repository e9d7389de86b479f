import { printable } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import { describeProblem, profileNames } from '../aws-config/profile.ts'
import { VaultCommand } from '../command.ts'
import type { Container } from '../container.ts'
import { formatTimeLeft } from '../output/duration.ts'
import { formatTable } from '../output/table.ts'
import type { KeyAge } from '../rotation/key-ages.ts'
import { listVault, type VaultRow } from '../vault/list-vault.ts'

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
    ages: Flags.boolean({
      summary: 'how old the stored keys are; asks AWS',
      exclusive: ['profiles', 'sessions', 'credentials'],
    }),
  }

  async run(): Promise<readonly VaultRow[]> {
    const { flags, container } = await this.open(List)
    const config = container.awsConfig()
    for (const problem of config.broken) container.logger.warn(describeProblem(config, problem))
    if (flags.profiles && !this.jsonEnabled()) {
      // Asked at every press of the tab key: no keyring is opened for it.
      this.#print(profileNames(config), name => [name])
      return []
    }
    const { credentials, sessions } = await container.vault()
    const contents = {
      credentials: await credentials.list(),
      sessions: await sessions.list(),
      ssoTokens: await sessions.ssoTokens(),
      signIns: await sessions.signIns(),
    }
    const rows = listVault(config, contents, container.clock.now())
    if (flags.ages) return this.#ages(container, rows)
    if (flags.profiles)
      return this.#print(
        rows.filter(row => row.configured),
        row => [row.profile],
      )
    if (flags.credentials)
      return this.#print(
        rows.filter(row => row.credentials),
        row => [row.profile],
      )
    if (flags.sessions) {
      const live = rows.filter(row => shownSessions(row).length > 0)
      return this.#print(live, sessionLines)
    }
    this.log(formatTable(['Profile', 'Credentials', 'Sessions'], rows.map(tableLine)))
    return rows
  }

  /** Loaded only for that: nothing else of a list talks to AWS. */
  async #ages(container: Container, rows: readonly VaultRow[]): Promise<readonly (VaultRow & { key: KeyAge })[]> {
    const { keyAges } = await import('../rotation/key-ages.ts')
    const ages = await keyAges(
      container,
      rows.filter(row => row.credentials).map(row => row.profile),
    )
    const aged = rows.flatMap(row => {
      const key = ages.get(row.profile)
      return key === undefined ? [] : [{ ...row, key }]
    })
    const cells = aged.map(({ profile, key }) => [profile, key.accessKeyId, key.days?.toString() ?? 'unknown'])
    this.log(formatTable(['Profile', 'Access key', 'Days'], cells))
    for (const { profile, key } of aged) {
      if (key.unknown !== undefined) container.logger.warn(`${profile}: ${key.unknown}`)
    }
    return aged
  }

  #print<T>(rows: readonly T[], lines: (row: T) => readonly string[]): readonly T[] {
    const text = rows.flatMap(lines)
    if (text.length > 0) this.log(text.map(printable).join('\n'))
    return rows
  }
}

const shownSessions = ({ sessions, ssoTokens, signIns = [] }: VaultRow): string[] => [
  ...sessions.map(session => `${session.type}:${formatTimeLeft(session.secondsLeft)}`),
  ...ssoTokens.map(url => `oidc:${url}`),
  ...signIns.map(session => `login:${session}`),
]

const sessionLines = (row: VaultRow): string[] => {
  const roles = row.sessions.map(({ role }) => (role === undefined ? '' : ` ${role}`))
  return shownSessions(row).map((session, index) => `${row.profile} ${session}${roles[index] ?? ''}`)
}

const tableLine = (row: VaultRow): string[] => [
  // A session of a profile that is gone from the config still has a name.
  row.configured || !row.credentials ? row.profile : '-',
  row.credentials ? row.profile : '-',
  shownSessions(row).join(', ') || '-',
]
