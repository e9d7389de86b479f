import type { Container, Vault } from '../container.ts'
import { profilesSignedBy } from '../credentials/profiles-signed-by.ts'
import { whoIs } from '../credentials/who-is.ts'
import type { Steps } from '../output/steps.ts'
import { tellServers } from '../server/tell-servers.ts'
import type { Holders } from './holders.ts'
import { type Agreed, makeRoom } from './make-room.ts'
import type { AccessKeys, RotationPorts } from './ports.ts'
import type { RotationStore } from './rotation-store.ts'

/** What the rotation of one profile's keys is done with. */
export interface RotationTools {
  readonly container: Container
  readonly vault: Vault
  /** The profile under whose name the keys are stored. */
  readonly source: string
  readonly store: RotationStore
  readonly iam: AccessKeys
  readonly holders: Holders
  readonly agreed: Agreed
  readonly steps: Steps
}

/** The world, as a rotation sees it. */
export function portsOf(tools: RotationTools): RotationPorts {
  const { container, vault, source, store, iam, holders, agreed, steps } = tools
  const { logger, signal, clock } = container
  return {
    iam,
    holders,
    whoIs: key => whoIs(container, source, key),
    stored: profiles => Promise.all(profiles.map(async name => (await vault.credentials.get(name))?.accessKeyId)),
    store: (profile, key) => vault.credentials.replace(profile, key),
    writeJournal: written => store.write(written),
    removeJournal: written => store.remove(written),
    retire: key => store.retire(key),
    forgetRetired: key => store.forgetRetired(key),
    dropSessions: async profiles => {
      const stored = new Set(await vault.credentials.list())
      const signed = profiles.flatMap(name => profilesSignedBy(container.awsConfig(), stored, name))
      const dropped = await vault.sessions.clear([...profiles, ...signed])
      await tellServers(container, 'forget', profiles)
      return dropped
    },
    chooseForRoom: async (others, own, reason) => {
      await steps.end(true)
      const { ask } = container
      return makeRoom({
        ...{ profile: source, others, own, reason, holders, agreed, now: clock.now(), ask },
        lastUse: id => iam.lastUse(id),
      })
    },
    now: clock.now,
    sleep: async milliseconds => {
      const { setTimeout } = await import('node:timers/promises')
      await setTimeout(milliseconds, undefined, { signal })
    },
    say: steps.say,
    warn: message => logger.warn(message),
  }
}
