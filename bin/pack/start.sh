# How this version is started. Read by the launcher `aws-vault`, also by that of an older version: it may use
# $aws_vault_root, the directory of this version, and the words of the command line, and nothing else.
exec "$aws_vault_root/bin/node" "$aws_vault_root/bin/run.js" "$@"
