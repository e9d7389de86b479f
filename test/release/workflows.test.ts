/** The workflows, as far as they can be judged without running them. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseDocument } from 'yaml'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const root = join(import.meta.dirname, '..', '..')
const scripts = new Set(Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts))
const files = globSync('.github/workflows/*.yml', { cwd: root }).sort()

function read(file: string): Workflow {
  const document = parseDocument(readFileSync(join(root, file), 'utf8'), { strict: true, uniqueKeys: true })
  assert.deepEqual([...document.errors, ...document.warnings], [])
  return document.toJS()
}

describe('workflows', () => {
  it('are there', () => assert.deepEqual(files, ['.github/workflows/ci.yml', '.github/workflows/release.yml']))

  for (const file of files) {
    const { permissions, jobs } = read(file)
    const steps = Object.values(jobs).flatMap(job => job.steps)

    it(`${file}: nobody may write who does not say so`, () => {
      assert.ok(
        Object.values(permissions).every(access => access === 'read'),
        JSON.stringify(permissions),
      )
      const writers = Object.entries(jobs).filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'))
      for (const [name, { environment }] of writers) assert.ok(environment, `${name} writes without an environment`)
      for (const [name, job] of Object.entries(jobs)) assert.ok(job['timeout-minutes'], `${name} may run for ever`)
    })

    it(`${file}: only GitHub's own actions, of a named version, and no token is left in a clone`, () => {
      for (const { uses, with: inputs } of steps) {
        if (uses === undefined) continue
        assert.match(uses, /^actions\/[a-z-]+@(?:v\d+|[0-9a-f]{40})$/)
        if (uses.startsWith('actions/checkout@')) assert.equal(inputs?.['persist-credentials'], false)
      }
    })

    it(`${file}: nothing that others choose is pasted into a script, and every script is there`, () => {
      for (const { run = '' } of steps) {
        assert.doesNotMatch(run, /\$\{\{/, run)
        for (const [, name = ''] of run.matchAll(/npm run (?:--silent )?([a-z-]+)/g)) {
          assert.ok(scripts.has(name), `npm run ${name}`)
        }
      }
    })

    it(`${file}: secrets are seen by one step each, in a job that asks a person`, () => {
      for (const [name, job] of Object.entries(jobs)) {
        const seeing = job.steps.filter(step => JSON.stringify(step).includes('secrets.'))
        if (seeing.length > 0) assert.equal(job.environment, 'release', name)
        for (const step of seeing) assert.equal(step.uses, undefined)
      }
    })
  }
})
