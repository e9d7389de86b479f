import { existsSync, readFileSync, watch } from 'node:fs'
import type { Sandbox } from './sandbox.ts'

/** What a browser that was sent to the console saw. */
export interface ConsoleVisit {
  /** Its command line. */
  readonly words: readonly string[]
  /** Command lines of all processes, when it had been sent on to the sign-in and before it went there. */
  readonly processes: string
  /** Names of the variables that it saw. */
  readonly variables: readonly string[]
  /** The addresses that it was sent on to. */
  readonly redirects: readonly string[]
  /** What a second visit of the first address gave. */
  readonly again: number | string
  /** Whose console session it has then. */
  readonly session: { readonly arn?: string; readonly seconds?: number }
}

/** A browser that is a real HTTP client with cookies. It goes where it is sent, but not out of this machine. */
export interface ConsoleBrowser {
  readonly program: string
  /** What it saw, as soon as it has written it down. */
  visit(): Promise<ConsoleVisit>
}

/**
 * Puts a browser into a sandbox.
 * @param name its program's name; in a container, it opens what `ext+container:` says
 */
export function makeConsoleBrowser(sandbox: Sandbox, name = 'browser'): ConsoleBrowser {
  const log = sandbox.path(`${name}.json`)
  const program = sandbox.script(
    `bin/${name}`,
    `#!${process.execPath}
const { readdirSync, readFileSync, writeFileSync, renameSync } = require('node:fs')
const words = process.argv.slice(2)
const given = words.at(-1)
const first = given.startsWith('ext+container:') ? new URLSearchParams(given.slice('ext+container:'.length)).get('url') : given
const cookies = new Map()
const redirects = []
const commandLines = () => readdirSync('/proc').filter(it => /^\\d+$/.test(it)).map(it => {
  try { return readFileSync('/proc/' + it + '/cmdline', 'latin1') + readFileSync('/proc/' + it + '/environ', 'latin1') } catch { return '' }
}).join('\\n')
const get = async address => {
  const cookie = [...cookies].map(pair => pair.join('=')).join('; ')
  const answer = await fetch(address, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } })
  for (const set of answer.headers.getSetCookie()) {
    const [, key, value] = /^([^=]*)=([^;]*)/.exec(set)
    if (value === '') cookies.delete(key)
    else cookies.set(key, value)
  }
  return answer
}
const main = async () => {
  let address = first
  let origin
  let processes
  while (new URL(address).hostname === '127.0.0.1') {
    const answer = await get(address)
    await answer.arrayBuffer()
    processes ??= commandLines()
    const next = answer.headers.get('location')
    if (next === null) break
    origin = new URL(next).hostname === '127.0.0.1' ? new URL(next).origin : origin
    redirects.push(next)
    address = next
  }
  const again = await fetch(first).then(({ status }) => status, () => 'no answer')
  const session = origin === undefined ? {} : await (await get(origin + '/console/session')).json().catch(() => ({}))
  const seen = { words, processes, variables: Object.keys(process.env), redirects, again, session }
  writeFileSync(${JSON.stringify(`${log}.new`)}, JSON.stringify(seen))
  renameSync(${JSON.stringify(`${log}.new`)}, ${JSON.stringify(log)})
}
main()
`,
  )
  return {
    program,
    async visit() {
      // It may outlive the command: it is done when its file is there.
      const { promise: written, resolve } = Promise.withResolvers<void>()
      const look = (): void => {
        if (existsSync(log)) resolve()
      }
      const watcher = watch(sandbox.home, look)
      look()
      await written
      watcher.close()
      return JSON.parse(readFileSync(log, 'utf8'))
    },
  }
}
