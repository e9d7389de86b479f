import assert from 'node:assert/strict'
import { spawn as spawnProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import { type Prompt, VaultError } from '@aws-vault/plugin-sdk'
import { type PromptDesk, testPrompt } from '@aws-vault/plugin-sdk/testkit'
import { type IPty, spawn } from '@lydell/node-pty'

/** Asks the question of its first argument by the real prompt, and writes what came of it into the file of its second. */
const script = `
  import { writeFileSync } from 'node:fs'
  import prompt from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
  const [request, isAborted] = JSON.parse(process.argv[1])
  const controller = new AbortController()
  if (isAborted) controller.abort()
  process.on('SIGTERM', () => controller.abort())
  const context = { platform: process.platform, signal: controller.signal, withLock: (_, task) => task() }
  const result = await prompt.ask(request, context).then(answer => ({ answer }), ({ code, message, hint }) => ({ code, message, hint }))
  writeFileSync(process.argv[2], JSON.stringify(result))`

/** A terminal for each question, with a process that asks on it: the prompt asks on the terminal of its own process. */
class Terminals implements PromptDesk {
  #pty: IPty | undefined
  #screen = ''
  #look = (): void => {}

  readonly prompt: Prompt = {
    ask: async (request, { signal, programEnvironment }) => {
      const directory = mkdtempSync(join(tmpdir(), 'terminal-'))
      const result = join(directory, 'result')
      const options = ['--conditions=@aws-vault/source', '--input-type=module', '--eval', script, '--']
      const args = [...options, JSON.stringify([request, signal.aborted]), result]
      try {
        if ((await programEnvironment()).NOBODY === '1') {
          // In a session of its own, which has no terminal.
          await once(spawnProcess(process.execPath, args, { detached: true, stdio: 'ignore' }), 'exit')
        } else {
          await this.#runIn(args, signal)
        }
        const { answer, code, message, hint } = JSON.parse(readFileSync(result, 'utf8'))
        if (code !== undefined) throw new VaultError(code, message, { hint })
        return answer
      } finally {
        rmSync(directory, { recursive: true })
      }
    },
  }

  async #runIn(args: string[], signal: AbortSignal): Promise<void> {
    this.#screen = ''
    const pty = spawn(process.execPath, args, { cols: 400 })
    this.#pty = pty
    pty.onData(text => {
      this.#screen += text
      this.#look()
    })
    signal.addEventListener('abort', () => pty.kill('SIGTERM'), { once: true })
    await new Promise(resolve => pty.onExit(resolve))
    this.#pty = undefined
  }

  seesQuestion(): Promise<string> {
    const isAsked = (): boolean => /[:?)] $/.test(this.#screen)
    return new Promise(resolve => {
      this.#look = () => isAsked() && resolve(this.#screen)
      this.#look()
    })
  }

  async answers(text: string): Promise<void> {
    this.#pty?.write(`${text}\r`)
  }

  async declines(): Promise<void> {
    this.#pty?.write('\x04')
  }

  decides(isYes: boolean): Promise<void> {
    return this.answers(isYes ? 'y' : 'n')
  }

  async seesNothing(): Promise<void> {
    assert.equal(this.#pty, undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pty?.kill('SIGKILL')
  }
}

describe('the terminal prompt', { skip: process.platform === 'win32' && 'needs a pseudo-terminal' }, () => {
  let desk = new Terminals()
  testPrompt({
    name: 'terminal',
    prompt: { ask: (request, context) => desk.prompt.ask(request, context) },
    sitDown: async () => {
      desk = new Terminals()
      return desk
    },
    nobody: { programEnvironment: { NOBODY: '1' } },
  })
})
