/** How ICD-10-CM codes are written. Knows their characters; knows none of them. */

/** The levels of a code by its number of characters, the dot not counted, as the Official Guidelines (I.A.2) count them. */
export const CODE_LEVELS = ['category', '4-character', '5-character', '6-character', '7-character'] as const

/** A letter, a digit, then one to five letters or digits: three to seven characters (Official Guidelines I.A.2, I.A.5). */
const CODE = /^[A-Z]\d[0-9A-Z]{1,5}$/

/** Is it a code as the order file has it, without the dot? */
export function isBareCode(text: string): boolean {
  return CODE.test(text)
}

/** `S52521A` → `S52.521A`; the dot stands behind the category. */
export function toDottedCode(bare: string): string {
  return bare.length > 3 ? `${bare.slice(0, 3)}.${bare.slice(3)}` : bare
}

/** `S52.521A` → `S52521A` */
export function toBareCode(dotted: string): string {
  return dotted.replace('.', '')
}

/** A code as people write it (with or without the dot, in any case, blanks around it), as decisions have it; other text as it is. */
export function toIcdCode(text: string): string {
  const written = text.trim().toUpperCase()
  if (written.includes('.') && written.indexOf('.') !== 3) return text
  const bare = toBareCode(written)
  return isBareCode(bare) ? toDottedCode(bare) : text
}

/** The level of a code with its dot. */
export function toCodeLevel(dotted: string): string {
  const level = CODE_LEVELS[toBareCode(dotted).length - 3]
  if (level === undefined) throw new Error(`${dotted} is no code`)
  return level
}
