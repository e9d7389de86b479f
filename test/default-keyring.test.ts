/** Which keyring is used when none is named, and that it never changes behind anybody's back. */
import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mountOn } from './support/mounts.ts'
import { KEYS } from './support/sandbox.ts'
import { type Scene, setScene } from './support/scene.ts'

const fixture = join(import.meta.dirname, 'fixtures', 'plugins', 'keyring-moody')
const add = { env: { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey } }

/** A home in which no keyring is named, and the best two do what MOODY_WINCRED and MOODY_KEYCHAIN say. */
async function setMoodyScene(moods: Record<string, string> = {}): Promise<Scene> {
  const scene = await setScene({ keys: [] })
  const { sandbox } = scene
  await sandbox.ok(['plugins', 'link', fixture])
  await sandbox.ok(['plugins', 'use', 'keyring', 'wincred=aws-vault-keyring-moody'])
  await sandbox.ok(['plugins', 'use', 'keyring', 'keychain=aws-vault-keyring-moody'])
  delete sandbox.env.AWS_VAULT_BACKEND
  Object.assign(sandbox.env, { MOODY_WINCRED: 'absent', MOODY_KEYCHAIN: 'absent', ...moods })
  return scene
}

/** How often the moody keyrings were asked whether they work, since the last time this was looked at. */
function asked({ sandbox }: Scene): string[] {
  if (!existsSync(sandbox.path('asked'))) return []
  const lines = sandbox.read('asked').trim().split('\n').sort()
  rmSync(sandbox.path('asked'))
  return lines
}

test('a machine with nothing gets files', async () => {
  await using scene = await setMoodyScene()
  const { stdout, stderr } = await scene.sandbox.ok(['add', 'work', '--env'], add)
  assert.match(stdout, /in the file keyring/)
  assert.equal(stderr, '')
})

test('one that fails, hangs or is not there is passed over, named with --debug, and keeps no command from ending', async () => {
  await using scene = await setMoodyScene({ MOODY_WINCRED: 'hangs', MOODY_KEYCHAIN: 'fails' })
  const { stdout, stderr } = await scene.sandbox.ok(['add', 'work', '--env', '--debug'], add)
  assert.match(stdout, /in the file keyring/)
  assert.match(stderr, /keyring "wincred" did not answer within 1 s/)
  assert.match(stderr, /keyring "keychain" does not work here: a fault of the part/)
  assert.deepEqual(asked(scene), ['fails', 'hangs'])
  const quiet = await scene.sandbox.ok(['exec', 'work', '--', 'true'])
  assert.equal(quiet.stderr, '')
})

test('the best one that works is used; once keys are in it, nobody is asked any more', async () => {
  await using scene = await setMoodyScene({ MOODY_KEYCHAIN: 'works' })
  const { sandbox } = scene
  assert.match((await sandbox.ok(['add', 'work', '--env'], add)).stdout, /in the keychain keyring/)
  assert.deepEqual(asked(scene), ['absent', 'works'])
  // Not even when a better one appears.
  const env = { MOODY_WINCRED: 'works' }
  assert.equal(await sandbox.accessKeyIdUnder(['work', '--no-session'], { env }), KEYS.accessKeyId)
  await sandbox.ok(['exec', 'work', '--', 'true'], { env })
  assert.deepEqual(asked(scene), [])
})

test('in other surroundings the one in use is asked again, and no other one is taken in its place', async () => {
  await using scene = await setMoodyScene({ MOODY_KEYCHAIN: 'works' })
  const { sandbox } = scene
  await sandbox.ok(['add', 'work', '--env'], add)
  asked(scene)
  const ssh = { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }
  const gone = { env: { ...ssh, MOODY_KEYCHAIN: 'absent' } }
  for (const args of [['exec', 'work', '--', 'true'], ['list'], ['remove', 'work', '-f']]) {
    const { stderr } = await sandbox.fails(args, 1, gone)
    assert.match(
      stderr,
      /the keyring "keychain", in which your keys are, does not work here: there is no daemon\n {2}hint: .*--backend/,
    )
  }
  const added = await sandbox.fails(['add', 'other', '--env'], 1, { env: { ...gone.env, ...add.env } })
  assert.match(added.stderr, /"keychain", in which your keys are/)
  assert.equal(existsSync(sandbox.vault), false)
  assert.deepEqual(asked(scene), ['absent', 'absent', 'absent', 'absent'])
  // One that hangs is the same, with an end to it.
  const { stderr } = await sandbox.fails(['list'], 1, { env: { ...ssh, MOODY_KEYCHAIN: 'hangs' } })
  assert.match(stderr, /"keychain", in which your keys are, does not work here: it did not answer within 1 s/)
  // Naming another one is a way on, and forgets nothing.
  await sandbox.ok(['list', '--backend', 'file'], gone)
  assert.equal(await sandbox.accessKeyIdUnder(['work', '-n'], { env: ssh }), KEYS.accessKeyId)
  asked(scene)
  await sandbox.ok(['list'], { env: ssh })
  assert.deepEqual(asked(scene), [], 'both surroundings are known')
})

