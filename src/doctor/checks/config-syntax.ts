import { describeProblem, profileNames } from '../../aws-config/profile.ts'
import { broken, type Check, ok, shortPath, warning } from '../check.ts'
import { firstFew } from '../run-checks.ts'

/** Lines of the AWS config file that programs pass over, or that spoil it. */
export const configSyntax: Check = {
  name: 'config',
  run(world) {
    const config = world.config()
    const file = shortPath(world, config.file)
    if (config.problems.length > 0) {
      const spoilt = new Set(config.broken)
      const findings = config.problems.map(problem => {
        const level = spoilt.has(problem) ? broken : warning
        return level(describeProblem({ ...config, file }, problem), `mend line ${problem.line} of ${file}`)
      })
      return firstFew(findings, 'such lines')
    }
    const count = profileNames(config).length
    if (world.facts(config.file) === undefined) {
      return [warning(`there is no ${file}`, 'aws-vault add PROFILE writes one')]
    }
    return [ok(`${file} can be read, and has ${count} ${count === 1 ? 'profile' : 'profiles'}`)]
  },
}
