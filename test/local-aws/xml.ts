/** What can stand in an answer: a list becomes `member` elements, an undefined member is left out. */
export type XmlValue = string | number | boolean | Date | readonly XmlValue[] | XmlElement

/** Elements by name. */
export interface XmlElement {
  readonly [name: string]: XmlValue | undefined
}

/** Text made safe to stand in XML. */
function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A time as AWS writes it: UTC, whole seconds, `Z`. */
function isoSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** Writes elements, two blanks deep per level. */
export function writeXml(element: XmlElement, indent = ''): string {
  return Object.entries(element)
    .map(([name, value]) => (value === undefined ? '' : `${indent}<${name}>${content(value, indent)}</${name}>\n`))
    .join('')
}

function content(value: XmlValue, indent: string): string {
  if (value instanceof Date) return isoSeconds(value.getTime())
  if (typeof value !== 'object') return escapeXml(String(value))
  const inside = isList(value)
    ? value.map(member => writeXml({ member }, `${indent}  `)).join('')
    : writeXml(value, `${indent}  `)
  return inside === '' ? '' : `\n${inside}${indent}`
}

function isList(value: readonly XmlValue[] | XmlElement): value is readonly XmlValue[] {
  return Array.isArray(value)
}
