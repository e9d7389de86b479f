/** A bill of materials of what users get, out of one of everything that is installed here. Pure. */

/** What we use of CycloneDX (ECMA-424) as npm writes it. */
export interface Bom {
  readonly bomFormat: string
  readonly specVersion: string
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

export interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

/**
 * Leaves out what only the work on the sources needs. Most of what we ship is bundled, so that npm takes it for a
 * development dependency; what counts is what the sources import, and all that this needs in turn.
 * @param shipped names of the packages that are installed with us, or imported by what is bundled
 */
export function shippedBom(bom: Bom, shipped: ReadonlySet<string>): Bom {
  const byRef = new Map(bom.components.map(component => [component['bom-ref'], component]))
  const needs = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const root = bom.metadata.component['bom-ref']
  const kept = new Set<string>()
  const visit = (ref: string): void => {
    if (kept.has(ref)) return
    kept.add(ref)
    for (const next of needs.get(ref) ?? []) visit(next)
  }
  const direct = (needs.get(root) ?? []).filter(ref => shipped.has(fullName(byRef.get(ref))))
  for (const ref of direct) visit(ref)
  return {
    ...bom,
    components: bom.components.filter(component => kept.has(component['bom-ref'])).map(withoutDevelopment),
    dependencies: bom.dependencies
      .filter(({ ref }) => ref === root || kept.has(ref))
      .map(dependency => (dependency.ref === root ? { ...dependency, dependsOn: direct } : dependency)),
  }
}

/** The name with its scope. */
export const fullName = (component: Component | undefined): string =>
  component === undefined ? '' : decodeURIComponent(component.purl.replace(/^pkg:npm\/|@[^@/]*$/g, ''))

function withoutDevelopment({ properties = [], ...component }: Component): Component {
  const kept = properties.filter(({ name }) => name !== 'cdx:npm:package:development')
  return kept.length === 0 ? component : { ...component, properties: kept }
}
