import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { appendProfile, checkProfileName } from '../aws-config/append-profile.ts'
import { profileNames, resolveProfile } from '../aws-config/profile.ts'
import { VaultCommand } from '../command.ts'
import type { Container } from '../container.ts'
import { refuseSourceProfile, storeKeys } from '../credentials/store-keys.ts'
import { whoIs } from '../credentials/who-is.ts'
import { foreignHome } from '../output/foreign-home.ts'
import { checkKeyPair, type KeyPair, parseKeyPair } from '../vault/imported-keys.ts'

interface Added {
  readonly profile: string
  readonly accessKeyId: string
  readonly replaced: boolean
  readonly arn?: string
}

export default class Add extends VaultCommand {
  static override summary = 'Store the access key of an IAM user for a profile'
  static override enableJsonFlag = true
  static override examples = ['<%= config.bin %> add work', '<%= config.bin %> add work --stdin < accessKeys.csv']
  static override args = { profile: Args.string({ description: 'profile of the AWS config', required: true }) }
  static override flags = {
    env: Flags.boolean({
      summary: 'take the key from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      exclusive: ['stdin'],
    }),
    stdin: Flags.boolean({ summary: 'read the key from standard input: JSON, or the CSV file that AWS offers' }),
    verify: Flags.boolean({ summary: 'ask AWS whose key it is, before it is stored' }),
    'add-config': Flags.boolean({
      summary: 'write a section into the AWS config if the profile has none',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<Added> {
    const { args, flags, container } = await this.open(Add)
    const { profile } = args
    const foreign = foreignHome(container.world.homeDirectory)
    if (foreign !== undefined) container.logger.warn(foreign)
    const config = container.awsConfig()
    const configured = profileNames(config).includes(profile)
    if (configured) refuseSourceProfile(profile, config)
    const addConfig = !configured && flags['add-config']
    if (addConfig) checkProfileName(config.file, profile)
    // A section behind a broken header, or in a file that is no text, would be nobody's.
    if (addConfig) resolveProfile(config, profile)

    const keys = await this.#readKeys(container, profile, flags)
    container.redactor.add(keys.secretAccessKey)
    const arn = flags.verify ? await whoIs(container, profile, keys) : undefined
    const { replaced, dropped, backend } = await storeKeys(container, profile, keys)
    this.log(`${replaced ? 'Replaced' : 'Added'} the credentials of profile "${profile}" in the ${backend} keyring.`)
    if (arn !== undefined) this.log(`They belong to ${arn}.`)
    if (dropped > 0) this.log(`Removed ${dropped} ${dropped === 1 ? 'session' : 'sessions'} made from the old ones.`)
    if (addConfig && (await appendProfile(config.file, profile, { withLock: container.withLock }))) {
      this.log(`Added profile "${profile}" to ${config.file}.`)
    }
    return { profile, accessKeyId: keys.accessKeyId, replaced, ...(arn === undefined ? {} : { arn }) }
  }

  async #readKeys(container: Container, profile: string, from: { env: boolean; stdin: boolean }): Promise<KeyPair> {
    if (from.env) {
      const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = container.world.environment
      const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
      container.redactor.add(keys.secretAccessKey)
      return checkKeyPair(keys, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
    }
    if (from.stdin) {
      const { readFileSync } = await import('node:fs')
      return checkKeyPair(parseKeyPair(readFileSync(0, 'utf8')), 'standard input')
    }
    const instead = 'give the key by --stdin or --env'
    const ask = async (what: string, secret: boolean): Promise<string> =>
      (await container.ask({ message: `${what} for profile ${profile}`, secret, instead })).trim()
    const accessKeyId = await ask('Access key ID', false)
    const secretAccessKey = await ask('Secret access key', true)
    return checkKeyPair({ accessKeyId, secretAccessKey }, 'as typed')
  }
}
