import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Origin } from '../aws-config/origin.ts'

/** The error for a setting that AWS would refuse, with its place. `problem` goes on after the place. */
export function refusedValue(name: string, origin: Origin, problem: string): VaultError {
  const place = describeOrigin(origin)
  return new VaultError('ERR_CONFIG_VALUE', `${name} at ${place} ${problem}`, {
    facts: { name, origin },
    hint: origin.kind === 'file' ? `mend line ${origin.line} of ${origin.file}` : `mend ${place}`,
  })
}
