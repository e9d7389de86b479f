/** Pages of services that have another address than their names; `#` stands in front of what the page itself reads. */
const PAGES: Readonly<Record<string, string>> = {
  cfn: 'cloudformation/home',
  'cloudformation/stacks': 'cloudformation/home#/stacks',
  'cloudwatch/alarms': 'cloudwatch/home#alarmsV2:',
  'cloudwatch/logs': 'cloudwatch/home#logsV2:log-groups',
  dynamodb: 'dynamodbv2/home',
  'dynamodb/tables': 'dynamodbv2/home#tables',
  'ec2/images': 'ec2/home#Images:',
  'ec2/instances': 'ec2/home#Instances:',
  'ec2/key-pairs': 'ec2/home#KeyPairs:',
  'ec2/load-balancers': 'ec2/home#LoadBalancers:',
  'ec2/security-groups': 'ec2/home#SecurityGroups:',
  'ec2/snapshots': 'ec2/home#Snapshots:',
  'ec2/volumes': 'ec2/home#Volumes:',
  'ecs/clusters': 'ecs/v2/clusters',
  'eks/clusters': 'eks/home#/clusters',
  'iam/policies': 'iam/home#/policies',
  'iam/roles': 'iam/home#/roles',
  'iam/users': 'iam/home#/users',
  'lambda/functions': 'lambda/home#/functions',
  logs: 'cloudwatch/home#logsV2:log-groups',
  'rds/databases': 'rds/home#databases:',
  route53: 'route53/v2/home',
  sfn: 'states/home',
  ssm: 'systems-manager/home',
  'vpc/subnets': 'vpcconsole/home#subnets:',
  'vpc/vpcs': 'vpcconsole/home#vpcs:',
}

/** The console's path of a service or of a page of it; what is not known is a path already. Pure. */
export function servicePage(name: string): string {
  return Object.hasOwn(PAGES, name) ? (PAGES[name] as string) : name
}

/** Names of services and pages that people look for, for completion: those above, and services that are called as their pages. */
export const consolePages = (): string[] => [...Object.keys(PAGES), ...SERVICES].sort()

const SERVICES = [
  ...[
    'apigateway',
    'athena',
    'bedrock',
    'billing',
    'cloudformation',
    'cloudfront',
    'cloudtrail',
    'cloudwatch',
    'codebuild',
  ],
  ...['codepipeline', 'config', 'ec2', 'ecr', 'ecs', 'eks', 'elasticache', 'events', 'glue', 'guardduty', 'iam', 'kms'],
  ...['lambda', 'organizations', 'rds', 's3', 'secretsmanager', 'securityhub', 'servicequotas', 'sns', 'sqs', 'vpc'],
]
