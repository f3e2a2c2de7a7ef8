/** `dictionary check | search`: looking into a dictionary, with or without a study. Knows no dictionary's layout. */
import {
  AecoderError,
  checkDictionary,
  DEFAULT_DICTIONARY,
  type DictionaryOptions,
  findStudyDictionary,
  openDictionary,
  openStudy,
  toPlace,
} from '../../index.ts'
import { type Surroundings, toCommand } from '../command.ts'
import { toCut, toShellWord, toTable, toVisible } from '../tables.ts'

export type Dictionary = Awaited<ReturnType<typeof openDictionary>>
export type Hit = ReturnType<Dictionary['search']>[number]
type Mode = Parameters<Dictionary['search']>[1]['mode']

/** Which dictionary is looked into. */
export const DICTIONARY_PLACE = {
  dictionary: {
    kind: 'text',
    value: 'PATH',
    summary: "a dictionary's folder, zip or file (else OpenAE); with --study, the name of one it has",
  },
  study: {
    kind: 'text',
    value: 'PATH',
    summary: "use this study's dictionary, its main one unless --dictionary names another",
  },
} as const

export interface PlaceOptions {
  readonly dictionary: string | undefined
  readonly study: string | undefined
}

/** How wide an answer may be before a terminal breaks its lines. */
export const WIDTH = 100

export const DICTIONARY_CHECK = toCommand({
  name: 'dictionary check',
  summary: 'Read all files of a dictionary and report its counts; any damage stops it with file and line',
  example: 'aecoder dictionary check --dictionary /data/meddra/MedAscii',
  arguments: [],
  options: DICTIONARY_PLACE,
  async run({ options, world }) {
    const { path, ...known } = await findPlace(options)
    const { dictionary, changes, contradictions, history } = await checkDictionary(path, {
      ...known,
      askPassword: world.askPassword,
    })
    const { ref, language, levels, report } = dictionary
    const rows = Object.entries(report).flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[toWords(name), value] as (string | number)[]]
        : typeof value === 'object' && !Array.isArray(value)
          ? Object.entries(value).map(([level, count]) => [level, Number(count)] as (string | number)[])
          : [],
    )
    if (changes !== null)
      for (const [action, count] of Object.entries(changes)) rows.push([`changes (.seq): ${action}`, count])
    if (history !== null) rows.push(['codes in the history', history])
    const warnings = [...report.warnings, ...contradictions].map((warning) => `  - ${warning}`)
    return {
      json: { dictionary: ref, language, report, changes, contradictions, history },
      text: [
        `${ref.name} ${ref.version} (${language}), sha256 ${ref.sha256}`,
        '',
        toTable(['what', 'count'], rows),
        '',
        warnings.length > 0
          ? ['Noticed:', ...warnings].join('\n')
          : `Whole: every code resolves, every ${levels.includes('PT') ? 'preferred term' : 'code'} has one primary path.`,
      ].join('\n'),
    }
  },
})

const MODES = ['exact', 'begins', 'contains', 'wildcard', 'similar'] as const satisfies readonly Mode[]
/** How each mode says what it looked for. */
const MODE_WORDS: { readonly [mode in Mode]: string } = {
  exact: 'is',
  begins: 'begins with',
  contains: 'contains',
  wildcard: 'fits',
  similar: 'resembles',
}
/** Up to here it is counted how much was found; who finds more needs other words, not the number. */
const COUNTED = 1_000

