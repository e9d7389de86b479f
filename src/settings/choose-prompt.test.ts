import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PromptChoice, promptsToTry } from './choose-prompt.ts'

const x11 = { DISPLAY: ':0' }
const unix = ['terminal', 'zenity', 'kdialog', 'pinentry']

const rows: readonly [name: string, choice: Partial<PromptChoice>, tried: readonly string[]][] = [
  ['the named one alone', { named: 'kdialog', environment: x11 }, ['kdialog']],
  ['not a source of MFA codes for what is none', { named: 'ykman', answers: false, environment: x11 }, unix],
  ['the terminal alone where there is no screen', {}, ['terminal']],
  ['windows where there is one', { environment: x11 }, unix],
  ['windows under Wayland', { environment: { WAYLAND_DISPLAY: 'wayland-0' } }, unix],
  [
    "KDE's own under KDE",
    { environment: { ...x11, XDG_CURRENT_DESKTOP: 'X:KDE' } },
    ['terminal', 'kdialog', 'zenity', 'pinentry'],
  ],
  ['no window over SSH', { environment: { ...x11, SSH_CONNECTION: '::1 1 ::1 22' } }, ['terminal']],
  ['no window of macOS over SSH', { environment: { SSH_TTY: '/dev/ttys1' }, platform: 'darwin' }, ['terminal']],
  ['macOS', { platform: 'darwin' }, ['terminal', 'osascript']],
  ['Windows', { platform: 'win32' }, ['terminal', 'wincredui']],
]

for (const [name, choice, tried] of rows) {
  test(`prompts to try: ${name}`, () => {
    const all = { named: undefined, answers: true, environment: {}, platform: 'linux', ...choice } as const
    assert.deepEqual(promptsToTry(all), tried)
  })
}
