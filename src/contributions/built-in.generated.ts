// Generated from plugins/*/package.json by bin/generate-index.ts. Do not edit.
import type { Part } from './part.ts'

/** Every part that comes with us. The imports are literal, so that a bundler can follow them. */
export const builtInParts: readonly Part[] = [
  {
    kind: 'exposures',
    name: 'env',
    packageName: '@aws-vault/exposure-env',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"Environment variables, which every AWS SDK reads; the program cannot renew them","module":"./dist/index.js"},
    load: () => import('@aws-vault/exposure-env'),
  },
  {
    kind: 'keyrings',
    name: 'file',
    packageName: '@aws-vault/keyring-file',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"Encrypted files in a directory, opened by a passphrase","module":"./dist/index.js","options":{"dir":{"summary":"Directory of the file keyring","flag":"file-dir","env":"AWS_VAULT_FILE_DIR","type":"path","default":"~/.awsvault/keys"},"passphrase":{"summary":"Passphrase of the file keyring; asked for if not set","env":"AWS_VAULT_FILE_PASSPHRASE","secret":true},"workFactor":{"summary":"PBKDF2 rounds for items that the file keyring writes: more is slower, for guessers too","flag":"file-work-factor","env":"AWS_VAULT_FILE_WORK_FACTOR","type":"integer","default":8192,"min":1000,"max":1300000}}},
    load: () => import('@aws-vault/keyring-file'),
  },
  {
    kind: 'prompts',
    name: 'terminal',
    packageName: '@aws-vault/prompt-terminal',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"Asks on the terminal, whatever stdin and stdout are","module":"./dist/index.js"},
    load: () => import('@aws-vault/prompt-terminal'),
  },
  {
    kind: 'providers',
    name: 'assume-role',
    packageName: '@aws-vault/provider-assume-role',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"the temporary credentials of a role (STS AssumeRole)","module":"./dist/index.js"},
    load: () => import('@aws-vault/provider-assume-role'),
  },
  {
    kind: 'providers',
    name: 'federation-token',
    packageName: '@aws-vault/provider-federation-token',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"temporary keys that may do no more than a session policy says (STS GetFederationToken)","module":"./dist/index.js"},
    load: () => import('@aws-vault/provider-federation-token'),
  },
  {
    kind: 'providers',
    name: 'session-token',
    packageName: '@aws-vault/provider-session-token',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"a session token in place of long-lived keys (STS GetSessionToken)","module":"./dist/index.js"},
    load: () => import('@aws-vault/provider-session-token'),
  },
  {
    kind: 'providers',
    name: 'sso',
    packageName: '@aws-vault/provider-sso',
    packageVersion: '0.1.0',
    builtIn: true,
    declaration: {"summary":"the credentials of a role by single sign-on (IAM Identity Center)","module":"./dist/index.js","options":{"deviceCode":{"summary":"log in to single sign-on with a code, in a browser on any device","flag":"device-code","env":"AWS_VAULT_STDOUT","type":"boolean"}}},
    load: () => import('@aws-vault/provider-sso'),
  },
]
