# Completion of aws-vault for bash 3.2 and later, with or without the package bash-completion.
# Install it: aws-vault completion bash, in a terminal, says how.

# Answers Tab. What can stand there is known by aws-vault alone, quotes and all.
_aws_vault() {
  local answer line
  COMPREPLY=()
  answer=$(command aws-vault complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  case ${answer%%$'\n'*} in
    files)
      return
      ;;
    program)
      _aws_vault_program "${answer#*$'\n'}"
      return
      ;;
  esac
  # Nothing from aws-vault is no reason to offer files.
  ((BASH_VERSINFO[0] < 4)) || compopt +o bashdefault +o default
  [[ $answer == values$'\n'* ]] || return
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done <<<"${answer#*$'\n'}"
}

# Lets the program behind ours complete its own line. $1 is what stands in front of it.
_aws_vault_program() {
  local front=${#1} rest=$COMP_LINE index=0
  while ((${#COMP_LINE} - ${#rest} < front && index < COMP_CWORD)); do
    rest=${rest#"${COMP_WORDS[index]}"}
    rest=${rest#"${rest%%[![:space:]]*}"}
    index=$((index + 1))
  done
  _aws_vault_own_line "$index" "$rest"
}

# Completes the line of a program. $1 is the index of the program's word, $2 the line from there on. bash-completion has
# a function for this, which can do nothing with completions that are programs (complete -C), such as that of the AWS CLI.
_aws_vault_own_line() {
  local line program current previous spec found
  local front=$((${#COMP_LINE} - ${#2}))
  COMP_WORDS=("${COMP_WORDS[@]:$1}")
  COMP_CWORD=$((COMP_CWORD - $1))
  COMP_LINE=$2
  COMP_POINT=$((COMP_POINT - front))
  program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]}
  if ((COMP_CWORD == 0)); then
    [[ $current == */* ]] && return
    while IFS= read -r line; do
      COMPREPLY+=("$line")
    done < <(compgen -c -- "$current")
    return
  fi
  previous=${COMP_WORDS[COMP_CWORD - 1]}
  # Twice where the first completion only loads the real one, and says so by 124.
  for line in 1 2; do
    # Within the braces, since bash expands the assignment before it would redirect for it.
    spec=$({ complete -p -- "$program" || complete -p -- "${program##*/}" || complete -p -D; } 2>/dev/null)
    [[ -n $spec ]] || return
    _aws_vault_options "$spec"
    [[ $spec =~ \ -F\ ([^ ]+) ]] || break
    "${BASH_REMATCH[1]}" "$program" "$current" "$previous"
    (($? == 124)) || return
  done
  [[ $spec != *' -F '* ]] || return
  if [[ $spec =~ \ -C\ (.+)\ [^\ ]+$ ]]; then
    # As bash wrote it, quotes included: aws_completer, as a rule.
    export COMP_LINE COMP_POINT
    found=$(eval "${BASH_REMATCH[1]}"' "$program" "$current" "$previous"' 2>/dev/null)
  else
    spec=${spec#complete}
    found=$(eval "compgen ${spec% *}"' -- "$current"' 2>/dev/null)
  fi
  while IFS= read -r line; do
    [[ -z $line ]] || COMPREPLY+=("$line")
  done <<<"$found"
}

# Takes over how bash is to treat what a program offers. $1 is what bash says of its completion.
_aws_vault_options() {
  local option
  ((BASH_VERSINFO[0] < 4)) && return
  for option in bashdefault default dirnames filenames noquote nosort nospace plusdirs; do
    if [[ $1 == *" -o $option "* ]]; then
      compopt -o "$option" 2>/dev/null
    else
      compopt +o "$option" 2>/dev/null
    fi
  done
}

complete -o bashdefault -o default -F _aws_vault aws-vault