export const DICTIONARY_SEARCH = toCommand({
  name: 'dictionary search',
  summary: 'Find terms by text, on all levels',
  example: 'aecoder dictionary search "*headache*" --level PT',
  arguments: [{ name: 'text', summary: 'a term, its beginning, a part of it, or a pattern' }],
  options: {
    ...DICTIONARY_PLACE,
    mode: {
      kind: 'choice',
      choices: MODES,
      summary:
        'how names must fit the text: be it, begin with it, hold it, fit a pattern (* any text, ? one letter), or look ' +
        'like it, misspelt or in other words (default: wildcard for a text with * or ?, else begins)',
    },
    level: { kind: 'text', value: 'LEVEL', summary: 'only this level, e.g. PT' },
    limit: { kind: 'number', value: 'N', summary: 'at most so many', default: 30 },
  },
  async run({ args, options, world }) {
    const dictionary = await openNamedDictionary(options, world)
    const text = args[0] ?? ''
    if (text.trim() === '')
      throw new AecoderError('USAGE', {
        where: 'text',
        found: 'nothing to look for',
        action: 'Give a term or a part of it',
      })
    const mode = (options.mode as Mode | undefined) ?? (/[*?]/.test(text) ? 'wildcard' : 'begins')
    const level = options.level === undefined ? undefined : toLevel(dictionary, options.level)
    const asked: Asked = { text, mode, limit: options.limit, ...(level ? { level } : {}) }
    const found = find(dictionary, asked)
    const call = (words: string) => `${world.program} dictionary ${words}${toPlaceWords(options)}`
    const others = found.hits.length > 0 ? [] : listOtherWays(dictionary, asked)
    return {
      json: {
        dictionary: dictionary.ref,
        mode,
        level: level ?? null,
        found: found.count,
        hits: found.hits,
        ...(found.hits.length > 0
          ? {}
          : {
              otherWays: others.map(({ asked: { mode, level }, count }) => ({
                mode,
                level: level ?? null,
                found: count,
              })),
            }),
      },
      text: found.hits.length > 0 ? toHitsText(found) : toNothingText(dictionary, { asked, others, call }),
    }
  },
})

interface Asked {
  readonly text: string
  readonly mode: Mode
  readonly limit: number
  readonly level?: string
}

/** How many names fit: `atLeast` where the count stopped; null for `similar`, which finds as many as it is asked for. */
type Count = { readonly count: number; readonly atLeast: boolean } | null

interface Found {
  readonly hits: readonly Hit[]
  readonly count: Count
}

function find(dictionary: Dictionary, { text, limit, ...how }: Asked): Found {
  if (how.mode === 'similar') return { hits: dictionary.search(text, { ...how, limit }), count: null }
  const most = Math.max(limit, COUNTED)
  const all = dictionary.search(text, { ...how, limit: most + 1 })
  return {
    hits: all.slice(0, limit),
    count: { count: Math.min(all.length, most), atLeast: all.length > most },
  }
}

interface OtherWay {
  readonly asked: Asked
  readonly count: Count
  readonly first: Hit
}

/** What finds something where this call found nothing: without its level, and in the other modes. */
function listOtherWays(dictionary: Dictionary, asked: Asked): readonly OtherWay[] {
  const { level: _, ...everywhere } = asked
  const hasSigns = /[*?]/.test(asked.text)
  const modes = MODES.filter((mode) => mode !== asked.mode && (mode !== 'wildcard' || hasSigns))
  return [...(asked.level === undefined ? [] : [everywhere]), ...modes.map((mode) => ({ ...asked, mode }))].flatMap(
    (other) => {
      const { hits, count } = find(dictionary, other)
      return hits[0] === undefined ? [] : [{ asked: other, count, first: hits[0] }]
    },
  )
}

function toHitsText({ hits, count }: Found): string {
  const states = hits.map(toState)
  const hasStates = states.some((state) => state !== '')
  const fixed = [
    ['level', ...hits.map(({ level }) => level)],
    ['code', ...hits.map(({ code }) => code)],
  ]
  const room = WIDTH - [...fixed, ...(hasStates ? [states] : [])].reduce((sum, cells) => sum + toWidth(cells) + GAP, 0)
  const place = room - Math.min(WIDEST_NAME, toWidth(hits.map(({ text }) => text))) - GAP
  const hasPlaces = place >= NARROWEST_PLACE
  const table = toNameTable(
    ['level', 'code', 'name', ...(hasStates ? [''] : []), ...(hasPlaces ? ['in'] : [])],
    hits.map((hit, i) => [
      hit.level,
      hit.code,
      hit.text,
      ...(hasStates ? [states[i] ?? ''] : []),
      ...(hasPlaces ? [toCut(toVisible(toWhere(hit)), place)] : []),
    ]),
    { nameColumn: 2 },
  )
  if (count === null) return `${table}\n\nThe most similar first. --limit shows more.`
  if (count.count <= hits.length && !count.atLeast) return table
  return `${table}\n\nThe first ${toNumber(hits.length)} of ${toCounted(count)}. --limit shows more.`
}

/** A longer name goes on in the next line before it takes all room from where it stands. */
const WIDEST_NAME = 64
const NARROWEST_PLACE = 12

/** The nodes that tell two hits of one name apart: the one right above, and the broadest. */
function toWhere({ path }: Hit): string {
  const above = path.slice(0, -1)
  return [...new Set([above.at(-1), above[0]])].flatMap((node) => (node === undefined ? [] : [node.text])).join(' ‹ ')
}

