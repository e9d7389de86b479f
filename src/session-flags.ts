import * as Flags from '@oclif/core/flags'

/** The flags that say which credentials are wanted, for every command that hands some out. */
export const sessionFlags = {
  duration: Flags.string({
    char: 'd',
    summary: 'how long the credentials shall live, e.g. 1h30m [AWS_VAULT_DURATION]',
    helpValue: '<duration>',
  }),
  'no-session': Flags.boolean({ char: 'n', summary: 'use the stored keys themselves, without GetSessionToken' }),
  region: Flags.string({ summary: "AWS region, instead of the profile's", helpValue: '<region>' }),
  'mfa-token': Flags.string({ char: 't', summary: 'MFA code, instead of being asked', helpValue: '<code>' }),
  refresh: Flags.boolean({ summary: 'make a new session even if one is cached' }),
}
