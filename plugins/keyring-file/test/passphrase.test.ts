import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Item, isVaultError, type Keyring, PromptCancelledError } from '@aws-vault/plugin-sdk'
import { item, startKeyringWorker, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { makeDirectory, openVault, workFactor } from './vault.ts'

const wrong = { code: 'ERR_KEYRING_LOCKED', message: /^wrong passphrase for the vault in / }

async function fill(dir: string, passphrase: string, ...keys: string[]): Promise<void> {
  const vault = await openVault(dir, passphrase)
  for (const key of keys) await vault.set(item(key))
}

/** All files of a directory and what is in them. */
function snapshot(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).map(name => [name, readFileSync(join(dir, name), 'utf8')]))
}

describe('a passphrase that is given', () => {
  it('is never asked for, not even the empty one', async () => {
    using directory = makeDirectory()
    const vault = await openVault(directory.path, '')
    await vault.set(item('dev'))
    assert.equal(textOf(await vault.get('dev')), textOf(item('dev')))
    assert.deepEqual(vault.context.questions, [])
    await assert.rejects((await openVault(directory.path, ' ')).get('dev'), wrong)
  })

  it('is said to be wrong, at once, with the name of the variable that holds it', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'right', 'dev', 'prod')
    const vault = await openVault(directory.path, 'not-the-one')
    for (const attempt of [() => vault.get('dev'), () => vault.set(item('new')), () => vault.get('prod')]) {
      await assert.rejects(attempt, error => {
        assert.ok(isVaultError(error, 'ERR_KEYRING_LOCKED'))
        assert.match(error.message, wrong.message)
        assert.match(error.hint ?? '', /AWS_VAULT_FILE_PASSPHRASE/)
        assert.doesNotMatch(`${error.message} ${error.hint}`, /damage|corrupt|not-the-one/)
        return true
      })
    }
    assert.deepEqual(vault.context.questions, [])
  })
})

describe('a passphrase that is asked for', () => {
  it('is not asked for by what needs none', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'p', 'dev', 'prod')
    const vault = await openVault(directory.path, undefined)
    assert.deepEqual((await vault.keys()).sort(), ['dev', 'prod'])
    assert.equal(await vault.get('absent'), undefined)
    assert.equal(await vault.remove('absent'), false)
    assert.equal(await vault.remove('dev'), true)
    await vault.close()
    assert.deepEqual(vault.context.questions, [])
  })

  it('is asked for once, whoever needs it', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'p', 'dev', 'prod')
    const vault = await openVault(directory.path, undefined, { answers: ['p'], homeDirectory: directory.path })
    await Promise.all([vault.get('dev'), vault.get('prod'), vault.set(item('new')), vault.get('dev')])
    await vault.set(item('newer'))
    assert.deepEqual(vault.context.questions, [
      {
        message: `Passphrase for the vault in ${directory.path}`,
        secret: true,
        instead: 'set AWS_VAULT_FILE_PASSPHRASE',
      },
    ])
  })

  it('is asked for with the directory as people write it', async () => {
    using home = makeDirectory()
    const dir = join(home.path, '.awsvault', 'keys')
    await fill(dir, 'p', 'dev')
    const vault = await openVault(dir, undefined, { answers: ['p'], homeDirectory: home.path })
    await vault.get('dev')
    assert.equal(vault.context.questions[0]?.message, 'Passphrase for the vault in ~/.awsvault/keys')
  })

  it('is asked for again when it is wrong', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'right', 'dev', 'prod')
    const vault = await openVault(directory.path, undefined, { answers: ['one', '', 'right'] })
    assert.equal(textOf(await vault.get('dev')), textOf(item('dev')))
    assert.deepEqual(
      vault.context.questions.map(({ message }) => message.startsWith('Wrong passphrase. ')),
      [false, true, true],
    )
  })

  it('is not asked for a fourth time', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'right', 'dev')
    const before = snapshot(directory.path)
    const vault = await openVault(directory.path, undefined, { answers: ['one', 'two', 'three'] })
    await assert.rejects(vault.set(item('new')), wrong)
    assert.equal(vault.context.questions.length, 3)
    assert.deepEqual(snapshot(directory.path), before)
  })

  it('is asked for twice when the vault is new', async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'vault')
    const vault = await openVault(dir, undefined, { answers: ['p', 'p'] })
    await Promise.all([vault.set(item('dev')), vault.set(item('prod'))])
    assert.deepEqual(
      vault.context.questions.map(({ message }) => message),
      [`Passphrase for the new vault in ${dir}`, `Repeat the passphrase for the new vault in ${dir}`],
    )
    assert.ok(await (await openVault(dir, 'p')).get('prod'))
  })

  it('is asked for anew when the two differ', async () => {
    using directory = makeDirectory()
    const answers = ['p', 'typo', 'p', 'p']
    const vault = await openVault(directory.path, undefined, { answers })
    await vault.set(item('dev'))
    assert.match(vault.context.questions[2]?.message ?? '', /^The two passphrases differ\. Passphrase for the new/)
    assert.ok(await (await openVault(directory.path, 'p')).get('dev'))
  })

  it('begins no vault when the two differ again and again', async () => {
    using directory = makeDirectory()
    const dir = join(directory.path, 'vault')
    const vault = await openVault(dir, undefined, { answers: ['1', '2', '3', '4', '5', '6'] })
    await assert.rejects(vault.set(item('dev')), { code: 'ERR_KEYRING_LOCKED', message: /the two typed differed/ })
    assert.equal(existsSync(dir), false)
  })

  it('is asked for again after asking has failed', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'p', 'dev')
    const vault = await openVault(directory.path, undefined, { answers: [new PromptCancelledError(), 'p'] })
    const both = await Promise.allSettled([vault.get('dev'), vault.get('dev')])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.ok(await vault.get('dev'))
    assert.equal(vault.context.questions.length, 2)
  })

  it('is asked for anew when the vault has got another one', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'old', 'dev')
    const vault = await openVault(directory.path, undefined, { answers: ['old', 'new'] })
    await vault.get('dev')
    unlinkSync(join(directory.path, 'dev'))
    await fill(directory.path, 'new', 'dev')
    await assert.rejects(vault.get('dev'), wrong)
    assert.ok(await vault.get('dev'))
  })
})

