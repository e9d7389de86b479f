import assert from 'node:assert/strict'
import { RUN, type Sandbox } from './sandbox.ts'
import { Terminal } from './terminal.ts'

/** Shells that a person types into. */
export type TestedShell = 'bash' | 'zsh' | 'fish'

const PROGRAMS: Readonly<Record<TestedShell, readonly [string, ...string[]]>> = {
  bash: ['/usr/bin/bash', '--noprofile', '--rcfile', '.rc', '-i'],
  zsh: ['/usr/bin/zsh', '-i'],
  fish: ['/usr/bin/fish', '-i'],
}

/** Where each reads what is to be run at its start, and the prompt that we wait for. */
const SET_UP: Readonly<Record<TestedShell, readonly [file: string, text: string]>> = {
  bash: ['.rc', `PS1='READY> '; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'\n`],
  zsh: [
    '.zshrc',
    `PROMPT='READY> '; unsetopt beep zle_bracketed_paste prompt_sp\nautoload -Uz compinit && compinit -u -D\n`,
  ],
  fish: [
    '.config/fish/config.fish',
    `function fish_prompt; printf 'READY> '; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n`,
  ],
}

/** How a shell reads its script, as our own instructions have it. */
const INSTALL: Readonly<Record<TestedShell, string>> = {
  bash: 'eval "$(aws-vault completion bash)"\n',
  zsh: 'eval "$(aws-vault completion zsh)"\n',
  fish: 'aws-vault completion fish | source\n',
}

/** A shell in a terminal, in which `aws-vault` completes by the real program, and otherwise says what it was started with. */
export class ShellSession implements Disposable {
  readonly #terminal: Terminal

  /**
   * @param more lines of the shell's start-up file, in front of the installation
   * @param isReal whether `aws-vault` is the program whatever it is started with
   * @param isInstalled whether the script is already where the shell looks for it
   */
  constructor(box: Sandbox, shell: TestedShell, more = '', { isReal = false, isInstalled = false } = {}) {
    const real = `exec '${process.execPath}' '${RUN}' "$@"`
    const echo = `exec '${process.execPath}' -e 'console.log("ARGS" + JSON.stringify(process.argv.slice(1)) + "END")' -- "$@"`
    box.script('bin/aws-vault', `#!/bin/sh\ncase $1 in comp*) ${real};; esac\n${isReal ? real : echo}\n`)
    const [file, text] = SET_UP[shell]
    box.write(
      file,
      `PATH="$HOME/bin:$PATH"\n${text}${more}${isInstalled ? '' : INSTALL[shell]}`.replace(
        /^PATH=.*/,
        shell === 'fish' ? 'set -x PATH $HOME/bin $PATH' : '$&',
      ),
    )
    const [program, ...args] = PROGRAMS[shell]
    this.#terminal = new Terminal(box, args, { program, env: { TERM: 'xterm', HISTFILE: '', LC_ALL: 'C.UTF-8' } })
  }

  /** Waits for the prompt, types, and waits for what has to be seen then. */
  async type(text: string, seen: RegExp): Promise<RegExpExecArray> {
    await this.#terminal.answer(/READY> /, text)
    return this.#terminal.sees(seen)
  }

  /** What a command was started with, of which the line was typed, Tab and all. Nothing else may come on the screen. */
  async argumentsAfter(line: string): Promise<readonly string[]> {
    const [, before = '', json = ''] = await this.type(`${line}\r`, /([\s\S]*)ARGS(\[.*\])END/)
    assert.doesNotMatch(before, /(?:aws-vault|complete): | at .*:\d+:\d+/, 'something was said while a line was typed')
    return JSON.parse(json)
  }

  [Symbol.dispose](): void {
    this.#terminal[Symbol.dispose]()
  }
}
