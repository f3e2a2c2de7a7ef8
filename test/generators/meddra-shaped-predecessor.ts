/**
 * The release that could have been before an invented one: every kind of change that MedDRA makes is taken back in some
 * of its terms. Knows the model of the generator; the same release gives the same predecessor.
 */
import type { Concept, Hlt, Model, Synonym, Term } from './meddra-shaped.ts'

/** Is this the one of `every` whose turn it is? Kinds of change have other offsets, so that they meet in no term. */
const isTurn = (i: number, { every, offset }: { every: number; offset: number }) => i % every === offset % every

const toOldName = (term: Term) => `${term.name} of old`

export function toPredecessor(model: Model): Model {
  const socs = model.socs
  const hlgts = model.hlgts.map((hlgt, i) =>
    isTurn(i, { every: 40, offset: 3 }) ? { ...hlgt, name: toOldName(hlgt) } : hlgt,
  )
  const hlgtByCode = new Map(hlgts.map((hlgt) => [hlgt.code, hlgt]))
  const hlts: Hlt[] = []
  for (const [i, hlt] of model.hlts.entries()) {
    const own = hlgtByCode.get(hlt.hlgt.code) ?? hlt.hlgt
    // An HLT that was added: its PTs stood under the first one.
    if (isTurn(i, { every: 60, offset: 11 })) continue
    if (isTurn(i, { every: 50, offset: 5 })) hlts.push({ ...hlt, hlgt: own, name: toOldName(hlt) })
    else if (isTurn(i, { every: 50, offset: 7 })) hlts.push({ ...hlt, hlgt: hlgts[(i + 1) % hlgts.length] ?? own })
    else hlts.push({ ...hlt, hlgt: own })
  }
  const hltByCode = new Map(hlts.map((hlt) => [hlt.code, hlt]))
  const first = hlts[0]
  if (first === undefined) throw new RangeError('a release without HLTs has no predecessor')
  const toOldHlts = (concept: Concept): [Hlt, ...Hlt[]] => {
    const [primary = first, ...others] = new Set(concept.hlts.map((hlt) => hltByCode.get(hlt.code) ?? first))
    return [primary, ...others]
  }

  // The last concept stays a PT whatever the size, so that promoted ones have one to have been under.
  const isPromoted = (i: number) => isTurn(i, { every: 90, offset: 13 }) && i < model.concepts.length - 1
  const anchor = model.concepts.at(-1)
  if (anchor === undefined) throw new RangeError('a release without PTs has no predecessor')
  const concepts: Concept[] = []
  const promoted: Synonym[] = []
  for (const [i, concept] of model.concepts.entries()) {
    const [primary, second, ...rest] = toOldHlts(concept)
    const oldHlts: [Hlt, ...Hlt[]] = second === undefined ? [primary] : [primary, second, ...rest]
    if (isPromoted(i)) promoted.push({ code: concept.code, name: concept.name, pt: anchor, currency: 'Y' })
    else if (isTurn(i, { every: 70, offset: 17 }))
      concepts.push({ ...concept, hlts: oldHlts, name: toOldName(concept) })
    // Another primary SOC, where there are two.
    else if (isTurn(i, { every: 70, offset: 19 }) && second !== undefined)
      concepts.push({ ...concept, hlts: [second, primary, ...rest] })
    // Another HLT.
    else if (isTurn(i, { every: 70, offset: 23 }))
      concepts.push({ ...concept, hlts: [hlts[i % hlts.length] ?? primary] })
    else concepts.push({ ...concept, hlts: oldHlts })
  }
  const promotedCodes = new Set(promoted.map(({ code }) => code))

  const synonyms: Synonym[] = []
  for (const [i, synonym] of model.synonyms.entries()) {
    const pt = promotedCodes.has(synonym.pt.code) ? anchor : synonym.pt
    if (isTurn(i, { every: 100, offset: 29 })) continue
    if (isTurn(i, { every: 300, offset: 31 })) concepts.push({ code: synonym.code, name: synonym.name, hlts: [first] })
    else if (isTurn(i, { every: 100, offset: 37 })) synonyms.push({ ...synonym, pt, name: toOldName(synonym) })
    else if (isTurn(i, { every: 100, offset: 41 })) synonyms.push({ ...synonym, pt: anchor })
    else if (isTurn(i, { every: 100, offset: 43 }))
      synonyms.push({ ...synonym, pt, currency: synonym.currency === 'Y' ? 'N' : 'Y' })
    else synonyms.push({ ...synonym, pt })
  }
  return { version: '0.0', socs, hlgts, hlts, concepts, synonyms: [...promoted, ...synonyms] }
}
