import type { Exposed } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { credentialFlags, exposureFlags, VaultCommand } from '../command.ts'
import type { Container } from '../container.ts'
import { explainProfile } from '../credentials/explain-profile.ts'
import { obtainCredentials } from '../credentials/obtain.ts'
import { childEnvironment } from '../exec/child-environment.ts'
import { defaultProgram } from '../exec/default-program.ts'
import { findProgram, searchIn } from '../exec/find-program.ts'
import { runProgram } from '../exec/run-program.ts'
import { splitCommandLine } from '../exec/split-command-line.ts'
import { credentialProcessJson } from '../export/format.ts'
import { refreshNote } from '../export/refresh-note.ts'
import { repeatedFlags } from '../export/repeated-flags.ts'
import { type ProfileSource, profileSource } from '../server/profile-source.ts'
import { explainFlag, serverFlags, sessionFlags } from '../session-flags.ts'
import { CORE_OPTIONS } from '../settings/settings.ts'

export default class Exec extends VaultCommand {
  static override summary = 'Run a program with temporary credentials of a profile'
  static override usage = 'exec PROFILE [FLAGS] [-- PROGRAM ARGUMENTS...]'
  static override description = 'Without a PROGRAM, your shell is started. From PROGRAM on, every word is its own.'
  static override examples = [
    '<%= config.bin %> exec work -- aws s3 ls',
    '<%= config.bin %> exec work --duration 2h terraform plan',
    '<%= config.bin %> exec work --ecs-server -- ./runs-for-days',
    '<%= config.bin %> exec work',
  ]
  static override args = { profile: Args.string({ description: 'profile of the AWS config', required: true }) }
  static override flags = {
    ...sessionFlags,
    expose: Flags.string({ summary: CORE_OPTIONS.exposure.summary, helpValue: '<name>' }),
    ...serverFlags,
    ...explainFlag,
    json: Flags.boolean({ char: 'j', summary: 'with --explain: as JSON' }),
    ...credentialFlags,
    ...exposureFlags,
  }

  /** The words that are ours; the program's own `--help` is not. */
  static override ownWords(argv: readonly string[]): string[] {
    return splitCommandLine(argv, { ...Exec.baseFlags, ...Exec.flags }).own
  }

  async run(): Promise<void> {
    const { own, program } = splitCommandLine(this.argv, this.allFlags())
    const { args, flags, container } = await this.open(Exec, own)
    if (flags.explain) return this.log(await explainProfile(container, args.profile, flags))
    this.refuseNested(container)
    if (flags.json) container.logger.warn('exec --json is deprecated: use aws-vault export --format json')
    const named = program[0] ?? 'your shell'
    container.recipient = { action: 'exec', title: named, program: named }
    // A misspelt program shall not cost an MFA code.
    if (program[0] !== undefined) findProgram(program[0], searchIn(container.world.environment))
    if (flags.json) {
      const { credentials } = await obtainCredentials(container, args.profile, flags)
      return this.log(credentialProcessJson(credentials))
    }
    const profile = await profileSource(container, args.profile, flags)
    if (!flags.lazy) await profile.source.current()
    const { settings } = await container.settings()
    const served = flags['ecs-server'] ? 'ecs' : flags['ec2-server'] ? 'ec2' : undefined
    const name = served ?? settings.core('exposure')?.value ?? 'env'
    const note = refreshNote(repeatedFlags(flags, container.world.environment))
    await this.#runWith(container, profile, name, program, note)
  }

  async #runWith(
    container: Container,
    profile: ProfileSource,
    name: string,
    words: readonly string[],
    note: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { contributions } = await container.settings()
    const { exposure, context } = await container.exposure(name)
    const exposed = await exposure.expose(profile.source, context)
    let unreach: (() => Promise<void>) | undefined
    try {
      if (exposed.close !== undefined) {
        profile.serve()
        const { letBeReached } = await import('../server/reach-exec.ts')
        unreach = await letBeReached(container, profile, name)
      }
    } catch (error) {
      await exposed.close?.()
      throw error
    }
    const environment = childEnvironment({
      inherited: container.world.environment,
      profile: profile.plan.profile,
      region: profile.plan.region,
      // What serves renews by itself.
      exposed: exposed.close === undefined ? { ...exposed.environment, ...note } : exposed.environment,
      secretVariables: contributions.secretVariables(),
    })
    const [program = defaultProgram(container.world), ...programArguments] = words
    const call = { name: program, arguments: programArguments, environment }
    if (exposed.close === undefined) {
      // Nothing of ours has to stay: the program takes our place, and all is let go of before.
      await container.dispose()
      await runProgram({ ...call, exposed })
    }
    await runProgram({ ...call, exposed: { close: () => this.#stopServing(container, profile, exposed, unreach) } })
  }

  async #stopServing(
    container: Container,
    profile: ProfileSource,
    exposed: Exposed,
    unreach?: () => Promise<void>,
  ): Promise<void> {
    profile.close()
    await Promise.all([unreach?.(), exposed.close?.()])
    await container.dispose()
  }
}