describe('one vault', () => {
  it('takes no item with a second passphrase', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'first', 'dev')
    const before = snapshot(directory.path)
    const vault = await openVault(directory.path, 'second')
    await assert.rejects(vault.set(item('new')), wrong)
    // Not in place of its only item either: whoever has the first one would lose it.
    await assert.rejects(vault.set(item('dev')), wrong)
    assert.deepEqual(snapshot(directory.path), before)
    // Nor is it tried once more without the lock.
    assert.deepEqual(vault.context.logged, [])
  })

  it('may begin anew with another passphrase when it is empty', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'first', 'dev')
    writeFileSync(join(directory.path, 'notes'), 'not an item')
    const first = await openVault(directory.path, 'first')
    await first.get('dev')
    await first.remove('dev')
    await fill(directory.path, 'second', 'dev')
    // The first one has been right before, which does not make it right now.
    await assert.rejects(first.set(item('other')), wrong)
    assert.ok(await (await openVault(directory.path, 'second')).get('dev'))
  })

  it('that has two already takes items with either', async () => {
    using directory = makeDirectory()
    using other = makeDirectory()
    await fill(directory.path, 'first', 'a', 'b')
    await fill(other.path, 'second', 'c')
    writeFileSync(join(directory.path, 'c'), readFileSync(join(other.path, 'c')))
    for (const passphrase of ['first', 'second']) await fill(directory.path, passphrase, 'd')
    await assert.rejects((await openVault(directory.path, 'first')).get('c'), {
      code: 'ERR_KEYRING_ITEM',
      message: /\/c holds no item: it is damaged or was written with another passphrase/,
    })
    await assert.rejects(fill(directory.path, 'third', 'd'), wrong)
  })

  it('is begun by one of two who begin it at once', async () => {
    using directory = makeDirectory()
    // Nobody gets the lock before both want it: so a look at what is there, were it done without the lock, is done by both.
    const both = Promise.withResolvers<void>()
    let waiting = 0
    let turn: Promise<unknown> = both.promise
    const withLock = <T>(_name: string, task: () => Promise<T>): Promise<T> => {
      waiting += 1
      if (waiting === 2) both.resolve()
      const result = turn.then(task)
      turn = result.catch(() => {})
      return result
    }
    const outcomes = await Promise.allSettled(
      ['one', 'two'].map(async passphrase => {
        const context = testContext({ options: { dir: directory.path, passphrase, workFactor } })
        await (await backend.open({ ...context, withLock })).set(item(passphrase))
      }),
    )
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal(waiting, 2)
    assert.equal(readdirSync(directory.path).length, 1)
  })

  it('is begun by one of many processes that begin it at once', async () => {
    using directory = makeDirectory()
    const passphrases = ['one', 'two', 'three', 'four', 'five', 'six']
    const workers = passphrases.map(passphrase =>
      startKeyringWorker(
        import.meta.resolve('../src/index.ts'),
        { options: { dir: directory.path, passphrase, workFactor } },
        [item(`${passphrase} 1`), item(`${passphrase} 2`)],
      ),
    )
    const outcomes = await Promise.allSettled(workers.map(({ done }) => done))
    const winners = passphrases.filter((_, index) => outcomes[index]?.status === 'fulfilled')
    assert.equal(winners.length, 1, `began it: ${winners}`)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.match(String(outcome.reason), /wrong passphrase for the vault/)
    }
    const [winner] = winners
    assert.deepEqual(readdirSync(directory.path).sort(), [`${winner} 1`, `${winner} 2`])
  })
})

