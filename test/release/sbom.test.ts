import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Bom, fullName, shippedBom } from '../../bin/release/sbom.ts'
import { makeBom } from '../../bin/sbom.ts'

const root = join(import.meta.dirname, '..', '..')

describe('the bill of materials', () => {
  const bom = makeBom()
  const names = new Set(bom.components.map(fullName))
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages

  it('is CycloneDX, of this version', () => {
    assert.equal(bom.bomFormat, 'CycloneDX')
    assert.match(bom.specVersion, /^1\.\d$/)
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    assert.equal(bom.metadata.component.version, version)
    for (const { name, version, purl } of bom.components)
      assert.ok(name && version && purl.startsWith('pkg:npm/'), name)
  })

  it('is whole: what is named as needed is there', () => {
    const refs = new Set([bom.metadata.component, ...bom.components].map(component => component['bom-ref']))
    assert.equal(refs.size, bom.components.length + 1, 'two components with one reference')
    for (const { ref, dependsOn } of bom.dependencies) {
      assert.ok(refs.has(ref), ref)
      for (const needed of dependsOn) assert.ok(refs.has(needed), `${ref} needs ${needed}`)
    }
  })

  it('has what is installed with us, and what is bundled', () => {
    for (const name of ['@oclif/core', 'keytar', '@aws-sdk/client-sts', '@smithy/core', 'jose', 'ini', 'listr2']) {
      assert.ok(names.has(name), name)
    }
    for (const [path, { dev, link }] of Object.entries<{ dev?: boolean; link?: boolean }>(lock)) {
      const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1]
      if (name !== undefined && !dev && !link) assert.ok(names.has(name), `${name} is installed with us`)
    }
  })

  it('has nothing that only the work on the sources needs', () => {
    for (const name of ['typescript', '@biomejs/biome', 'esbuild', 'markdown-it', 'fast-check', 'node']) {
      assert.ok(!names.has(name), name)
    }
    assert.ok(!JSON.stringify(bom).includes('cdx:npm:package:development'))
  })

  it('follows what is needed by what is shipped, also in a circle', () => {
    const component = (name: string) => ({ 'bom-ref': name, name, version: '1', purl: `pkg:npm/${name}@1` })
    const small: Bom = {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: component('us') },
      components: ['a', 'b', 'c', 'd'].map(component),
      dependencies: [
        { ref: 'us', dependsOn: ['a', 'd'] },
        { ref: 'a', dependsOn: ['b'] },
        { ref: 'b', dependsOn: ['a'] },
        { ref: 'd', dependsOn: ['c'] },
      ],
    }
    assert.deepEqual(shippedBom(small, new Set(['a'])).components.map(fullName), ['a', 'b'])
  })
})
