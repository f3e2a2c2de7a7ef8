/**
 * Invented distributions in the layout of a MedDRA ASCII release, of any size: the tables, standard queries, history, and
 * the .seq files against a predecessor that is invented with it. Knows the layout; every name is made of syllables by
 * chance and every code lies in a range of our own. The same options give the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toChangeFiles } from '../../dictionaries/meddra/change-files.ts'
import { toPredecessor } from './meddra-shaped-predecessor.ts'
import { toQueryFiles } from './meddra-shaped-queries.ts'

export interface MeddraShape {
  /** How many LLTs, the PTs among them. */
  readonly llts: number
  readonly pts: number
  readonly seed: number
}

export interface Term {
  readonly code: string
  readonly name: string
}
export interface Hlgt extends Term {
  readonly soc: Term
}
export interface Hlt extends Term {
  readonly hlgt: Hlgt
}
export interface Concept extends Term {
  /** The primary one first. */
  readonly hlts: readonly [Hlt, ...Hlt[]]
}
export interface Synonym extends Term {
  readonly pt: Term
  readonly currency: 'Y' | 'N'
}
/** What the files of a release are written from. */
export interface Model {
  readonly version: string
  readonly socs: readonly Term[]
  readonly hlgts: readonly Hlgt[]
  readonly hlts: readonly Hlt[]
  readonly concepts: readonly Concept[]
  /** The LLTs that are no PTs. */
  readonly synonyms: readonly Synonym[]
}

const FIRST_CODE = 80_000_000
const NON_CURRENT_SHARE = 0.1
const SECONDARY_PATH_SHARE = 0.45
/** The day of the release, as its .seq files have it. */
export const RELEASE_DATE = '2026-03-01'

/** Writes the distribution into the folder, which is made when it is not there. */
export function writeMeddraShaped(folder: string, shape: MeddraShape): void {
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of listMeddraShapedFiles(shape)) writeFileSync(join(folder, name), text)
}

/** The files of the distribution: their usual names and their text (ASCII, CRLF). */
export function* listMeddraShapedFiles(shape: MeddraShape): Generator<{ name: string; text: string }> {
  const model = toModel(shape)
  const tables = toTableFiles(model)
  const changes = toChangeFiles(listPredecessorFiles(shape), tables, { date: RELEASE_DATE })
  for (const files of [tables, toQueryFiles(model, shape.seed), toHistoryFiles(model), changes])
    for (const [name, text] of files) yield { name, text }
}

/** The tables of the release before, name → text. */
export function listPredecessorFiles(shape: MeddraShape): ReadonlyMap<string, string> {
  return toTableFiles(toPredecessor(toModel(shape)))
}

function toModel({ llts, pts, seed }: MeddraShape): Model {
  if (pts < 1 || llts < pts) throw new RangeError(`${llts} LLTs cannot hold ${pts} PTs`)
  const chance = toChance(seed)
  const toName = toNaming(chance)
  const toCode = toNumbering()

  // The proportions of a large release: about 27 SOCs, 340 HLGTs and 1,700 HLTs over 27,000 PTs.
  const socs = toTerms(Math.min(27, Math.ceil(pts / 40)))
  const hlgts = toTerms(Math.ceil(socs.length * 12.5)).map((term, i) => ({ ...term, soc: pick(socs, i) }))
  const hlts = toTerms(Math.max(hlgts.length, Math.ceil(pts / 16))).map((term, i) => ({
    ...term,
    hlgt: pick(hlgts, i),
  }))
  const concepts = toTerms(pts).map((term, i) => ({ ...term, hlts: pickHlts(pick(hlts, i)) }))
  const synonyms = toTerms(llts - pts).map((term) => ({
    ...term,
    pt: pick(concepts, Math.floor(chance() * pts)),
    currency: chance() < NON_CURRENT_SHARE ? ('N' as const) : ('Y' as const),
  }))
  return { version: '0.1', socs, hlgts, hlts, concepts, synonyms }

  function toTerms(count: number): Term[] {
    return Array.from({ length: count }, () => ({ code: toCode(), name: toName() }))
  }

  /** The primary HLT and sometimes a second one, in another SOC where there is one. */
  function pickHlts(primary: Hlt): [Hlt, ...Hlt[]] {
    const second = pick(hlts, Math.floor(chance() * hlts.length))
    if (chance() >= SECONDARY_PATH_SHARE || second.hlgt.soc === primary.hlgt.soc) return [primary]
    return [primary, second]
  }
}

