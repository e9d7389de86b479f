import { type Prompt, type PromptContext, printable } from '@aws-vault/plugin-sdk'
import { askInWindow, type WindowProgram } from './ask-in-window.ts'
import { answerOf, whyNotAsked } from './outcomes.ts'

/** The variable in which the question stands for the script, as JSON. */
export const QUESTION: string = 'AWS_VAULT_QUESTION'

/** The exit code of the script for a window that was closed without an answer. */
const DECLINED = 3

/** The whole script. What is asked stands in a variable of its environment, which it parses as JSON and never runs. */
export const SCRIPT: string = `$ErrorActionPreference = 'Stop'
$question = $env:${QUESTION} | ConvertFrom-Json
Add-Type -AssemblyName System.Windows.Forms
Add-Type -AssemblyName System.Drawing
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
if ($question.kind -eq 'yes-no') {
  $result = [System.Windows.Forms.MessageBox]::Show([string]$question.message, 'aws-vault', 'YesNo', 'Warning', 'Button2')
  if ($result -eq 'Yes') { [Console]::Out.Write('yes') } else { [Console]::Out.Write('no') }
  exit 0
}
$form = New-Object System.Windows.Forms.Form
$form.Text = 'aws-vault'
$form.TopMost = $true
$form.StartPosition = 'CenterScreen'
$form.FormBorderStyle = 'FixedDialog'
$form.MaximizeBox = $false
$form.MinimizeBox = $false
$form.AutoSize = $true
$form.AutoSizeMode = 'GrowAndShrink'
$panel = New-Object System.Windows.Forms.FlowLayoutPanel
$panel.FlowDirection = 'TopDown'
$panel.AutoSize = $true
$panel.Padding = New-Object System.Windows.Forms.Padding 12
$label = New-Object System.Windows.Forms.Label
$label.UseMnemonic = $false
$label.AutoSize = $true
$label.MaximumSize = New-Object System.Drawing.Size 480, 0
$label.Text = [string]$question.message
$box = New-Object System.Windows.Forms.TextBox
$box.Width = 360
$box.UseSystemPasswordChar = ($question.kind -eq 'secret')
$ok = New-Object System.Windows.Forms.Button
$ok.Text = 'OK'
$ok.DialogResult = 'OK'
$cancel = New-Object System.Windows.Forms.Button
$cancel.Text = 'Cancel'
$cancel.DialogResult = 'Cancel'
$panel.Controls.AddRange(@($label, $box, $ok, $cancel))
$form.Controls.Add($panel)
$form.AcceptButton = $ok
$form.CancelButton = $cancel
$form.Add_Shown({ $form.Activate(); $box.Focus() | Out-Null })
if ($form.ShowDialog() -ne 'OK') { exit ${DECLINED} }
[Console]::Out.Write($box.Text)
exit 0`

/** The script as PowerShell takes it on its command line: UTF-16 in base64, so that no quoting comes into it. */
const ENCODED: string = Buffer.from(SCRIPT, 'utf16le').toString('base64')

/** The program for an environment: by its path, so that no other of that name is found first. */
export const powershell = (systemRoot: string): WindowProgram => ({
  name: 'PowerShell',
  file: `${systemRoot}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
  args: () => ['-NoLogo', '-NoProfile', '-Sta', '-WindowStyle', 'Hidden', '-EncodedCommand', ENCODED],
  environment: ({ message, secret, yesNo }) => ({
    [QUESTION]: JSON.stringify({
      kind: yesNo ? 'yes-no' : secret ? 'secret' : 'open',
      message: printable(message),
    }),
  }),
  outcome(end) {
    if (end.code === DECLINED) return 'cancelled'
    return whyNotAsked(end, [0]) ?? answerOf(end)
  },
  install: 'it is part of Windows',
})

/** Contribution `prompts.wincredui`: the name under which people know a window of Windows from the Go tool. */
const prompt: Prompt = {
  async ask(request, context: PromptContext) {
    const { SystemRoot = 'C:\\Windows' } = await context.programEnvironment()
    return askInWindow(powershell(SystemRoot), request, context)
  },
}

export default prompt
