/** What decides over who is asked how. */
export interface PromptChoice {
  /** The prompt that the user named, by flag, variable or setting. */
  readonly named: string | undefined
  /** Whether it can answer this question; a source of MFA codes gives nothing else. */
  readonly answers: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
}

/**
 * The prompts to try, in their order, until one can ask: the named one alone; else the terminal; else, where there is a
 * screen in front of the person, the windows of their desktop. Over SSH there is none, though a display may be forwarded:
 * who wants it names the prompt. Pure.
 */
export function promptsToTry({ named, answers, environment, platform }: PromptChoice): readonly string[] {
  if (named !== undefined && answers) return [named]
  return ['terminal', ...windows(environment, platform)]
}

function windows(environment: PromptChoice['environment'], platform: NodeJS.Platform): readonly string[] {
  const { SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY, XDG_CURRENT_DESKTOP = '' } = environment
  if (SSH_CONNECTION || SSH_TTY) return []
  if (platform === 'darwin') return ['osascript']
  if (platform === 'win32') return ['wincredui']
  if (!DISPLAY && !WAYLAND_DISPLAY) return []
  const isKde = XDG_CURRENT_DESKTOP.split(':').includes('KDE')
  return isKde ? ['kdialog', 'zenity', 'pinentry'] : ['zenity', 'kdialog', 'pinentry']
}
