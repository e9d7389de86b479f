# Completion of aws-vault for fish 3.0 and later.
# Install it: aws-vault completion fish, in a terminal, says how.

# Asks aws-vault what can stand at the cursor. Fails when files can, which fish offers then.
function __aws_vault_answer
    set -g __aws_vault_candidates
    # Fish says so itself, in the middle of the line, when a program is not there.
    command -sq aws-vault
    or return 0
    set -l line (commandline -cp | string collect)
    set -l answer (command aws-vault complete fish "$line" 2>/dev/null </dev/null)
    switch "$answer[1]"
        case values
            set -e answer[1]
            set -g __aws_vault_candidates $answer
        case files
            return 1
        case program
            # The program behind ours completes its own line.
            set -g __aws_vault_candidates (complete -C "$answer[2]")
    end
    return 0
end

complete -c aws-vault -e
complete -c aws-vault -f -n __aws_vault_answer -a '$__aws_vault_candidates'
