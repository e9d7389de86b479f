import { spawnSync } from 'node:child_process'

/** Runs `keyctl` as a user would, in a session that leads to the user's keyring: what it writes to stdout. */
export function keyctl(script: string, input: string | Uint8Array = ''): string {
  const { status, stdout, stderr } = inSession(`keyctl link @u @s && ${script}`, input)
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
  return stdout.toString()
}

/** A name that no other keyring has. */
export const newName = (): string => `aws-vault-test-${crypto.randomUUID()}`

/** Takes a keyring away, with all its keys. */
export function discard(name: string): void {
  const script = `keyctl unlink $(keyctl search @u keyring ${name}) @u`
  // There may be no room for another session.
  if (inSession(`keyctl link @u @s; ${script}`).status !== 0) spawnSync('sh', ['-c', script])
}

/** Why the kernel's keyring cannot be used here; `undefined` when it can. */
export function whyNoKernelKeyring(): string | undefined {
  const { error, status, stderr } = inSession('keyctl link @u @s')
  if (status === 0) return undefined
  const reason = error === undefined ? `the kernel's keyring cannot be used here: ${stderr}` : 'keyctl is not installed'
  // Containers forbid it; the program can be had everywhere.
  if (process.env.CI === 'true' && error !== undefined) throw new Error(`${reason}, and must be on CI`)
  return reason.trim()
}

function inSession(script: string, input: string | Uint8Array = '') {
  return spawnSync('keyctl', ['session', '-', 'sh', '-c', script], { input, env: { ...process.env, LC_ALL: 'C' } })
}
