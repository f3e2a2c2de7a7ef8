/**
 * Queries with their truth, by kind, and what is drawn of them. A source of another form only has to give a
 * QuerySource; everything after it (running, judging, the table) does not know where the queries come from.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DEFAULT_DICTIONARY, openDictionary } from '../../../pipeline/coding-kits.ts'
import { toRandom } from '../../generators/random.ts'
import { readGold } from '../../train/gold.ts'

export interface Query {
  readonly text: string
  /** Id of the true concept, or `-` when the dictionary has none. */
  readonly truth: string
  readonly kind: string
  /** What is special about it within its kind, as `typo1`. */
  readonly detail: string
  /** The SDTM domain it is of, for who asks; AE where left out. */
  readonly domain?: string
}

/** A query as it is put to a matcher: a program that does not know of domains leaves out what stands behind the tab. */
export function toLine({ text, domain }: Query): string {
  return domain === undefined ? text : `${text}\t${domain}`
}

export interface QuerySource {
  readonly name: string
  /** Path of the dictionary.tsv the matchers get. */
  readonly dictionary: string
  /** Kind → its queries, in a drawn order: any beginning of a list is a sample of it. */
  readonly kinds: ReadonlyMap<string, readonly Query[]>
  /** Kind → its share of the mix on which confidence is judged; together 1. */
  readonly confidenceMix: Readonly<Record<string, number>>
  /** The kinds of the mix on which speed is measured, one after the other, over and over. */
  readonly speedPattern: readonly string[]
}

export type Half = 'tune' | 'report'

const SEED = 20_261_122
const FILES = ['exact', 'noisy', 'heldout', 'hard', 'absent']
/** Of a sample, what each kind outside the confidence mix gets. */
const SHARE_OUTSIDE_MIX = 0.1

/**
 * Which half a query belongs to: the last bit of the SHA-256 of its whole line in the file (UTF-8, without the line's
 * end), 0 is `tune`, 1 is `report`. It depends on nothing else, so a query stays in its half when a file grows.
 */
export function toHalf(line: string): Half {
  const last = createHash('sha256').update(line, 'utf8').digest().at(-1) ?? 0
  return last % 2 === 0 ? 'tune' : 'report'
}

/**
 * Reads one half of a folder of dictionary.tsv and exact, noisy, heldout, hard and absent.tsv, each
 * `query <TAB> concept <TAB> kind`.
 * @throws Error naming file and line when a line has fewer than two columns or a file is missing
 */
export function readBenchFolder(folder: string, half: Half): QuerySource {
  const kinds = new Map<string, readonly Query[]>()
  for (const kind of FILES) {
    const file = join(folder, `${kind}.tsv`)
    if (!existsSync(file))
      throw new Error(`${file} is missing (expected ${FILES.map((name) => `${name}.tsv`).join(', ')})`)
    const queries: Query[] = []
    for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      if (line === '') continue
      const [text = '', truth = '', detail = ''] = line.split('\t')
      if (text === '' || truth === '')
        throw new Error(`${file}:${i + 1}: expected query, concept and kind, found "${line}"`)
      if (toHalf(line) === half) queries.push({ text, truth, kind, detail })
    }
    kinds.set(kind, shuffle(queries))
  }
  return {
    name: basename(folder),
    dictionary: join(folder, 'dictionary.tsv'),
    kinds,
    // As events of a study come in: many badly written, some written otherwise, some that nothing answers.
    confidenceMix: { hard: 0.35, noisy: 0.35, heldout: 0.18, absent: 0.12 },
    speedPattern: ['noisy', 'heldout', 'noisy', 'exact'],
  }
}

/**
 * The half of our own gold verbatims that nobody looks at while tuning, against the newest OpenAE: those that a machine
 * may code, and those that a person must see, which have no right answer here.
 * @param folder where the dictionary is written to, as the matchers read it
 */
export async function readGoldSource(folder: string): Promise<QuerySource> {
  const dictionary = await openDictionary(DEFAULT_DICTIONARY.path)
  const codeByName = new Map<string, string>()
  const lines = ['concept_id\tterm\tis_preferred']
  for (let i = 0; i < dictionary.termCount; i += 1) {
    const { code, text, conceptCode, isCurrent } = dictionary.termAt(i)
    if (!isCurrent) continue
    lines.push(`${conceptCode}\t${text}\t${code === conceptCode ? 1 : 0}`)
    if (code === conceptCode) codeByName.set(text, code)
  }
  const path = join(folder, 'dictionary.tsv')
  writeFileSync(path, `${lines.join('\n')}\n`)
  const rows = readGold('frozen').map(({ verbatim, domain, concepts, route, note }): Query => {
    const truth = route === 'code' ? codeByName.get(concepts[0] ?? '') : '-'
    if (truth === undefined)
      throw new Error(`gold: "${verbatim}" means "${concepts[0]}", which ${dictionary.ref.name} has not`)
    return {
      text: verbatim,
      truth,
      kind: route === 'code' ? 'code' : 'hold',
      detail: route === 'code' ? note : route,
      domain,
    }
  })
  const kinds = Map.groupBy(shuffle(rows), ({ kind }) => kind)
  const share = (kinds.get('code')?.length ?? 0) / rows.length
  return {
    name: 'gold, frozen half',
    dictionary: path,
    kinds,
    confidenceMix: { code: share, hold: 1 - share },
    speedPattern: ['code'],
  }
}

/** A smaller source: each kind cut so that together there are about `size` queries, most of them for the mix. */
export function takeSample(source: QuerySource, size: number): QuerySource {
  const outside = [...source.kinds.keys()].filter((kind) => source.confidenceMix[kind] === undefined)
  const mixed = 1 - outside.length * SHARE_OUTSIDE_MIX
  const kinds = new Map(
    Array.from(source.kinds, ([kind, queries]) => {
      const share = source.confidenceMix[kind] === undefined ? SHARE_OUTSIDE_MIX : source.confidenceMix[kind] * mixed
      return [kind, queries.slice(0, Math.round(size * share))]
    }),
  )
  return { ...source, kinds }
}

/** The mix on which confidence is judged, as large as the scarcest kind allows. */
export function drawConfidenceMix({ kinds, confidenceMix }: QuerySource): Query[] {
  const shares = Object.entries(confidenceMix)
  const size = Math.min(...shares.map(([kind, share]) => (kinds.get(kind)?.length ?? 0) / share))
  return shares.flatMap(([kind, share]) => kinds.get(kind)?.slice(0, Math.round(size * share)) ?? [])
}

/** At most `size` queries, the kinds of the speed pattern in turn; ends where a kind has no more. */
export function drawSpeedMix({ kinds, speedPattern }: QuerySource, size: number): Query[] {
  const left = new Map(Array.from(kinds, ([kind, queries]) => [kind, queries.values()]))
  const drawn: Query[] = []
  while (drawn.length < size) {
    const query = left.get(speedPattern[drawn.length % speedPattern.length] ?? '')?.next().value
    if (query === undefined) return drawn
    drawn.push(query)
  }
  return drawn
}

/** Fisher and Yates, the same order for the same list. */
function shuffle<T>(list: readonly T[]): T[] {
  const random = toRandom(SEED)
  const shuffled = [...list]
  for (let i = shuffled.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    ;[shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T]
  }
  return shuffled
}
