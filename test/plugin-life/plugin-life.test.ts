/** The whole life of third-party plugins, with a real npm registry on a loopback port, which all of these tests share. */
import { after, before, describe } from 'node:test'
import { type NpmRegistry, registryMissing } from '../support/npm-registry.ts'
import { changeTests } from './changes.ts'
import { createdTests } from './created.ts'
import { installedTests } from './installed.ts'
import { interruptedTests } from './interrupted.ts'
import { startWorld } from './registry-world.ts'

describe('plugins and a registry', { skip: registryMissing() }, () => {
  let registry: NpmRegistry
  before(async () => {
    registry = await startWorld()
  })
  after(() => registry[Symbol.asyncDispose]())

  describe('from the registry into use, and out again', () => installedTests(() => registry))
  describe('changes that fail', () => changeTests(() => registry))
  describe('changes that are interrupted', () => interruptedTests(() => registry))
  describe('plugins create', () => createdTests(() => registry))
})
