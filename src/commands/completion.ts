import * as Args from '@oclif/core/args'
import { VaultCommand } from '../command.ts'
import { completionScript, howToInstall, ownShell, SHELLS, type Shell } from '../completion/scripts.ts'

export default class Completion extends VaultCommand {
  static override summary = 'Print the script that makes a shell complete commands, flags and values'
  static override description =
    'For the shell of SHELL if none is named. In a terminal, it is said how to install it. See docs/completion.md.'
  static override examples = [
    'eval "$(<%= config.bin %> completion bash)"',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/aws-vault.fish',
  ]
  static override args = {
    shell: Args.string({ description: 'bash, zsh, fish or powershell', options: [...SHELLS] }),
  }

  async run(): Promise<void> {
    const { args, container } = await this.open(Completion)
    const { environment, platform } = container.world
    const shell = (args.shell as Shell | undefined) ?? ownShell(environment.SHELL, platform)
    this.log(completionScript(shell, this.config.root).trimEnd())
    // Not into a file or another program, where it would be in the way.
    if (process.stdout.isTTY) this.logToStderr(`\n${howToInstall(shell)}`)
  }
}
