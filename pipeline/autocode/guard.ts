/** The guard: spots verbatims that say more, or less, than one event. Crude on purpose: a false alarm costs a look. */

export type Alarm = { readonly kind: 'compound' | 'negated'; readonly sign: string }

// Signs of two or more events in one text. A term of the dictionary that bears one is still found by the exact steps.
const COMPOUND = /[,;/&+]|\b(?:and|as well as)\b/u
const NEGATED = /\b(?:no|not|non|nil|denie[sd]|deny|without|never|absent|absence of|negative for|ruled out)\b/u

// A minus that stands alone is "negative" in every clinic: "HIV (-)", "rash[-]", "fever -"; so are "!", "¬" and an
// empty box before a word. A dash between words is none: "fever - high".
const DASH = '[-\\u2010-\\u2015\\u2212]'
const MINUS = new RegExp(
  `[([]\\s*${DASH}\\s*[)\\]]|(?:^|\\s)${DASH}\\s*(?:[.,;!]|$)|^\\s*(?:${DASH}|[!¬])|\\[\\s*\\]`,
  'u',
)

/** @param folded the verbatim after `foldVerbatim` */
export function findAlarm(folded: string): Alarm | undefined {
  const negated = NEGATED.exec(folded) ?? MINUS.exec(folded)
  if (negated) return { kind: 'negated', sign: negated[0].trim() }
  const compound = COMPOUND.exec(folded)
  if (compound) return { kind: 'compound', sign: compound[0] }
  return undefined
}
