#!/bin/sh
# What people start. Finds the version that is in use, without starting another program where that can be avoided: each
# costs a millisecond in front of every command. The names are ours alone, since sh hands on what was exported to it.
aws_vault_self=$0
# `sh aws-vault`, in its own directory.
case $aws_vault_self in */*) ;; *) aws_vault_self=./$aws_vault_self ;; esac
if [ -L "$aws_vault_self" ]; then
  aws_vault_beside=${aws_vault_self%/*}/../lib/aws-vault/bin/aws-vault
  if [ "$aws_vault_self" -ef "$aws_vault_beside" ]; then
    aws_vault_self=$aws_vault_beside
  else
    while [ -L "$aws_vault_self" ]; do
      aws_vault_link=$(readlink "$aws_vault_self")
      case $aws_vault_link in
        /*) aws_vault_self=$aws_vault_link ;;
        *) aws_vault_self=${aws_vault_self%/*}/$aws_vault_link ;;
      esac
    done
  fi
fi
aws_vault_root=${aws_vault_self%/*}/..
# Only a tarball has this file. What `aws-vault update` fetched is the user's own, or it is not started.
if [ -r "$aws_vault_root/bin/base" ] && read -r aws_vault_base <"$aws_vault_root/bin/base"; then
  aws_vault_updates=${AWS_VAULT_DATA_DIR:-${XDG_DATA_HOME:-${HOME:-}/.local/share}/aws-vault}/client/$aws_vault_base
  if [ -O "$aws_vault_updates/current" ] && read -r aws_vault_version <"$aws_vault_updates/current" &&
    [ -O "$aws_vault_updates/$aws_vault_version/bin/start" ]; then
    aws_vault_root=$aws_vault_updates/$aws_vault_version
  fi
fi
. "$aws_vault_root/bin/start"
