/**
 * Names that another dictionary knows for the concepts of this one: what OpenAE calls a condition beside the name that a
 * licensed dictionary has for it. Two dictionaries agree on a concept where they share one of its names. Knows names; knows
 * no codes of the other dictionary. A borrowed name leads people to a term, it never codes.
 */
import type { IndexedTexts } from './dictionary.ts'
import { normaliseTerm } from './text/normalise.ts'
import { TermIndex } from './text/term-index.ts'

/** The names of one concept of the other dictionary. */
export type NameGroup = readonly string[]

/**
 * What `own` holds, and behind it the borrowed names. A group that shares names with several concepts lends none: what
 * is one there is two here.
 */
export function borrowNames(own: IndexedTexts, groups: Iterable<NameGroup>): IndexedTexts {
  const textByKey = new Map<string, number>()
  const keys = own.texts.map(normaliseTerm)
  for (const [text, key] of keys.entries()) if (!textByKey.has(key)) textByKey.set(key, text)
  const texts = [...own.texts]
  const targets: number[] = []
  for (const names of groups) {
    const known = names.map((name) => ({ name, key: normaliseTerm(name) }))
    const shared = known.flatMap(({ key }) => textByKey.get(key) ?? [])
    const [first] = shared
    if (first === undefined || new Set(shared.map((text) => own.concepts[text])).size > 1) continue
    for (const { name, key } of known) {
      if (textByKey.has(key)) continue
      // The same name in two groups: the first one lends it.
      textByKey.set(key, first)
      texts.push(name)
      keys.push(key)
      targets.push(first)
    }
  }
  const count = own.texts.length
  if (texts.length === count) return own
  return {
    texts,
    concepts: Int32Array.from(
      texts,
      (_, text) => own.concepts[text < count ? text : (targets[text - count] ?? -1)] ?? 0,
    ),
    conceptCount: own.conceptCount,
    index: new TermIndex(keys),
    borrowedFrom: count,
    listTerms(text) {
      if (text < count) return own.listTerms(text)
      const target = targets[text - count]
      return target === undefined ? [] : own.listTerms(target).map(({ term }) => ({ term, hint: texts[text] ?? '' }))
    },
  }
}