test('when the one in use stops working, the next command asks it again', async () => {
  await using scene = await setMoodyScene({ MOODY_KEYCHAIN: 'works' })
  const { sandbox } = scene
  await sandbox.ok(['add', 'work', '--env'], add)
  asked(scene)
  assert.match(
    (await sandbox.fails(['list'], 1, { env: { MOODY_KEYCHAIN: 'gone' } })).stderr,
    /the moody daemon is gone/,
  )
  assert.deepEqual(asked(scene), [])
  assert.match(
    (await sandbox.fails(['list'], 1, { env: { MOODY_KEYCHAIN: 'absent' } })).stderr,
    /in which your keys are/,
  )
  assert.match((await sandbox.ok(['list'])).stdout, /^work +work/m)
  assert.deepEqual(asked(scene), ['absent', 'works'])
})

test('a locked one is the one: it is asked for its key, and nothing else is tried', async () => {
  await using scene = await setMoodyScene({ MOODY_WINCRED: 'locked', MOODY_KEYCHAIN: 'works' })
  assert.match((await scene.sandbox.fails(['list'])).stderr, /the moody keyring is locked/)
})

test('who has keys in files keeps them, and is told once that there is something better', async () => {
  await using scene = await setMoodyScene()
  const { sandbox } = scene
  // As the version before left it: keys, and no note of what is in use.
  await sandbox.ok(['add', 'work', '--env', '--backend', 'file'], add)
  const env = { MOODY_WINCRED: 'works' }
  const first = await sandbox.ok(['list'], { env })
  assert.match(first.stdout, /^work +work/m)
  assert.match(
    first.stderr,
    /^aws-vault: using the keyring "file", since your keys are in it; "wincred" works here too/m,
  )
  const second = await sandbox.ok(['list'], { env })
  assert.deepEqual([second.stdout, second.stderr], [first.stdout, ''])
  // And the other one for the asking.
  assert.doesNotMatch((await sandbox.ok(['list', '--backend', 'wincred'], { env })).stdout, /^work +work/m)
})

test('sessions in files are no keys, and hide nobody’s', async () => {
  await using scene = await setMoodyScene({ MOODY_KEYCHAIN: 'works' })
  const { sandbox } = scene
  await sandbox.ok(['add', 'work', '--env', '--backend', 'keychain'], add)
  await sandbox.ok(['add', 'work', '--env', '--backend', 'file'], add)
  const profile = Buffer.from('work').toString('base64url')
  renameSync(join(sandbox.vault, 'work'), join(sandbox.vault, `sts.GetSessionToken,${profile},,1600000000`))
  const { stdout, stderr } = await sandbox.ok(['list'])
  assert.match(stdout, /^work +work/m)
  assert.equal(stderr, '')
})

test('a home that cannot be written to works, and asks each time', async context => {
  await using scene = await setMoodyScene({ MOODY_KEYCHAIN: 'works' })
  const { sandbox } = scene
  const data = sandbox.path('.local/share/aws-vault')
  using mount = mountOn(data, ['-o', 'bind,ro', data], context)
  if (mount === undefined) return
  await sandbox.ok(['add', 'work', '--env'], add)
  asked(scene)
  assert.match((await sandbox.ok(['list'])).stdout, /^work +work/m)
  assert.deepEqual(asked(scene), ['absent', 'works'])
})

for (const [what, text, hint] of [
  [
    'damaged',
    '{"backend":"keych',
    /hint: move it away.*: mv '.*keyring-in-use.json' '.*; or name the keyring: --backend/,
  ],
  ['empty', '', /hint: move it away/],
  ['something else', 'null', /hint: move it away/],
  ['of a newer version', '{"version":2,"backend":"keychain","surroundings":[]}', /hint: update aws-vault/],
  ['a directory', undefined, /hint: move it away/],
] as const) {
  test(`a note of what is in use that is ${what} is no reason to take another keyring`, async () => {
    await using scene = await setMoodyScene({ MOODY_KEYCHAIN: 'works' })
    const { sandbox } = scene
    await sandbox.ok(['add', 'work', '--env'], add)
    const note = '.local/share/aws-vault/keyring-in-use.json'
    assert.equal(JSON.parse(sandbox.read(note)).version, 1)
    rmSync(sandbox.path(note))
    if (text === undefined) mkdirSync(sandbox.path(note))
    else sandbox.write(note, text)
    const { stderr } = await sandbox.fails(['list'], 1, { env: { MOODY_WINCRED: 'works' } })
    assert.match(stderr, /keyring-in-use.json, which says in which keyring your keys are, cannot be used/)
    assert.match(stderr, hint)
    assert.match((await sandbox.ok(['list', '--backend', 'keychain'])).stdout, /^work +work/m)
    if (text !== undefined) assert.equal(sandbox.read(note), text)
  })
}

test('root in the home of another user notes nothing', {
  skip: process.getuid?.() !== 0 && 'only root can give a home away',
}, async () => {
  await using scene = await setMoodyScene()
  const { sandbox } = scene
  chownSync(sandbox.home, 65_534, 65_534)
  await sandbox.ok(['add', 'work', '--env'], add)
  assert.equal(existsSync(sandbox.path('.local/share/aws-vault/keyring-in-use.json')), false)
})
