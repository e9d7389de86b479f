import type { IAMClient } from '@aws-sdk/client-iam'
import { type Credentials, isVaultError, type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { callAws, clientSettings, clientUrl, type Refusal, type SendOptions } from '@aws-vault/plugin-sdk/aws'
import type { KeyPair } from './journal.ts'
import type { AccessKeys, LastUse, ListedKey } from './ports.ts'

type IamModule = typeof import('@aws-sdk/client-iam')

/** Where IAM is called, and for whom. */
export interface IamTarget {
  readonly profile: string
  /** The one region of the partition in which its IAM is: it signs. */
  readonly region: string
  /** The endpoint that the user set. */
  readonly endpointUrl?: string
}

/** The names of IAM's answers, whether as its errors are called or as they are coded. */
const isNamed = (name: string, code: string): boolean => name === code || name === `${code}Exception`

/**
 * The access keys of the user whose credentials sign: https://docs.aws.amazon.com/IAM/latest/APIReference/. No user is
 * named, so that no right beyond the user's own keys is needed.
 * @param signer gives what signs a call
 * @throws VaultError ERR_IAM_DENIED, ERR_IAM_KEYS_REFUSED, ERR_IAM_KEY_LIMIT, ERR_IAM_REFUSED when AWS refuses;
 *   ERR_IAM_THROTTLED, ERR_IAM_UNAVAILABLE, ERR_IAM_FAILED, ERR_IAM_ANSWER, ERR_NETWORK_FAILED, ERR_NETWORK_TIMEOUT,
 *   ERR_CLOCK_SKEW otherwise
 */
export function accessKeysOfSigner(
  target: IamTarget,
  signer: () => Promise<Credentials>,
  context: PartContext,
  onSecret: (secret: string) => void,
): AccessKeys {
  let ahead = 0
  const onClock = (difference: number): void => {
    ahead = difference
  }
  const call = async <T>(
    action: string,
    send: (client: IAMClient, iam: IamModule, options: SendOptions) => Promise<T>,
    { once = false, as }: { once?: boolean; as?: Credentials } = {},
  ): Promise<T> => callIam({ action, target, source: as ?? (await signer()), once, onClock }, context, send)
  const remove = (AccessKeyId: string, as?: Credentials): Promise<void> =>
    unlessGone(
      call(
        'DeleteAccessKey',
        (client, iam, options) => client.send(new iam.DeleteAccessKeyCommand({ AccessKeyId }), options),
        as === undefined ? {} : { as },
      ),
    )
  return {
    async list() {
      const keys: ListedKey[] = []
      for (let Marker: string | undefined; ; ) {
        const page = await call('ListAccessKeys', (client, iam, options) =>
          client.send(new iam.ListAccessKeysCommand({ Marker }), options),
        )
        for (const { AccessKeyId = '', Status, CreateDate } of page.AccessKeyMetadata ?? []) {
          keys.push({ accessKeyId: AccessKeyId, active: Status === 'Active', created: CreateDate })
        }
        Marker = page.IsTruncated ? page.Marker : undefined
        if (Marker === undefined) return keys
      }
    },
    async lastUse(AccessKeyId): Promise<LastUse> {
      try {
        const { AccessKeyLastUsed } = await call('GetAccessKeyLastUsed', (client, iam, options) =>
          client.send(new iam.GetAccessKeyLastUsedCommand({ AccessKeyId }), options),
        )
        const { LastUsedDate: at, ServiceName: service = 'N/A' } = AccessKeyLastUsed ?? {}
        if (at !== undefined) return { at, service }
        return AccessKeyLastUsed !== undefined && service === 'N/A' ? 'never' : 'unknown'
      } catch (error) {
        if (isVaultError(error, 'ERR_IAM_DENIED') || isVaultError(error, 'ERR_IAM_REFUSED')) return 'unknown'
        throw error
      }
    },
    async create() {
      const answer = await call(
        'CreateAccessKey',
        (client, iam, options) => client.send(new iam.CreateAccessKeyCommand({}), options),
        { once: true },
      )
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = answer.AccessKey ?? {}
      if (!accessKeyId || !secretAccessKey) throw noKey(target)
      onSecret(secretAccessKey)
      return { accessKeyId, secretAccessKey } satisfies KeyPair
    },
    deactivate: AccessKeyId =>
      unlessGone(
        call('UpdateAccessKey', (client, iam, options) =>
          client.send(new iam.UpdateAccessKeyCommand({ AccessKeyId, Status: 'Inactive' }), options),
        ),
      ),
    delete: accessKeyId => remove(accessKeyId),
    deleteSelf: key => remove(key.accessKeyId, key),
    now: () => context.clock.now() + ahead,
  }
}

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isVaultError(error) || !isNamed(String(error.facts.awsCode), 'NoSuchEntity')) throw error
  }
}

