/** In a terminal, with a person at it: what is asked, what is shown of the answers, and what becomes of them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KEYS, OTHER_KEYS, PASSPHRASE, RUN } from './support/sandbox.ts'
import { ALICE_MFA, roleArn, type Scene, setScene } from './support/scene.ts'
import { Terminal } from './support/terminal.ts'

const work = '[profile work]\nregion = eu-west-1\n'
const CTRL_C = '\x03'

const openIn = ({ sandbox }: Scene, ...args: string[]): Terminal => new Terminal(sandbox, args)

describe('in a terminal', { timeout: 30_000 }, () => {
  test('add asks for both halves of the key, and does not show the secret', async () => {
    await using scene = await setScene({ keys: [] })
    using terminal = openIn(scene, 'add', 'work')
    await terminal.answer(/Access key ID for profile work: $/, `${KEYS.accessKeyId}\r`)
    await terminal.answer(/Secret access key for profile work: $/, `${KEYS.secretAccessKey}\r`)
    const { code, screen } = await terminal.ended
    assert.equal(code, 0, screen)
    assert.match(screen, /Added the credentials of profile "work"/)
    assert.ok(screen.includes(KEYS.accessKeyId), 'what is no secret is shown')
    assert.equal((await scene.sandbox.environmentUnder(['work', '-n'])).AWS_SECRET_ACCESS_KEY, KEYS.secretAccessKey)
  })

  test('add with what is pasted the wrong way round: refused, and not shown', async () => {
    await using scene = await setScene({ keys: [], world: {} })
    // What is typed at the first question is shown by the terminal: once is no surprise.
    scene.sandbox.secrets.delete(KEYS.secretAccessKey)
    using terminal = openIn(scene, 'add', 'work')
    await terminal.answer(/Access key ID .*: $/, `${KEYS.secretAccessKey}\r`)
    await terminal.answer(/Secret access key .*: $/, `${KEYS.accessKeyId}\r`)
    const { code, screen } = await terminal.ended
    assert.equal(code, 1)
    assert.match(screen, /swapped/)
    assert.equal(screen.split(KEYS.secretAccessKey).length, 2)
  })

  test('exec asks for the MFA code, naming device and profile, and again when AWS refuses it', async () => {
    await using scene = await setScene({ config: `${work}mfa_serial = ${ALICE_MFA}\n` })
    using terminal = openIn(scene, 'exec', 'work', 'printenv', 'AWS_ACCESS_KEY_ID')
    const question = new RegExp(`MFA code of ${ALICE_MFA} for profile work: $`)
    await terminal.answer(question, '12345\r')
    await terminal.sees(/an MFA code is six digits/)
    const codes = [-30, 0, 30].map(seconds => scene.aws.mfaCode(ALICE_MFA, scene.aws.now() + seconds * 1000))
    await terminal.answer(question, `${['000000', '000001', '000002', '000003'].find(code => !codes.includes(code))}\r`)
    await terminal.sees(/AWS refused the MFA code/)
    await terminal.answer(question, `${codes[1]}\r`)
    const { code, screen } = await terminal.ended
    assert.equal(code, 0, screen)
    assert.deepEqual(
      scene.aws.calls.map(({ result }) => result),
      ['AccessDenied', 'ok'],
    )
    assert.ok(screen.includes(scene.aws.calls[1]?.issued ?? 'nothing'))
  })

  test('ten exec at once in one terminal ask once', async () => {
    await using scene = await setScene({
      config: `${work}[profile guarded]\nsource_profile = work\nrole_arn = ${roleArn('guarded')}\nmfa_serial = ${ALICE_MFA}\n`,
    })
    const { sandbox, aws } = scene
    const one = `"${process.execPath}" "${RUN}" exec guarded printenv AWS_ACCESS_KEY_ID`
    const script = `for i in 1 2 3 4 5 6 7 8 9 10; do ${one} > out.$i 2> err.$i & done; wait`
    using terminal = new Terminal(sandbox, ['-c', script], { program: 'sh' })
    await terminal.answer(/MFA code of .*: $/, `${aws.mfaCode(ALICE_MFA)}\r`)
    const { screen } = await terminal.ended
    assert.equal(screen.match(/MFA code/g)?.length, 1, screen)
    const outputs = Array.from({ length: 10 }, (_, index) => sandbox.read(`out.${index + 1}`))
    assert.deepEqual(new Set(outputs), new Set([`${aws.calls[0]?.issued}\n`]))
    assert.deepEqual(scene.calls(), ['AssumeRole by alice'])
  })

  for (const [answer, isRemoved] of [
    ['y', true],
    ['YES', true],
    ['n', false],
    ['', false],
    ['yep', false],
  ] as const) {
    test(`remove asks; "${answer}" is ${isRemoved ? 'a yes' : 'no yes'}`, async () => {
      await using scene = await setScene()
      using terminal = openIn(scene, 'remove', 'work')
      await terminal.answer(/Remove the credentials of profile "work" and their sessions\? \(y\|N\): $/, `${answer}\r`)
      const { code, screen } = await terminal.ended
      assert.equal(code, 0)
      assert.match(screen, isRemoved ? /Removed the credentials/ : /Nothing was removed/)
      assert.equal((await scene.sandbox.ok(['list', '--credentials'])).stdout, isRemoved ? '' : 'work\n')
    })
  }

  test('Ctrl-C at a question ends us as it ends other programs, and nothing is done', async () => {
    await using scene = await setScene()
    const before = scene.sandbox.vaultFiles()
    for (const [args, question] of [
      [['remove', 'work'], /\(y\|N\): $/],
      [['add', 'other'], /Access key ID .*: $/],
    ] as const) {
      using terminal = openIn(scene, ...args)
      await terminal.answer(question, CTRL_C)
      const { code, signal, screen } = await terminal.ended
      assert.ok(code === 130 || signal === 2, `${code} ${signal}: ${screen}`)
      assert.doesNotMatch(screen, /^ +at /m)
    }
    assert.deepEqual(scene.sandbox.vaultFiles(), before)
  })

  test('the passphrase is asked once, is not shown, and the terminal is as it was for the program', async () => {
    await using scene = await setScene()
    delete scene.sandbox.env.AWS_VAULT_FILE_PASSPHRASE
    const script = 'stty -a; read line; echo "read $line"'
    using terminal = openIn(scene, 'exec', 'work', 'sh', '-c', script)
    await terminal.answer(/Passphrase for the vault in ~\/\.awsvault\/keys: $/, `${PASSPHRASE}\r`)
    await terminal.sees(/ icrnl /)
    await terminal.answer(/ icanon .* echo /s, 'hello\r')
    const { code, screen } = await terminal.ended
    assert.equal(code, 0, screen)
    assert.match(screen, /read hello/)
    assert.equal(screen.match(/Passphrase/g)?.length, 1)
    assert.ok(!screen.includes(PASSPHRASE))
  })

  test('a wrong passphrase is asked for again, and after three of them nothing was written', async () => {
    await using scene = await setScene()
    delete scene.sandbox.env.AWS_VAULT_FILE_PASSPHRASE
    const before = scene.sandbox.vaultFiles()
    const env = { AWS_ACCESS_KEY_ID: OTHER_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: OTHER_KEYS.secretAccessKey }
    using terminal = new Terminal(scene.sandbox, ['add', 'work', '--env'], { env })
    await terminal.answer(/Passphrase for the vault in .*: $/, 'no\r')
    await terminal.answer(/Wrong passphrase\. Passphrase for the vault in .*: $/, 'nope\r')
    await terminal.answer(/Wrong passphrase\. Passphrase for the vault in .*: $/, 'never\r')
    const { code, screen } = await terminal.ended
    assert.equal(code, 1)
    assert.match(screen, /wrong passphrase for the vault in .*, 3 times/)
    assert.deepEqual(scene.sandbox.vaultFiles(), before)
  })

  test('the passphrase of a new vault is asked for twice', async () => {
    await using scene = await setScene({ keys: [] })
    delete scene.sandbox.env.AWS_VAULT_FILE_PASSPHRASE
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    using terminal = new Terminal(scene.sandbox, ['add', 'work', '--env'], { env })
    await terminal.answer(/Passphrase for the new vault in .*: $/, `${PASSPHRASE}\r`)
    await terminal.answer(/Repeat the passphrase for the new vault in .*: $/, `${PASSPHRASE}\r`)
    const { code, screen } = await terminal.ended
    assert.equal(code, 0, screen)
    await scene.sandbox.ok(['exec', 'work', 'true'], { env: { AWS_VAULT_FILE_PASSPHRASE: PASSPHRASE } })
  })

  test('questions come on the terminal, also where stdin and stdout are something else', async () => {
    await using scene = await setScene({ config: `${work}mfa_serial = ${ALICE_MFA}\n` })
    const { sandbox, aws } = scene
    const script = `echo data | "${process.execPath}" "${RUN}" exec work -- sh -c 'cat; echo $AWS_ACCESS_KEY_ID' > out`
    delete sandbox.env.AWS_VAULT_FILE_PASSPHRASE
    using terminal = new Terminal(sandbox, ['-c', script], { program: 'sh' })
    await terminal.answer(/Passphrase .*: $/, `${PASSPHRASE}\r`)
    await terminal.answer(/MFA code of .*: $/, `${aws.mfaCode(ALICE_MFA)}\r`)
    const { code, screen } = await terminal.ended
    assert.equal(code, 0, screen)
    assert.equal(sandbox.read('out'), `data\n${aws.calls[0]?.issued}\n`)
  })
})
