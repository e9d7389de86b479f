import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'

/** The shells that there is a completion script for. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

const FILES: Readonly<Record<Shell, string>> = {
  bash: 'aws-vault.bash',
  zsh: '_aws-vault',
  fish: 'aws-vault.fish',
  powershell: 'aws-vault.ps1',
}

const INSTALL: Readonly<Record<Shell, string>> = {
  bash: `Put this line into ~/.bashrc:

    eval "$(aws-vault completion bash)"

or, where the package bash-completion is installed, do this once:

    mkdir -p ~/.local/share/bash-completion/completions
    aws-vault completion bash > ~/.local/share/bash-completion/completions/aws-vault`,
  zsh: `Put these lines into ~/.zshrc:

    autoload -Uz compinit && compinit      # unless something there does it already
    eval "$(aws-vault completion zsh)"

or, before compinit runs, once into a directory of your fpath:

    aws-vault completion zsh > ~/.zsh/completions/_aws-vault`,
  fish: `Do this once:

    mkdir -p ~/.config/fish/completions
    aws-vault completion fish > ~/.config/fish/completions/aws-vault.fish`,
  powershell: `Put this line into the file that $PROFILE names:

    aws-vault completion powershell | Out-String | Invoke-Expression`,
}

/** The script as it lies in our package, whose directory is `root`. */
export function completionScript(shell: Shell, root: string): string {
  return readFileSync(join(root, 'completions', FILES[shell]), 'utf8')
}

/** How to make a shell read its script. Pure. */
export const howToInstall = (shell: Shell): string => INSTALL[shell]

/**
 * The shell that somebody works with, by the variable SHELL. Pure.
 * @throws VaultError `ERR_USAGE` when it is none that there is a script for
 */
export function ownShell(variable: string | undefined, platform: NodeJS.Platform): Shell {
  const name = variable
    ?.split(/[/\\]/)
    .at(-1)
    ?.replace(/\.exe$/i, '')
    .replace(/^pwsh$/, 'powershell')
  if (!name && platform === 'win32') return 'powershell'
  const shell = SHELLS.find(each => each === name)
  if (shell !== undefined) return shell
  const why = name ? `there is no completion for ${name}` : 'SHELL does not say which shell this is for'
  throw new VaultError('ERR_USAGE', why, {
    hint: `name one: aws-vault completion ${SHELLS.join('|')}`,
    facts: { exitCode: 2 },
  })
}