function toTableFiles({ version, socs, hlgts, hlts, concepts, synonyms }: Model): ReadonlyMap<string, string> {
  const none = (count: number) => Array<string>(count).fill('')
  const toAbbreviation = ({ name }: Term) => name.slice(0, 5)
  return new Map([
    ['soc.asc', toText(socs.map((soc) => [soc.code, soc.name, toAbbreviation(soc), ...none(7)]))],
    ['hlgt.asc', toText(hlgts.map(({ code, name }) => [code, name, ...none(7)]))],
    ['hlt.asc', toText(hlts.map(({ code, name }) => [code, name, ...none(7)]))],
    [
      'pt.asc',
      toText(concepts.map(({ code, name, hlts: [primary] }) => [code, name, '', primary.hlgt.soc.code, ...none(7)])),
    ],
    [
      'llt.asc',
      toText([
        ...concepts.map(({ code, name }) => [code, name, code, ...none(6), 'Y', '']),
        ...synonyms.map(({ code, name, pt, currency }) => [code, name, pt.code, ...none(6), currency, '']),
      ]),
    ],
    ['soc_hlgt.asc', toText(hlgts.map(({ code, soc }) => [soc.code, code]))],
    ['hlgt_hlt.asc', toText(hlts.map(({ code, hlgt }) => [hlgt.code, code]))],
    ['hlt_pt.asc', toText(concepts.flatMap((pt) => pt.hlts.map((hlt) => [hlt.code, pt.code])))],
    [
      'mdhier.asc',
      toText(
        concepts.flatMap((pt) =>
          pt.hlts.map((hlt, i) => {
            const { hlgt } = hlt
            const { soc } = hlgt
            const codes = [pt.code, hlt.code, hlgt.code, soc.code]
            const names = [pt.name, hlt.name, hlgt.name, soc.name, toAbbreviation(soc)]
            return [...codes, ...names, '', pt.hlts[0].hlgt.soc.code, i === 0 ? 'Y' : 'N']
          }),
        ),
      ),
    ],
    ['intl_ord.asc', toText(socs.map(({ code }, i) => [String(i + 1), code]))],
    ['meddra_release.asc', toText([[version, 'English', '', '', '']])],
  ])
}

/** Every term as added in this release or in the one before; without a `$` behind the last field. */
function toHistoryFiles({ socs, hlgts, hlts, concepts, synonyms }: Model): ReadonlyMap<string, string> {
  const added = (level: string, currency: string) => (term: Term, i: number) =>
    `${term.code}$${term.name}$${i % 40 === 3 ? '0.1' : '0.0'}$${level}$${currency}$A\r\n`
  const lines = [
    ...socs.map(added('SOC', '')),
    ...hlgts.map(added('HLGT', '')),
    ...hlts.map(added('HLT', '')),
    ...concepts.map(added('PT', '')),
    ...concepts.map(added('LLT', 'Y')),
    ...synonyms.map(added('LLT', 'Y')),
    ...synonyms.filter(({ currency }) => currency === 'N').map(({ code, name }) => `${code}$${name}$0.1$LLT$N$U\r\n`),
  ]
  return new Map([['meddra_history_english.asc', lines.join('')]])
}

/** Records as a file of the layout has them. */
export function toText(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => `${fields.join('$')}$\r\n`).join('')
}

/** Element i, counting round and round. */
export function pick<T>(values: readonly T[], i: number): T {
  return values[i % values.length] as T
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function toChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function toNumbering(): () => string {
  let next = FIRST_CODE
  return () => {
    next += 1
    return String(next)
  }
}

const ONSETS = [
  'b',
  'd',
  'f',
  'g',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'z',
  'br',
  'dr',
  'gl',
  'kr',
  'pl',
  'tr',
  'st',
]
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'eo']
const CODAS = ['', '', '', 'l', 'm', 'n', 'r', 'x']
const WORDS = 9_000

/** Names of one to four invented words, common ones more often; none twice. */
function toNaming(chance: () => number): () => string {
  const choose = (values: readonly string[]) => values[Math.floor(chance() * values.length)] ?? ''
  const syllable = () => choose(ONSETS) + choose(VOWELS) + choose(CODAS)
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + Math.floor(chance() * 2) }, syllable).join(''),
  )
  const given = new Set<string>()
  return () => {
    for (;;) {
      const count = 1 + Math.floor(chance() * 4)
      // Squaring makes the first words of the list the common ones, as in any language.
      const name = Array.from({ length: count }, () => words[Math.floor(chance() ** 2 * WORDS)] ?? '').join(' ')
      if (given.has(name)) continue
      given.add(name)
      return name.charAt(0).toUpperCase() + name.slice(1)
    }
  }
}