function toNothingText(
  dictionary: Dictionary,
  { asked, others, call }: { asked: Asked; others: readonly OtherWay[]; call: (words: string) => string },
): string {
  const { text, mode, level } = asked
  const where = `${dictionary.ref.name} ${dictionary.ref.version}`
  const lines = [`No ${level ? `${level} name` : 'name'} in ${where} ${MODE_WORDS[mode]} "${toVisible(text)}".`]
  const node = dictionary.findNode(text.trim())
  if (node !== undefined)
    lines.push(`It is the code of ${node.level} ${toVisible(node.text)}: ${call(`show ${toShellWord(text.trim())}`)}`)
  for (const { asked: other, count, first } of others) {
    const what = other.level === level ? `--mode ${other.mode}` : 'On all levels'
    const found = count === null ? `finds first "${toVisible(first.text)}"` : `finds ${toCounted(count)}`
    const options = `${other.level ? ` --level ${toShellWord(other.level)}` : ''} --mode ${other.mode}`
    lines.push(`${what} ${found}: ${call(`search ${toShellWord(text)}${options}`)}`)
  }
  if (lines.length === 1) lines.push('No other mode finds anything. Try fewer words, or only a part of the term.')
  return lines.join('\n')
}

function toCounted({ count, atLeast }: { count: number; atLeast: boolean }): string {
  return atLeast ? `more than ${toNumber(count)}` : toNumber(count)
}

function toNumber(count: number): string {
  return count.toLocaleString('en')
}

/** Between two columns of a table. */
const GAP = 2
const NARROWEST_NAME = 24

/** A table that keeps to the width of an answer: what is too long of a name goes on in further lines, nothing is cut. */
export function toNameTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { nameColumn }: { nameColumn: number },
): string {
  const others = header
    .map((title, column) => [title, ...rows.map((row) => (row[column] ?? '').toLocaleString('en'))])
    .filter((_, column) => column !== nameColumn)
  const room = WIDTH - others.reduce((sum, cells) => sum + toWidth(cells) + GAP, 0)
  return toTable(
    header,
    rows.flatMap((row) =>
      breakLines(toVisible(String(row[nameColumn] ?? '')), Math.max(NARROWEST_NAME, room)).map((line, i) =>
        header.map((_, column) => (column === nameColumn ? line : i === 0 ? (row[column] ?? '') : '')),
      ),
    ),
    { widest: WIDTH },
  )
}

/** At blanks; a word that is longer than a line stays whole. */
export function breakLines(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

function toWidth(cells: readonly string[]): number {
  return Math.max(...cells.map((cell) => cell.length))
}

/** What keeps a term from being assigned, in the words of its dictionary; empty where nothing does. */
export function toState({ isCurrent, level }: Pick<Hit, 'isCurrent' | 'level'>): string {
  return isCurrent ? '' : level === 'LLT' ? 'not current' : 'not assignable'
}

/** The dictionary that a command looks into: a study's, by name or its main one; else the one named; else the one that comes with aecoder. */
async function findPlace({ dictionary, study }: PlaceOptions): Promise<{ path: string } & DictionaryOptions> {
  if (study !== undefined) return findStudyDictionary(await openStudy(study), dictionary)
  return { path: dictionary === undefined ? DEFAULT_DICTIONARY.path : toPlace(dictionary) }
}

export async function openNamedDictionary(
  options: PlaceOptions,
  { askPassword }: Pick<Surroundings, 'askPassword'>,
): Promise<Dictionary> {
  const { path, ...known } = await findPlace(options)
  return openDictionary(path, { ...known, askPassword })
}

/** The same choice as it must be typed again in a proposed call, with a blank before it. */
export function toPlaceWords({ dictionary, study }: PlaceOptions): string {
  const words = { study, dictionary }
  return Object.entries(words)
    .map(([name, value]) => (value === undefined ? '' : ` --${name} ${toShellWord(value)}`))
    .join('')
}

/**
 * A level as the dictionary spells it.
 * @throws AecoderError USAGE, which names the levels
 */
export function toLevel({ levels, ref }: Dictionary, named: string): string {
  const found = levels.find((level) => level.toLowerCase() === named.trim().toLowerCase())
  if (found !== undefined) return found
  throw new AecoderError('USAGE', {
    where: '--level',
    found: `"${named}"`,
    expected: `a level of ${ref.name} ${ref.version}: ${levels.join(', ')}`,
  })
}

function toWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
