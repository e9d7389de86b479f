/** The main job against an AWS that somebody else wrote (moto), with an SDK that somebody else wrote (boto3) as the program. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Sandbox } from './support/sandbox.ts'

const python = process.env.AWS_VAULT_TEST_PYTHON
const why = 'needs a Python with moto[server] and boto3: set AWS_VAULT_TEST_PYTHON'
if (python === undefined && process.env.CI === 'true') throw new Error(why)

const serial = 'arn:aws:iam::123456789012:mfa/alice'

/** What users run: boto3's default credential chain. */
const whoAmI = ['-c', 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])']

/** Makes a user with a key and a role, and prints them. */
const makeWorld = `
import boto3, json, sys
iam = boto3.client("iam", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
iam.create_user(UserName="alice")
key = iam.create_access_key(UserName="alice")["AccessKey"]
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="Admin", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
print(json.dumps({"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"], "roleArn": role["Arn"]}))
`

/** Prints the access keys of the user. */
const listAccessKeys = `
import boto3, json, sys
iam = boto3.client("iam", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
keys = iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
print(json.dumps([{"id": key["AccessKeyId"], "status": key["Status"]} for key in keys]))
`

describe('with moto and boto3', { skip: python === undefined ? why : false }, () => {
  const box = new Sandbox()
  let moto: ChildProcess
  let url = ''

  before(async () => {
    const server = 'from moto.server import main; import sys; main(["-H", "127.0.0.1", "-p", "0"])'
    moto = spawn(python as string, ['-c', server], { stdio: ['ignore', 'ignore', 'pipe'] })
    url = await new Promise<string>((resolve, reject) => {
      let said = ''
      moto.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)
        if (found) resolve(found[0])
      })
      moto.on('exit', code => reject(new Error(`moto ended with ${code}: ${said}`)))
    })
    const world = JSON.parse(execFileSync(python as string, ['-c', makeWorld, url], { encoding: 'utf8' }))
    box.env.AWS_ENDPOINT_URL_STS = url
    box.env.AWS_ENDPOINT_URL_IAM = url
    box.config(
      `[profile work]\nregion = us-east-1\n[profile admin]\nregion = us-east-1\nsource_profile = work\nrole_arn = ${world.roleArn}\nmfa_serial = ${serial}\n`,
    )
    await box.add('work', world)
  })
  after(() => {
    moto.kill()
    box[Symbol.dispose]()
  })

  it('a profile with keys', async () => {
    const { code, stdout, stderr } = await box.run(['exec', 'work', '--', python as string, ...whoAmI])
    assert.equal(code, 0, stderr)
    // moto does not keep whose session tokens are; it calls every such user `moto`.
    assert.match(stdout, /^arn:aws:sts::123456789012:user\/moto$/m)
  })

  it('a role with MFA, and again from the cache', async () => {
    const program = ['--', python as string, ...whoAmI]
    const first = await box.run(['exec', 'admin', '--mfa-token', '123456', ...program])
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stdout, /^arn:aws:sts::123456789012:assumed-role\/Admin\/\S+@\S+$/m)
    const again = await box.run(['exec', 'admin', ...program])
    assert.equal(again.stdout, first.stdout)
  })

  it('as the credential_process of a profile that boto3 reads', () => {
    const run = join(import.meta.dirname, '..', 'bin', 'run.js')
    const line = `credential_process = "${process.execPath}" "${run}" export --format json admin`
    box.write(
      '.aws/config',
      `${readFileSync(join(box.home, '.aws/config'), 'utf8')}\n[profile x]\nregion = us-east-1\n${line}\n`,
    )
    const env = { ...box.env, AWS_PROFILE: 'x', AWS_ENDPOINT_URL: url }
    const said = execFileSync(python as string, whoAmI, { env, encoding: 'utf8' })
    assert.match(said, /assumed-role\/Admin/)
  })

  it('rotate: one key afterwards, and not the one before', async () => {
    const listKeys = () => {
      const said = execFileSync(python as string, ['-c', listAccessKeys, url], { encoding: 'utf8' })
      return JSON.parse(said) as { id: string; status: string }[]
    }
    const [before] = listKeys()
    const { stdout } = await box.ok(['rotate', 'work', '--json'])
    const [{ oldKeyId, newKeyId }] = JSON.parse(stdout)
    assert.equal(oldKeyId, before?.id)
    assert.deepEqual(listKeys(), [{ id: newKeyId, status: 'Active' }])
    await box.ok(['rotate', 'work', '--keep-old'])
    assert.deepEqual(
      listKeys().map(({ status }) => status),
      ['Inactive', 'Active'],
    )
    await box.ok(['rotate', 'work', '--delete-oldest'])
    assert.equal(listKeys().length, 1)
    assert.match((await box.ok(['list', '--ages'])).stdout, /^work +AKIA\w+ +0$/m)
    await box.ok(['exec', 'work', '--', python as string, ...whoAmI])
  })
})