describe('a damaged item', () => {
  const seal = async (dir: string, ...keys: string[]): Promise<string> => {
    await fill(dir, 'p', ...keys)
    return join(dir, 'dev')
  }
  const damaged = (path: string, how: RegExp) => (error: unknown) => {
    assert.ok(isVaultError(error, 'ERR_KEYRING_ITEM'), String(error))
    assert.ok(error.message.includes(path), error.message)
    assert.match(error.message, how)
    assert.doesNotMatch(`${error.message} ${error.hint}`, /wrong passphrase/)
    return true
  }
  /** Changes a character in the middle of a part of the file. */
  const harm = (path: string, part: number): void => {
    const parts = readFileSync(path, 'utf8').split('.')
    const text = parts[part] ?? ''
    const at = text.length >> 1
    parts[part] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    writeFileSync(path, parts.join('.'))
  }

  for (const [part, name] of ['', '', 'initialisation vector', 'ciphertext', 'tag'].entries()) {
    if (name === '') continue
    it(`is told from a wrong passphrase by its key: ${name}`, async () => {
      using directory = makeDirectory()
      const path = await seal(directory.path, 'dev')
      harm(path, part)
      const vault = await openVault(directory.path, 'p')
      await assert.rejects(vault.get('dev'), damaged(path, /changed after it was written/))
      await assert.rejects((await openVault(directory.path, 'q')).get('dev'), wrong)
      // The passphrase is right all the same, and need not be typed twice as for a new vault.
      await (await openVault(directory.path, undefined, { answers: ['p'] })).set(item('other'))
      await vault.set(item('dev'))
      assert.ok(await vault.get('dev'))
    })
  }

  it('is told from a wrong passphrase by its neighbours', async () => {
    using directory = makeDirectory()
    const path = await seal(directory.path, 'dev', 'prod')
    harm(path, 1)
    await assert.rejects(
      (await openVault(directory.path, 'p')).get('dev'),
      damaged(path, /damaged or was written with/),
    )
    await assert.rejects((await openVault(directory.path, 'q')).get('dev'), wrong)
  })

  it('cannot be told from a wrong passphrase when it is alone', async () => {
    using directory = makeDirectory()
    harm(await seal(directory.path, 'dev'), 1)
    await assert.rejects((await openVault(directory.path, 'p')).get('dev'), wrong)
  })

  it('is named when it is cut short, wherever', async () => {
    using directory = makeDirectory()
    const path = await seal(directory.path, 'dev')
    const content = readFileSync(path)
    // Asked for: it must not be, since no passphrase helps.
    const vault = await openVault(directory.path, undefined)
    for (let length = 0; length < content.length; length++) {
      writeFileSync(path, content.subarray(0, length))
      await assert.rejects(
        vault.get('dev'),
        damaged(path, /cut short|is empty|not an encrypted item/),
        `${length} bytes`,
      )
    }
  })

  it('is named when it is something else', async () => {
    using directory = makeDirectory()
    const path = join(directory.path, 'dev')
    const vault = await openVault(directory.path, undefined)
    for (const content of [
      'hello',
      '{"Key":"dev"}',
      'a.b.c.d.e',
      'eyJ.b.c.d.e',
      '\0\0\0',
      'ünit',
      '....',
      'eyJ9.e.e.e.e',
    ]) {
      writeFileSync(path, content)
      await assert.rejects(vault.get('dev'), damaged(path, /holds no item: it/), content)
    }
  })

  it('is refused when it would keep us busy', async () => {
    using directory = makeDirectory()
    const path = await seal(directory.path, 'dev')
    const [header = '', ...rest] = readFileSync(path, 'utf8').split('.')
    const vault = await openVault(directory.path, 'p')
    for (const p2c of [10_000_001, 2 ** 31, 2 ** 53, 1e300]) {
      const hostile = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), p2c }
      writeFileSync(path, [Buffer.from(JSON.stringify(hostile)).toString('base64url'), ...rest].join('.'))
      await assert.rejects(vault.get('dev'), damaged(path, /its work factor \(p2c\) is/))
    }
    await vault.set(item('other'))
  })

  it('does not hold up writing to the others', async () => {
    using directory = makeDirectory()
    await fill(directory.path, 'p', 'dev', 'prod')
    writeFileSync(join(directory.path, 'a'), 'hello')
    harm(join(directory.path, 'dev'), 1)
    const vault: Keyring = await openVault(directory.path, 'p')
    const written: Item = item('new')
    await vault.set(written)
    assert.equal(textOf(await vault.get('new')), textOf(written))
  })
})
