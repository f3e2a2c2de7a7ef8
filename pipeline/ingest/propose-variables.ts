/** Guesses for the variables beside the term: dates, severity and the like, by name and by values. */
import type { CodedDomain } from '../../schemas/records.ts'
import { listMappableVariables } from '../../schemas/sdtm.ts'
import { type NameScore, toPlainName, toVariableScore } from './column-names.ts'
import { type ColumnProfile, hasOnly, toExamples } from './column-profile.ts'
import type { Draft } from './evidence.ts'
import { SEVERITY_IN_LANGUAGES, YES_NO_IN_LANGUAGES } from './names-in-languages.ts'

const YES_NO = /^(y|n|yes|no|0|1|2|true|false|un?k?|unknown|na|checked|unchecked|(not |non-?)?serious|ongoing)$/i
const SEVERITY = /^(grade )?([1-5]|mild|moderate|severe|life[- ]?threatening|fatal|death)\b/i
const SEVERITY_WORD = /^(mild|moderate|severe|life[- ]?threatening|fatal)\b/i
const OUTCOME_WORD = /recover|resolv|fatal|death|died|sequel|unknown|ongoing|persist/i

/** What the values of a variable look like; a variable that is not here is taken by its name. */
const LOOKS: {
  readonly [suffix: string]: { readonly fits: (column: ColumnProfile) => boolean; readonly wanted: string }
} = {
  STDAT: { fits: ({ dated }) => dated >= 0.8, wanted: 'dates' },
  ENDAT: { fits: ({ dated }) => dated >= 0.8, wanted: 'dates' },
  STDTC: { fits: ({ isoDated }) => isoDated === 1, wanted: 'ISO dates' },
  ENDTC: { fits: ({ isoDated }) => isoDated === 1, wanted: 'ISO dates' },
  SEV: {
    fits: (column) => hasOnly(column, SEVERITY) || hasOnly(column, SEVERITY_IN_LANGUAGES),
    wanted: 'degrees of severity',
  },
  TOXGR: { fits: (column) => hasOnly(column, SEVERITY), wanted: 'grades' },
  SER: { fits: (column) => hasOnly(column, YES_NO) || hasOnly(column, YES_NO_IN_LANGUAGES), wanted: 'yes and no' },
  ONGO: { fits: (column) => hasOnly(column, YES_NO) || hasOnly(column, YES_NO_IN_LANGUAGES), wanted: 'yes and no' },
  OUT: { fits: ({ values }) => values.size <= 12, wanted: 'a few outcomes' },
  REL: { fits: ({ values }) => values.size <= 12, wanted: 'a few degrees' },
  ACN: { fits: ({ values }) => values.size <= 20, wanted: 'a few actions' },
}

/** Variables whose values alone give them away, however the column is called. */
const TELLING: { readonly [suffix: string]: (column: ColumnProfile) => boolean } = {
  SEV: (column) => column.values.size >= 2 && hasOnly(column, SEVERITY_WORD),
  OUT: (column) => column.values.size >= 2 && column.values.size <= 8 && hasOnly(column, OUTCOME_WORD),
}

/**
 * Adds the variables of the domain to the draft's map.
 * @returns the order of all-number dates: `''` when there are such dates and nothing settles it
 */
export function proposeVariables(
  columns: readonly ColumnProfile[],
  domain: CodedDomain,
  draft: Draft,
  known: {
    readonly enteredAs?: string
    readonly dateOrder?: 'dmy' | 'mdy'
    readonly hasExactNames?: true
  } = {},
): 'dmy' | 'mdy' | '' | undefined {
  const used = new Set<string>()
  const dates: ColumnProfile[] = []
  const told = columns.filter((column) => !hasTwin(column, columns))
  for (const word of listMappableVariables(domain)) {
    const suffix = word.slice(domain.length)
    // What a coder or a CRO wrote there is no translation: mapped, it would be coded in place of the term.
    if (suffix === 'TERM' || suffix === 'MODIFY') continue
    const column = proposeVariable(
      told.filter(({ name }) => !used.has(name) && (known.hasExactNames !== true || isNameOf(toPlainName(name), word))),
      { domain, suffix },
      draft,
    )
    if (column === undefined) continue
    used.add(column.name)
    if (suffix !== 'STDAT' && suffix !== 'ENDAT') continue
    const entered = findEntered(columns, column, known.enteredAs)
    dates.push(entered ?? column)
    if (entered === undefined) continue
    used.add(entered.name)
    draft.map[word] = entered.name
    const at = draft.evidence.findIndex(({ field }) => field === `map.${word}`)
    if (at >= 0) draft.evidence.splice(at, 1)
    const why = `beside "${column.name}" it holds the date as entered, partial ones included: ${toExamples(entered)}`
    draft.evidence.push({ field: `map.${word}`, column: entered.name, why, confidence: 'sure' })
  }
  dropPoorer(columns, domain, draft)
  return proposeDateOrder(dates, draft, known.dateOrder)
}

/** A whole date in ISO 8601 comes before the date as collected: one that leaves out the partial dates would lose them. */
function dropPoorer(columns: readonly ColumnProfile[], domain: CodedDomain, { map, evidence }: Draft): void {
  const filledOf = (word: string) => columns.find(({ name }) => name === map[word])?.filled ?? 0
  for (const end of ['ST', 'EN']) {
    const [iso, collected] = [`${domain}${end}DTC`, `${domain}${end}DAT`]
    if (map[iso] === undefined || filledOf(collected) <= filledOf(iso)) continue
    delete map[iso]
    evidence.splice(0, evidence.length, ...evidence.filter(({ field }) => field !== `map.${iso}`))
  }
}

