import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  config,
  exchanges,
  flag,
  lastStep,
  located,
  ONE,
  parameters,
  planOf,
  refusal,
  variable,
} from '../../test/support/plan-rows.ts'
import type { Plan } from './plan.ts'

describe('what AssumeRole is told', () => {
  const role = (settings: string): string => config('src:', `p: role=One; from=src; ${settings}`)

  it('is the role and nothing that was not said', () => {
    assert.deepEqual(parameters(planOf(role(''))), { roleArn: ONE })
  })

  it('is all that the profile says', () => {
    const all = [
      'external_id=ext-1',
      'role_session_name=my.session',
      'session_tags=team = core , cost=a=b',
      'transitive_session_tags= team , cost ,, ',
      'source_identity=alice',
    ]
    assert.deepEqual(parameters(planOf(role(all.join('; ')))), {
      roleArn: ONE,
      externalId: 'ext-1',
      roleSessionName: 'my.session',
      sessionTags: { team: 'core', cost: 'a=b' },
      transitiveTagKeys: ['team', 'cost'],
      sourceIdentity: 'alice',
    })
  })

  it('is, for the named profile alone, what the environment says', () => {
    const made = planOf(
      config(
        'src:',
        'r1: role=One; from=src; session_tags=a=1; role_session_name=one',
        'p: role=Two; from=r1; session_tags=b=2; source_identity=cfg; role_session_name=two',
      ),
      {
        wishes: {
          roleArn: located('arn:aws:iam::111111111111:role/Env', variable('AWS_ROLE_ARN')),
          roleSessionName: located('envname', variable('AWS_ROLE_SESSION_NAME')),
          sessionTags: located('e=9', variable('AWS_SESSION_TAGS')),
          transitiveTags: located('e', variable('AWS_TRANSITIVE_TAGS')),
          sourceIdentity: located('envid', variable('AWS_SOURCE_IDENTITY')),
        },
      },
    )
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.parameters),
      [
        { roleArn: ONE, roleSessionName: 'one', sessionTags: { a: '1' } },
        {
          roleArn: 'arn:aws:iam::111111111111:role/Env',
          roleSessionName: 'envname',
          sessionTags: { e: '9' },
          transitiveTagKeys: ['e'],
          sourceIdentity: 'envid',
        },
      ],
    )
  })

  it('takes a role of another partition, with a path', () => {
    const made = planOf(config('src:', 'p: from=src; role_arn=arn:aws-us-gov:iam::111111111111:role/a/b/Role_+=,.@-'))
    assert.equal(lastStep(made).parameters.roleArn, 'arn:aws-us-gov:iam::111111111111:role/a/b/Role_+=,.@-')
  })

  for (const [setting, message] of [
    ['role_arn=One', /role_arn at config:\d+ \[profile p\] is not valid: expected the ARN/],
    ['role_arn=arn:aws:sts::111111111111:assumed-role/One/me', /role_arn/],
    ['role_arn=arn:aws:iam::1111:role/One', /role_arn/],
    ['role=One; role_session_name=a b', /role_session_name at config/],
    ['role=One; external_id=x', /external_id at config/],
    ['role=One; source_identity=a/b', /source_identity at config/],
    ['role=One; session_tags=team', /session_tags at config/],
  ] as const) {
    it(`refuses ${setting}`, () => {
      const error = refusal(config('src:', `p: from=src; ${setting}`))
      assert.equal(error.code, 'ERR_CONFIG_VALUE')
      assert.match(error.message, message)
      assert.match(error.hint ?? '', /mend line \d of config/)
    })
  }

  it('names the variable when that is what cannot be meant', () => {
    const error = refusal(role(''), { wishes: { roleArn: located('One', variable('AWS_ROLE_ARN')) } })
    assert.match(error.message, /role_arn at environment variable AWS_ROLE_ARN/)
  })
})

