import { testExposure } from '@aws-vault/plugin-sdk/testkit'
import exposure from '../src/index.ts'

testExposure({ name: 'ec2', exposure })
