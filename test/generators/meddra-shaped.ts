/**
 * Invented dictionaries in the layout of a MedDRA ASCII release, of any size. Knows the layout; every name is made of
 * syllables by chance and every code lies in a range of our own. The same options give the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface MeddraShape {
  /** How many LLTs, the PTs among them. */
  readonly llts: number
  readonly pts: number
  readonly seed: number
}

const FIRST_CODE = 80_000_000
const NON_CURRENT_SHARE = 0.1
const SECONDARY_PATH_SHARE = 0.45

/** Writes the release into the folder, which is made when it is not there. */
export function writeMeddraShaped(folder: string, shape: MeddraShape): void {
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of listMeddraShapedFiles(shape)) writeFileSync(join(folder, name), text)
}

/** The files of the release: their usual names and their text (ASCII, CRLF). */
export function* listMeddraShapedFiles({ llts, pts, seed }: MeddraShape): Generator<{ name: string; text: string }> {
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
  const others = toTerms(llts - pts).map((term) => ({
    ...term,
    pt: pick(concepts, Math.floor(chance() * pts)),
    currency: chance() < NON_CURRENT_SHARE ? 'N' : 'Y',
  }))

  const none = (count: number) => Array<string>(count).fill('')
  yield toFile(
    'soc.asc',
    socs.map(({ code, name }) => [code, name, name.slice(0, 5), ...none(7)]),
  )
  yield toFile(
    'hlgt.asc',
    hlgts.map(({ code, name }) => [code, name, ...none(7)]),
  )
  yield toFile(
    'hlt.asc',
    hlts.map(({ code, name }) => [code, name, ...none(7)]),
  )
  yield toFile(
    'pt.asc',
    concepts.map(({ code, name, hlts: [primary] }) => [code, name, '', primary.hlgt.soc.code, ...none(7)]),
  )
  yield toFile('llt.asc', [
    ...concepts.map(({ code, name }) => [code, name, code, ...none(6), 'Y', '']),
    ...others.map(({ code, name, pt, currency }) => [code, name, pt.code, ...none(6), currency, '']),
  ])
  yield toFile(
    'soc_hlgt.asc',
    hlgts.map(({ code, soc }) => [soc.code, code]),
  )
  yield toFile(
    'hlgt_hlt.asc',
    hlts.map(({ code, hlgt }) => [hlgt.code, code]),
  )
  yield toFile(
    'hlt_pt.asc',
    concepts.flatMap((pt) => pt.hlts.map((hlt) => [hlt.code, pt.code])),
  )
  yield toFile(
    'mdhier.asc',
    concepts.flatMap((pt) =>
      pt.hlts.map((hlt, i) => {
        const { hlgt } = hlt
        const { soc } = hlgt
        const codes = [pt.code, hlt.code, hlgt.code, soc.code]
        const names = [pt.name, hlt.name, hlgt.name, soc.name, soc.name.slice(0, 5)]
        return [...codes, ...names, '', pt.hlts[0].hlgt.soc.code, i === 0 ? 'Y' : 'N']
      }),
    ),
  )
  yield toFile(
    'intl_ord.asc',
    socs.map(({ code }, i) => [String(i + 1), code]),
  )
  yield toFile('meddra_release.asc', [['0.1', 'English', '', '', '']])

  function toTerms(count: number): { code: string; name: string }[] {
    return Array.from({ length: count }, () => ({ code: toCode(), name: toName() }))
  }

  /** The primary HLT and sometimes a second one, in another SOC where there is one. */
  function pickHlts(primary: (typeof hlts)[number]): [(typeof hlts)[number], ...(typeof hlts)[number][]] {
    const second = pick(hlts, Math.floor(chance() * hlts.length))
    if (chance() >= SECONDARY_PATH_SHARE || second.hlgt.soc === primary.hlgt.soc) return [primary]
    return [primary, second]
  }
}

function toFile(name: string, rows: readonly (readonly string[])[]): { name: string; text: string } {
  return { name, text: rows.map((fields) => `${fields.join('$')}$\r\n`).join('') }
}

/** Element i, counting round and round. */
function pick<T>(values: readonly T[], i: number): T {
  return values[i % values.length] as T
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function toChance(seed: number): () => number {
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