describe('where calls go', () => {
  const regional = config(
    'src: region=us-east-2; mfa=alice',
    'r1: role=One; from=src; region=us-west-1',
    'p: role=Two; from=r1; region=us-west-2',
  )
  const regions = (made: Plan): (string | undefined)[] => exchanges(made).map(({ step }) => step.region)

  it('to the region of each level, and the program is told that of the named profile', () => {
    const made = planOf(regional)
    assert.deepEqual(regions(made), ['us-east-2', 'us-west-1', 'us-west-2'])
    assert.equal(made.region, 'us-west-2')
  })

  it('to AWS_REGION for all levels', () => {
    const made = planOf(regional, { wishes: { region: located('eu-central-1', variable('AWS_REGION')) } })
    assert.deepEqual(regions(made), ['eu-central-1', 'eu-central-1', 'eu-central-1'])
    assert.equal(made.region, 'eu-central-1')
  })

  it('to the region of the nearest level where one says none, which the program is not told', () => {
    const made = planOf(config('src: mfa=alice', 'r1: role=One; from=src; region=us-west-1', 'p: role=Two; from=r1'))
    assert.deepEqual(regions(made), ['us-west-1', 'us-west-1', 'us-west-1'])
    assert.equal(made.region, undefined)
    assert.ok(!('region' in made))
  })

  it('to no region where nobody says one', () => {
    assert.deepEqual(regions(planOf(config('p:'), { keys: ['p'] })), [undefined])
  })

  it('to the endpoint of each level', () => {
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; endpoint_url=http://127.0.0.1:4566'))
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.endpointUrl),
      [undefined, 'http://127.0.0.1:4566'],
    )
  })

  it('to the endpoint of the environment for all levels', () => {
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; endpoint_url=http://127.0.0.1:4566'), {
      wishes: { endpointUrl: located('https://sts.example.com', variable('AWS_ENDPOINT_URL_STS')) },
    })
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.endpointUrl),
      ['https://sts.example.com', 'https://sts.example.com'],
    )
  })

  it('to the global endpoint where sts_regional_endpoints says so', () => {
    const made = planOf(
      config('src: mfa=alice; sts_regional_endpoints=legacy', 'p: role=One; from=src; sts_regional_endpoints=regional'),
    )
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.parameters),
      [{ legacyGlobalEndpoint: true }, { roleArn: ONE }],
    )
  })

  it('to the global endpoint where AWS_STS_REGIONAL_ENDPOINTS says so, but not past an endpoint_url', () => {
    const wishes = { stsRegionalEndpoints: located('legacy', variable('AWS_STS_REGIONAL_ENDPOINTS')) }
    const made = planOf(config('src: mfa=alice', 'p: role=One; from=src; endpoint_url=http://127.0.0.1:4566'), {
      wishes,
    })
    assert.deepEqual(
      exchanges(made).map(({ step }) => step.parameters),
      [{ legacyGlobalEndpoint: true }, { roleArn: ONE }],
    )
  })

  for (const [setting, message] of [
    ['region=a.b/#', /region "a.b\/#" at config:2/],
    ['endpoint_url=localhost:4566', /endpoint_url at config:2 \[profile p\] is not valid/],
    ['sts_regional_endpoints=global', /sts_regional_endpoints at config:2 .* expected legacy or regional/],
  ] as const) {
    it(`refuses ${setting}`, () => {
      const error = refusal(config(`p: ${setting}`), { keys: ['p'] })
      assert.equal(error.code, 'ERR_CONFIG_VALUE')
      assert.match(error.message, message)
    })
  }

  it('refuses a region that the program would be told, also where no call is made', () => {
    const error = refusal(config('p: region=a.b/#'), { keys: ['p'], wishes: { session: false } })
    assert.equal(error.code, 'ERR_CONFIG_VALUE')
  })
})