interface IamCall {
  readonly action: string
  readonly target: IamTarget
  readonly source: Credentials
  readonly once: boolean
  /** Is told by how many milliseconds AWS's clock is ahead of ours. */
  onClock(difference: number): void
}

const codes = { throttled: 'ERR_IAM_THROTTLED', unavailable: 'ERR_IAM_UNAVAILABLE', notMade: 'ERR_IAM_FAILED' }

async function callIam<T>(
  { action, target, source, once, onClock }: IamCall,
  context: PartContext,
  send: (client: IAMClient, iam: IamModule, options: SendOptions) => Promise<T>,
): Promise<T> {
  const { profile, region, endpointUrl } = target
  const iam: IamModule = await import('@aws-sdk/client-iam')
  // A copy: the client writes into what it is given.
  const client = new iam.IAMClient({ ...clientSettings(region, endpointUrl), credentials: { ...source } })
  const url = clientUrl(client, region, endpointUrl)
  watchClock(client, context, onClock)
  const { accessKeyId, secretAccessKey, sessionToken } = source
  const call = {
    action,
    step: { provider: 'iam', profile, parameters: {} },
    url,
    endpointUrl,
    once,
    secrets: [secretAccessKey, sessionToken].filter(secret => secret !== undefined),
    codes,
    refused: (refusal: Refusal) => refused(action, profile, accessKeyId, refusal),
  }
  return callAws(call, client, context, options => unlimited(send(client, iam, options)))
}

/** `Date` of AWS's answers, refusals included, to the second. */
function watchClock(client: IAMClient, { clock }: PartContext, onClock: (difference: number) => void): void {
  client.middlewareStack.add(
    next => async args => {
      const result = await next(args)
      const { headers = {} } = result.response as { headers?: Record<string, string> }
      const time = Date.parse(headers.date ?? '')
      if (!Number.isNaN(time)) onClock(time - clock.now())
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'awsVaultIamClock' },
  )
}

/** IAM calls its quota of keys by the name that other services give to throttling: it would be tried again in vain. */
async function unlimited<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (isNamed((error as Error).name, 'LimitExceeded')) (error as Error).name = 'LimitExceeded'
    throw error
  }
}

const keysRefused = /^(InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken)/

function refused(action: string, profile: string, accessKeyId: string, refusal: Refusal): VaultError {
  const { awsCode, said, error } = refusal
  if (/^AccessDenied/.test(awsCode)) {
    const message = `AWS denied ${action} for the keys of profile "${profile}": ${said}`
    return error('ERR_IAM_DENIED', message, `let the user do iam:${action} with its own keys; ${mfaHint}`)
  }
  if (keysRefused.test(awsCode)) {
    const message = `AWS does not accept ${accessKeyId}, which signs ${action} for profile "${profile}": ${said}`
    return error(
      'ERR_IAM_KEYS_REFUSED',
      message,
      `if it was deactivated or deleted elsewhere, store another one: aws-vault add ${profile}; if it is new, try again in a minute`,
    )
  }
  if (awsCode === 'LimitExceeded') {
    const message = `the user of profile "${profile}" has as many access keys as AWS allows`
    return error('ERR_IAM_KEY_LIMIT', message, `make room: aws-vault rotate --delete-oldest ${profile}`)
  }
  return error('ERR_IAM_REFUSED', `AWS refused ${action} for profile "${profile}": ${said}`)
}

const mfaHint = 'if it wants MFA for that, set mfa_serial in the profile'

function noKey({ profile }: IamTarget): VaultError {
  return new VaultError('ERR_IAM_ANSWER', `AWS answered CreateAccessKey for profile "${profile}" without a key`, {
    hint: 'check that the endpoint is one of AWS IAM; the next aws-vault rotate undoes what was made',
    facts: { profile },
  })
}
