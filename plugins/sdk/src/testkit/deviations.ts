import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

/** Cases of a suite that a part does not pass, and why. They are reported as skipped, with the reason. */
export interface Deviation {
  readonly reason: string
  /** The cases' names, as the suite reports them. */
  readonly cases: readonly string[]
}

/** One case of a suite. */
export interface Case<Fixture> {
  readonly name: string
  run(fixture: Fixture): Promise<void>
}

/** How long a case may take before it is taken for hanging, in milliseconds. */
const PATIENCE = 60_000

/**
 * Registers a suite with Node's test runner: each case with a fixture of its own. A deviation that names no case of the
 * suite fails, so that none outlives a renamed case.
 */
export function runCases<Fixture extends AsyncDisposable>(
  title: string,
  cases: readonly Case<Fixture>[],
  deviations: readonly Deviation[],
  makeFixture: () => Promise<Fixture>,
): void {
  describe(title, () => {
    it('has deviations only from cases that exist', () => {
      const names = new Set(cases.map(({ name }) => name))
      const unknown = deviations.flatMap(({ cases }) => cases).filter(name => !names.has(name))
      assert.deepEqual(unknown, [], `no such case; the cases are:\n${[...names].join('\n')}`)
      assert.equal(names.size, cases.length, 'two cases have the same name')
    })
    for (const { name, run } of cases) {
      const reason = deviations.find(deviation => deviation.cases.includes(name))?.reason
      it(name, { skip: reason ?? false, timeout: PATIENCE }, async () => {
        await using fixture = await makeFixture()
        await run(fixture)
      })
    }
  })
}