/** The standard's own name; of a date as collected also that of the ISO date, which raw exports call it by. */
function isNameOf(plain: string, word: string): boolean {
  return plain === word.toLowerCase() || plain === word.replace(/DAT$/, 'DTC').toLowerCase()
}

/** A name that stands several times, each with a number: `Ongoing? (1)`. */
const NUMBERED = / \(\d+\)$/

/** Whether another filled column has the same name: which of them is meant cannot be told. */
function hasTwin({ name, index }: ColumnProfile, columns: readonly ColumnProfile[]): boolean {
  if (!NUMBERED.test(name)) return false
  const bare = name.replace(NUMBERED, '')
  return columns.some(
    (other) =>
      other.index !== index &&
      other.filled > 0 &&
      NUMBERED.test(other.name) &&
      other.name.replace(NUMBERED, '') === bare,
  )
}

function proposeVariable(
  columns: readonly ColumnProfile[],
  { domain, suffix }: { domain: CodedDomain; suffix: string },
  { map, evidence }: Draft,
): ColumnProfile | undefined {
  const word = `${domain}${suffix}`
  const look = LOOKS[suffix]
  const isRaw = ({ name }: ColumnProfile) => Number(/[_ (]raw\)?$/i.test(name))
  const candidates = columns
    .map((column) => ({ column, score: toScore(column, { domain, suffix }) }))
    .filter(({ score, column }) => score > 0 && column.filled > 0)
    // Rave's X_RAW holds what was entered, partial dates included, where X holds only whole ones.
    .sort((a, b) => b.score - a.score || b.column.filled - a.column.filled || isRaw(b.column) - isRaw(a.column))
  const fitting = candidates.find(({ column }) => look === undefined || look.fits(column))
  const field = `map.${word}`
  if (fitting) {
    const { column, score } = fitting
    map[word] = column.name
    const codes = suffix !== 'TOXGR' && look?.wanted !== 'dates' && look && hasOnly(column, /^\d$/)
    const isTranslatable = codes || (look !== undefined && isInAnotherLanguage(column))
    const why = `named like ${word}${look ? `, and holds ${codes ? 'codes' : look.wanted}` : ''}: ${toExamples(column)}${isTranslatable ? '; "values" can translate them' : ''}`
    evidence.push({ field, column: column.name, why, confidence: score === 3 && !isTranslatable ? 'sure' : 'likely' })
    return column
  }
  const telling = TELLING[suffix] && columns.find(TELLING[suffix])
  if (telling) {
    map[word] = telling.name
    const why = `holds ${look?.wanted ?? word}: ${toExamples(telling)}`
    evidence.push({ field, column: telling.name, why, confidence: 'likely' })
    return telling
  }
  const [doubtful] = candidates
  // A column that is declared ISO and is not may still be the date as collected: that word comes later.
  if (doubtful === undefined || suffix === 'STDTC' || suffix === 'ENDTC') return undefined
  map[word] = ''
  const why = `named like ${word}, but does not hold ${look?.wanted}: ${toExamples(doubtful.column)}; name another column or remove the line`
  evidence.push({ field, column: doubtful.column.name, why, confidence: 'unsure' })
  return undefined
}

function isInAnotherLanguage(column: ColumnProfile): boolean {
  if (hasOnly(column, YES_NO) || hasOnly(column, SEVERITY)) return false
  return hasOnly(column, YES_NO_IN_LANGUAGES) || hasOnly(column, SEVERITY_IN_LANGUAGES)
}

/** Raw EDC exports call dates as collected AESTDTC, too: a weaker name for AESTDAT, used once it is known to be no ISO date. */
function toScore(column: ColumnProfile, { domain, suffix }: { domain: CodedDomain; suffix: string }): NameScore {
  const name = column.name.replace(NUMBERED, '')
  const score = toVariableScore(name, domain, suffix)
  if (score > 0 || (suffix !== 'STDAT' && suffix !== 'ENDAT')) return score
  return toVariableScore(name, domain, suffix.replace('DAT', 'DTC')) > 0 ? 1 : 0
}

/** The column that holds a date as entered: that of the parsed date with the system's ending. */
function findEntered(
  columns: readonly ColumnProfile[],
  parsed: ColumnProfile,
  ending: string | undefined,
): ColumnProfile | undefined {
  if (ending === undefined || parsed.name.endsWith(ending)) return undefined
  const entered = columns.find(({ name }) => name === parsed.name + ending)
  return entered !== undefined && entered.filled >= parsed.filled && entered.dated >= 0.8 ? entered : undefined
}

/** @param known how the system writes dates, where the sampled ones do not settle it */
function proposeDateOrder(
  columns: readonly ColumnProfile[],
  { evidence }: Draft,
  known: 'dmy' | 'mdy' | undefined,
): 'dmy' | 'mdy' | '' | undefined {
  const sum = (order: keyof ColumnProfile['dateOrders']) =>
    columns.reduce((total, { dateOrders }) => total + dateOrders[order], 0)
  const [dmy, mdy, either] = [sum('dmy'), sum('mdy'), sum('either')]
  if (dmy + mdy + either === 0) return undefined
  const order = dmy > 0 && mdy === 0 ? 'dmy' : mdy > 0 && dmy === 0 ? 'mdy' : ''
  const column = columns.map(({ name }) => name).join(', ')
  const counts = `${dmy} sampled dates can only be day first, ${mdy} only month first, ${either} could be either`
  if (order === '' && dmy === 0 && mdy === 0 && known !== undefined) {
    evidence.push({
      field: 'dateOrder',
      column,
      why: `${counts}; the system writes them ${known}`,
      confidence: 'likely',
    })
    return known
  }
  evidence.push({
    field: 'dateOrder',
    column,
    why: order === '' ? `${counts}: say dmy or mdy` : counts,
    confidence: order === '' ? 'unsure' : 'sure',
  })
  return order
}
