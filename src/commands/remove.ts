import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../command.ts'
import { profilesSignedBy } from '../credentials/profiles-signed-by.ts'
import { tellServers } from '../server/tell-servers.ts'

interface Removed {
  readonly profile: string
  readonly credentials: boolean
  readonly sessions: number
}

export default class Remove extends VaultCommand {
  static override summary = 'Remove the credentials of a profile, and the sessions made from them'
  static override aliases = ['rm']
  static override enableJsonFlag = true
  static override args = { profile: Args.string({ description: 'name under which they are stored', required: true }) }
  static override flags = {
    force: Flags.boolean({ char: 'f', summary: 'do not ask' }),
    'sessions-only': Flags.boolean({ char: 's', summary: 'remove the sessions, keep the credentials' }),
  }

  async run(): Promise<Removed> {
    const { args, flags, container } = await this.open(Remove)
    const { profile } = args
    const { credentials, sessions, keyring } = await container.vault()
    const stored = await credentials.list()
    if (!stored.includes(profile) && !flags['sessions-only']) {
      throw new VaultError('ERR_CREDENTIALS_UNKNOWN', `no credentials are stored for profile "${profile}"`, {
        hint: stored.length === 0 ? 'none are stored at all' : `stored are: ${stored.sort().join(', ')}`,
        facts: { profile },
      })
    }
    if (!flags.force && !(await this.confirm(container, `Remove ${described(profile, flags['sessions-only'])}?`))) {
      this.log('Nothing was removed.')
      return { profile, credentials: false, sessions: 0 }
    }
    const holders = profilesSignedBy(container.awsConfig(), new Set(stored), profile)
    const removed = flags['sessions-only'] ? false : await credentials.remove(profile)
    if (removed) {
      const { RotationStore } = await import('../rotation/rotation-store.ts')
      const left = await new RotationStore(keyring, secret => container.redactor.add(secret)).leave(profile)
      if (left) container.logger.warn('a rotation was not finished: look in IAM for an access key that nobody has')
    }
    const count = await sessions.clear(flags['sessions-only'] ? [profile] : [profile, ...holders])
    await tellServers(container, 'forget', [profile])
    if (removed) this.log(`Removed the credentials of profile "${profile}".`)
    if (count > 0 || !removed) this.log(`Removed ${count} ${count === 1 ? 'session' : 'sessions'}.`)
    return { profile, credentials: removed, sessions: count }
  }
}

const described = (profile: string, sessionsOnly: boolean): string =>
  sessionsOnly ? `the sessions of profile "${profile}"` : `the credentials of profile "${profile}" and their sessions`
