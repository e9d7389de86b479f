import type { Clock, CredentialSource } from '@aws-vault/plugin-sdk'
import { type Answer, answerJson, answerText, credentialAnswers } from '@aws-vault/plugin-sdk/server'

/** The name that the role has here, whatever the profile is called: the one that the Go tool gives. */
const ROLE = 'local-credentials'

/** No instance has such an id, so that nobody takes this machine for one. */
const INSTANCE = 'aws-vault'

/**
 * What is served under which path (Amazon EC2 User Guide, "Instance metadata categories"): what SDKs ask for, the
 * listings on the way to it, and nothing that would have to be made up.
 * @returns the answer to a path; `undefined` where there is nothing
 */
export function metadataTree(
  source: CredentialSource,
  clock: Clock,
): (path: string) => Answer | Promise<Answer> | undefined {
  const { region } = source
  const zone = `${region}a`
  const credentials = credentialAnswers(source, ({ accessKeyId, secretAccessKey, sessionToken, expiration }) => ({
    Code: 'Success',
    LastUpdated: seconds(clock.now()),
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken ?? '',
    Expiration: seconds(expiration.getTime()),
  }))
  const leaves: Record<string, () => Answer | Promise<Answer>> = {
    [`meta-data/iam/security-credentials/${ROLE}`]: () => credentials.answer(),
    'meta-data/iam/info': constant(answerJson(200, { Code: 'Success', LastUpdated: seconds(clock.now()) })),
    'meta-data/instance-id': constant(answerText(200, INSTANCE)),
    ...(region === undefined
      ? {}
      : {
          'meta-data/placement/region': constant(answerText(200, region)),
          'meta-data/placement/availability-zone': constant(answerText(200, zone)),
        }),
    'dynamic/instance-identity/document': constant(
      answerJson(200, {
        version: '2017-09-30',
        instanceId: INSTANCE,
        ...(region === undefined ? {} : { region, availabilityZone: zone }),
      }),
    ),
  }
  const paths = Object.entries(leaves).map(([path, answer]) => [`latest/${path}`, answer] as const)
  const answers = new Map([...paths, ...listings(paths.map(([path]) => path))])
  // Some clients write a slash behind what is no directory, and some leave it out behind one.
  return path => answers.get(path.replaceAll(/^\/|\/$/g, ''))?.()
}

/** What the directories on the way to some paths hold, one name a line, as the metadata service lists it. */
function listings(paths: readonly string[]): Map<string, () => Answer> {
  const names = new Map<string, Set<string>>()
  for (const path of paths) {
    const words = path.split('/')
    words.forEach((word, index) => {
      const directory = words.slice(0, index).join('/')
      const isLeaf = index === words.length - 1
      names.set(directory, (names.get(directory) ?? new Set()).add(isLeaf ? word : `${word}/`))
    })
  }
  return new Map([...names].map(([directory, held]) => [directory, constant(answerText(200, [...held].join('\n')))]))
}

const constant = (answer: Answer) => () => answer

/** A time in whole seconds, cut: not every reader takes fractions, and an end is never later than the true one. */
const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
