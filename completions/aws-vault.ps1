# Completion of aws-vault for PowerShell 7 and Windows PowerShell 5.1.
# Install it: aws-vault completion powershell, in a terminal, says how.

Register-ArgumentCompleter -Native -CommandName 'aws-vault' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
        # The words in front of the cursor, without their quotes; the last one is that at the cursor.
        $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
        $words = @(foreach ($element in ($elements | Select-Object -Skip 1)) {
            if ($element.Extent.EndOffset -gt $cursorPosition) {
                $length = $cursorPosition - $element.Extent.StartOffset
                $element.Extent.Text.Substring(0, $length).TrimStart([char[]]"'`"")
            }
            elseif ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
            else { $element.Extent.Text }
        })
        if ($elements[-1].Extent.EndOffset -lt $cursorPosition) { $words += '' }

        # As letters and digits alone, which no version of PowerShell changes on the way to a program.
        $encoded = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($words -join "`0"))
        $answer = @(& aws-vault complete powershell $encoded 2>$null)
        switch ($answer[0]) {
            'files' { return }
            'program' {
                # The program behind ours completes its own line.
                $index = [int]$answer[1] + 1
                $line = ''
                if ($index -lt $elements.Count) {
                    $start = $elements[$index].Extent.StartOffset - $commandAst.Extent.StartOffset
                    $length = [Math]::Min($cursorPosition - $elements[$index].Extent.StartOffset, $commandAst.Extent.Text.Length - $start)
                    $line = $commandAst.Extent.Text.Substring($start, $length)
                    if ($words[-1] -eq '') { $line += ' ' }
                }
                return [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
            }
        }
        # Nothing from aws-vault is no reason to offer files, and an empty text keeps PowerShell from it.
        if ($answer.Count -lt 2) { return '' }
        foreach ($candidate in ($answer | Select-Object -Skip 1)) {
            $text, $shown, $description = $candidate -split "`t", 3
            if (-not $description) { $description = $shown }
            [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $description)
        }
    }
    finally {
        [Console]::OutputEncoding = $encoding
    }
}
