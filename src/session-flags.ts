import * as Flags from '@oclif/core/flags'

/** For commands that can say what they would do. */
export const explainFlag = {
  explain: Flags.boolean({ summary: 'say how the credentials would come about and why, and do no more' }),
}

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
  'min-ttl': Flags.string({
    summary: 'renew the session first if it has less time left, e.g. 45m [AWS_MIN_TTL]',
    helpValue: '<duration>',
  }),
  policy: Flags.string({
    summary: 'restrict the credentials to what a policy in a JSON file allows',
    helpValue: '<file>',
  }),
  'policy-arn': Flags.string({
    summary: 'restrict them to what a managed policy allows; may be given up to 10 times',
    helpValue: '<arn>',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'read-only': Flags.boolean({ summary: "restrict them to what AWS's ReadOnlyAccess allows", allowNo: true }),
}

/** The flags of exec that say how a server hands out the credentials. */
export const serverFlags = {
  'ecs-server': Flags.boolean({
    summary: 'serve the credentials, and renew them, as ECS does: the same as --expose ecs',
    exclusive: ['expose', 'json'],
  }),
  'ec2-server': Flags.boolean({
    char: 's',
    aliases: ['server'],
    summary: 'serve them as EC2 does, for programs that know no other way: the same as --expose ec2',
    exclusive: ['expose', 'json', 'ecs-server'],
  }),
  lazy: Flags.boolean({ summary: 'with a server: get credentials when the program first asks for some' }),
}