describe('partitions', () => {
  const regions = {
    'aws-cn': 'cn-northwest-1',
    'aws-us-gov': 'us-gov-east-1',
    'aws-iso': 'us-iso-west-1',
    'aws-iso-b': 'us-isob-west-1',
    'aws-iso-e': 'eu-isoe-west-1',
    'aws-iso-f': 'us-isof-east-1',
    'aws-eusc': 'eusc-de-east-1',
  } as const
  const first = {
    'aws-cn': 'cn-north-1',
    'aws-us-gov': 'us-gov-west-1',
    'aws-iso': 'us-iso-east-1',
    'aws-iso-b': 'us-isob-east-1',
    'aws-iso-e': 'eu-isoe-west-1',
    'aws-iso-f': 'us-isof-south-1',
    'aws-eusc': 'eusc-de-east-1',
  } as const
  const text = (partition: string, region?: string): string =>
    config(
      `src: mfa_serial=arn:${partition}:iam::111111111111:mfa/alice`,
      `p: from=src; role_arn=arn:${partition}:iam::111111111111:role/One; ${region === undefined ? '' : `region=${region}`}`,
      `q: from=p; role_arn=arn:${partition}:iam::111111111111:role/Two; sts_regional_endpoints=legacy`,
    )
  const regionsOf = (made: Plan): (string | undefined)[] => exchanges(made).map(({ step }) => step.region)

  for (const partition of Object.keys(regions) as (keyof typeof regions)[]) {
    it(`${partition}: every call goes to the region that is said, or else to one of the partition`, () => {
      const said = planOf(text(partition, regions[partition]), { profile: 'q' })
      assert.deepEqual(regionsOf(said), [regions[partition], regions[partition], regions[partition]])
      assert.deepEqual(said.notes, [])
      const unsaid = planOf(text(partition), { profile: 'q' })
      assert.deepEqual(regionsOf(unsaid), [first[partition], first[partition], first[partition]])
      assert.equal(unsaid.region, undefined, 'what the program is told is for the user to say')
    })

    it(`${partition}: has no global endpoint`, () => {
      const made = planOf(text(partition, regions[partition]), { profile: 'q' })
      assert.ok(exchanges(made).every(({ step }) => !('legacyGlobalEndpoint' in step.parameters)))
    })

    it(`${partition}: that the region is of another one is said, for each call`, () => {
      for (const region of ['eu-west-1', partition === 'aws-cn' ? 'us-gov-west-1' : 'cn-north-1']) {
        const { notes } = planOf(text(partition, region), { profile: 'p' })
        assert.equal(notes.length, 2)
        assert.match(
          notes[1] ?? '',
          new RegExp(
            `^region ${region} \\(config:\\d+ \\[profile p\\]\\) is not one of the partition ${partition} of arn`,
          ),
        )
      }
    })

    it(`${partition}: its own ReadOnlyAccess`, () => {
      const readOnly = { readOnly: located(true, flag('read-only')) }
      for (const region of [undefined, regions[partition]]) {
        const { policyArns } = parameters(planOf(text(partition, region), { wishes: { policy: readOnly } })) as {
          policyArns?: string[]
        }
        assert.deepEqual(policyArns, [`arn:${partition}:iam::aws:policy/ReadOnlyAccess`])
      }
    })
  }

  it('aws: no region is made up, and one of another partition is said', () => {
    assert.deepEqual(regionsOf(planOf(text('aws'))), [undefined, undefined])
    assert.match(planOf(text('aws', 'cn-north-1')).notes[1] ?? '', /cn-north-1 .* is not one of the partition aws of/)
  })

  it('that nobody knows yet: nothing is made up, and nothing is said', () => {
    assert.deepEqual(regionsOf(planOf(text('aws-moon'))), [undefined, undefined])
    assert.deepEqual(planOf(text('aws-moon', 'moon-north-1')).notes, [])
    assert.deepEqual(planOf(text('aws', 'moon-north-1')).notes, [])
  })

  it('say nothing of an endpoint_url, which is called whatever the region', () => {
    const wishes = { endpointUrl: located('https://sts.example.com', variable('AWS_ENDPOINT_URL')) }
    assert.deepEqual(planOf(text('aws-cn', 'eu-west-1'), { wishes }).notes, [])
  })

  it('count for plain keys by their MFA device, and by AWS_MFA_SERIAL before it', () => {
    const keys = { profile: 'src', keys: ['src'] }
    assert.deepEqual(regionsOf(planOf(text('aws-us-gov'), keys)), ['us-gov-west-1'])
    const mfaSerial = located('arn:aws-cn:iam::111111111111:mfa/alice', variable('AWS_MFA_SERIAL'))
    assert.deepEqual(regionsOf(planOf(text('aws-us-gov'), { ...keys, wishes: { mfaSerial } })), ['cn-north-1'])
  })
})
