/**
 * The text with every control and formatting character written out as `\u{...}`. What we print quotes names from files
 * that others may have written: they must not move the cursor, change colours or turn the writing direction.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}
