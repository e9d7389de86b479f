import { isVaultError, printable, VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../command.ts'
import type { Container } from '../container.ts'
import { createMfaCodes } from '../credentials/obtain.ts'
import { parseAge } from '../rotation/age.ts'
import { describeRotation } from '../rotation/describe-rotation.ts'
import { forgetRotation } from '../rotation/forget-rotation.ts'
import { type RotationResult, type RotationWishes, runRotation } from '../rotation/run-rotation.ts'

interface Failed {
  readonly profile: string
  readonly status: 'failed'
  readonly code: string
  readonly message: string
}

export default class Rotate extends VaultCommand {
  static override summary = 'Replace the stored access key of a profile by a new one'
  static override description =
    'The new key is stored and seen to work before the old one is deactivated and deleted. Interrupted, it is finished ' +
    'or undone by the next run.'
  static override examples = [
    '<%= config.bin %> rotate work',
    '<%= config.bin %> rotate --all --older-than 90d --grace 24h',
  ]
  static override enableJsonFlag = true
  static override args = {
    profile: Args.string({ description: 'profile whose credentials stem from stored keys', required: false }),
  }
  static override flags = {
    all: Flags.boolean({ summary: 'every stored key' }),
    'older-than': Flags.string({ summary: 'leave younger keys alone, e.g. 90d', helpValue: '<age>' }),
    'keep-old': Flags.boolean({ summary: 'deactivate the old key, and do not delete it', exclusive: ['grace'] }),
    grace: Flags.string({
      summary: 'deactivate the old key; a run of rotate after that time deletes it, e.g. 24h',
      helpValue: '<duration>',
    }),
    'delete-oldest': Flags.boolean({ summary: 'if there are two keys, delete the one that is not in use, unasked' }),
    'delete-key': Flags.string({
      summary: 'if there are two keys, delete this one, unasked',
      helpValue: '<id>',
      exclusive: ['all', 'delete-oldest'],
    }),
    forget: Flags.boolean({
      summary: 'give up an unfinished rotation that cannot be read or finished; all keys stay as they are',
      exclusive: ['all', 'older-than', 'keep-old', 'grace', 'delete-oldest', 'delete-key'],
    }),
    'no-session': Flags.boolean({ char: 'n', summary: 'use the stored keys themselves, without MFA' }),
    'mfa-token': Flags.string({ char: 't', summary: 'MFA code, instead of being asked', helpValue: '<code>' }),
  }

  async run(): Promise<readonly (RotationResult | Failed)[]> {
    const { args, flags, container } = await this.open(Rotate)
    if ((args.profile === undefined) !== (flags.all === true)) {
      throw new VaultError('ERR_USAGE', 'give either a profile or --all', {
        hint: 'aws-vault rotate PROFILE',
        facts: { exitCode: 2 },
      })
    }
    if (flags.forget && args.profile !== undefined) return this.#forget(container, args.profile)
    const grace = flags.grace === undefined ? undefined : parseAge(flags.grace, 'grace')
    const wishes: RotationWishes = {
      session: !flags['no-session'],
      mfaCodes: await createMfaCodes(container, flags['mfa-token']),
      afterwards: flags['keep-old'] ? 'keep' : grace ? 'grace' : 'delete',
      graceSeconds: grace ?? 0,
      agreed: { deleteOldest: flags['delete-oldest'] === true, deleteKey: flags['delete-key'] },
      olderThanSeconds: flags['older-than'] === undefined ? undefined : parseAge(flags['older-than'], 'older-than'),
    }
    if (args.profile !== undefined) return [this.#tell(await runRotation(container, args.profile, wishes))]
    return this.#rotateAll(container, wishes)
  }

  /** One that fails keeps none of the others from being rotated. */
  async #rotateAll(container: Container, wishes: RotationWishes): Promise<(RotationResult | Failed)[]> {
    const { credentials } = await container.vault()
    const results: (RotationResult | Failed)[] = []
    const done = new Set<string>()
    for (const profile of await credentials.list()) {
      if (done.has(profile)) continue
      try {
        const result = await runRotation(container, profile, wishes)
        for (const name of result.profiles ?? []) done.add(name)
        results.push(this.#tell(result))
      } catch (error) {
        if (!isVaultError(error) || error.code === 'ERR_PROMPT_CANCELLED') throw error
        container.logger.warn(`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`)
        results.push({ profile, status: 'failed', code: error.code, message: error.message })
        process.exitCode = 1
      }
    }
    return results
  }

  async #forget(container: Container, profile: string): Promise<[]> {
    const was = await forgetRotation(container, profile)
    this.log(printable(`${was ? 'Gave up the' : 'There was no'} unfinished rotation of profile "${profile}".`))
    if (was) container.logger.warn('look in IAM for an access key that nobody has')
    return []
  }

  #tell(result: RotationResult): RotationResult {
    for (const line of describeRotation(result)) this.log(printable(line))
    return result
  }
}
