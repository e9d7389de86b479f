import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { Running, RunOptions, Sandbox } from '../../support/sandbox.ts'

/** A server that `exec` runs for a program. */
export interface Serving extends AsyncDisposable {
  readonly running: Running
  /** What the program got. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Starts `exec` with a program that says its environment and then waits for the end of its stdin.
 * @param args what stands before the program
 */
export async function serve(sandbox: Sandbox, args: readonly string[], options: RunOptions = {}): Promise<Serving> {
  const script = `require('fs').writeFileSync('served.json', JSON.stringify(process.env)); console.log('serving')
process.on('SIGTERM', () => process.exit(0)); setInterval(() => { try { process.kill(process.ppid, 0) } catch { process.exit() }; if (process.ppid !== parent) process.exit() }, 100); const parent = process.ppid`
  const running = sandbox.start(['exec', ...args, '--', process.execPath, '-e', script], options)
  await running.sees(/serving/)
  return {
    running,
    environment: JSON.parse(readFileSync(sandbox.path('served.json'), 'utf8')),
    async [Symbol.asyncDispose]() {
      await running.kill('SIGTERM')
    },
  }
}

/** An answer of a credential server. */
export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

/** Asks a container endpoint as an SDK does. */
export function askServer(
  environment: Readonly<Record<string, string>>,
  {
    path,
    token,
    header = 'Authorization',
  }: { readonly path?: string; readonly token?: string; readonly header?: string } = {},
): Promise<Answered> {
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI = '', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file } = environment
  const uri = new URL(path ?? AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI)
  const own = file === undefined ? (environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '') : readFileSync(file, 'utf8')
  return new Promise((resolve, reject) => {
    const sent = request(uri, { headers: { [header]: token ?? own }, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }))
    })
    sent.on('error', reject).end()
  })
}
