import type { Part } from '../contributions/part.ts'
import type { FlagData } from './command-data.ts'

/** The flags that parts declare, as manifests have flags. Pure. */
export function partFlagData(parts: readonly Part[]): Readonly<Record<string, FlagData>> {
  const flags = parts.flatMap(({ declaration }) =>
    Object.values(declaration.options ?? {}).flatMap(({ flag, type, summary }) =>
      flag === undefined
        ? []
        : [
            {
              name: flag,
              summary,
              ...(type === 'boolean'
                ? { type: 'boolean' as const, allowNo: true }
                : { type: 'option' as const, helpValue: `<${type ?? 'value'}>` }),
            },
          ],
    ),
  )
  return Object.fromEntries(flags.map(flag => [flag.name, flag]))
}
