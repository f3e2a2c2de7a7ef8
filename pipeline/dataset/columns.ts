/** The columns of a coded dataset and of its coding companion: names, labels, types, and each one's value of a row. */
import { AecoderError } from '../../schemas/errors.ts'
import { findTranslation } from '../../schemas/occurrence-id.ts'
import type { CodedDomain, DatasetRow, Provenance, RowCode } from '../../schemas/records.ts'
import { CODE_COLUMNS, findMappedVariable, listVariables, MAIN_COLUMNS, type Variable } from '../../schemas/sdtm.ts'
import {
  type DictionaryRef,
  MEDDRA_LEVELS,
  type MeddraLevel,
  type PathNode,
  type TermPath,
} from '../../schemas/terms.ts'

/** One column of a file, whatever its format. A `null` is a missing value; the empty text is one that is there. */
export type Column<Row> = Pick<Variable, 'name' | 'label' | 'type' | 'origin'> &
  (
    | { readonly kind: 'text'; pick(row: Row): string | null }
    /** Whole numbers of 32 bits, or 64-bit floating point. */
    | { readonly kind: 'integer' | 'number'; pick(row: Row): number | null }
  )

/** A dictionary of a dataset. Numeric codes of MedDRA's five levels become Int32 columns, all others stay text. */
export type DatasetDictionary = DictionaryRef & {
  /** Begins the names of its own columns; null for the study's main dictionary. */
  readonly id: string | null
  readonly language: string
  readonly hasNumericCodes: boolean
  readonly levels: readonly string[]
}

/** Which columns a dataset has beyond those that are always there. */
export interface ColumnChoice {
  readonly domain: CodedDomain
  readonly protocol: string
  /** Variables that the study's sources map, e.g. AESEV; repeats are allowed. */
  readonly mapped: readonly string[]
  /** Columns of the exports that are carried through under their own names; repeats are allowed. */
  readonly carried: readonly string[]
  readonly dictionary: DatasetDictionary
  /** The dictionaries beside it, in the order of a row's `beside`. */
  readonly beside: readonly DatasetDictionary[]
}

const SUBJECT_COLUMNS: readonly Column<DatasetRow>[] = [
  {
    name: 'SUBJID',
    label: 'Subject Identifier for the Study',
    type: 'Char',
    origin: 'CRF',
    kind: 'text',
    pick: (row) => row.subject,
  },
  {
    name: 'SITEID',
    label: 'Study Site Identifier',
    type: 'Char',
    origin: 'CRF',
    kind: 'text',
    pick: (row) => row.site,
  },
]

/** Dictionary-derived variables, the domain's prefix left out. --BODSYS is --SOC's: both stand for the primary path. */
const DERIVED: { readonly [suffix: string]: readonly [level: MeddraLevel, part: 'text' | 'code'] } = {
  LLT: ['LLT', 'text'],
  LLTCD: ['LLT', 'code'],
  DECOD: ['PT', 'text'],
  PTCD: ['PT', 'code'],
  HLT: ['HLT', 'text'],
  HLTCD: ['HLT', 'code'],
  HLGT: ['HLGT', 'text'],
  HLGTCD: ['HLGT', 'code'],
  BODSYS: ['SOC', 'text'],
  BDSYCD: ['SOC', 'code'],
  SOC: ['SOC', 'text'],
  SOCCD: ['SOC', 'code'],
}

/**
 * The columns of `ae` or `mh`, in order: SDTM's identifiers with SUBJID and SITEID after USUBJID, the topic and
 * dictionary-derived variables, the mapped ones among them in SDTM's order, then the carried columns.
 * --STDTC and --ENDTC stand wherever the date is mapped, as text (--STDAT) or in ISO 8601. A main dictionary of other
 * levels than MedDRA's has --DECOD and --BODSYS (its broadest level) and, like every one beside it, columns of its own.
 * @throws AecoderError CONFIG_INVALID when a carried column has the name of another column
 */
export function listDatasetColumns(choice: ColumnChoice): readonly Column<DatasetRow>[] {
  const { domain } = choice
  const mapped = new Set(choice.mapped)
  for (const name of mapped) {
    if (findMappedVariable(domain, name) === undefined) throw new Error(`${name} is not a mapped variable of ${domain}`)
  }
  for (const end of ['ST', 'EN']) if (mapped.has(`${domain}${end}DAT`)) mapped.add(`${domain}${end}DTC`)

  const columns = listVariables(domain).flatMap((variable): readonly Column<DatasetRow>[] => {
    const column = toOwnColumn(variable, choice)
    if (column === undefined) return mapped.has(variable.name) ? [toContextColumn(variable)] : []
    return variable.name === 'USUBJID' ? [column, ...SUBJECT_COLUMNS] : [column]
  })
  const own = [
    ...(isMeddraShaped(choice.dictionary) ? [] : toCodeColumns(choice.dictionary, { domain, pick: (row) => row })),
    ...choice.beside.flatMap((dictionary, index) =>
      toCodeColumns(dictionary, { domain, pick: (row) => row.beside[index] }),
    ),
  ]
  const known = [...columns, ...own]
  return [...known, ...toCarriedColumns(choice, known)]
}

function isMeddraShaped({ levels }: DatasetDictionary): boolean {
  return levels.join() === MEDDRA_LEVELS.join()
}

/** The columns of a dictionary under its own id: term, code, broadest node, path. Their names are CODE_COLUMNS'. */
function toCodeColumns(
  { id, name }: DatasetDictionary,
  { domain, pick }: { domain: CodedDomain; pick: (row: DatasetRow) => RowCode | undefined },
): Column<DatasetRow>[] {
  const values: { readonly [suffix in (typeof CODE_COLUMNS)[number][0]]: (path: TermPath) => string | undefined } = {
    '': (path) => path.at(-1)?.text,
    CD: (path) => path.at(-1)?.code,
    TP: (path) => path[0]?.text,
    TC: (path) => path[0]?.code,
    PA: (path) => path.map(({ code }) => code).join(' > '),
  }
  return CODE_COLUMNS.map(([suffix, label]) => ({
    name: `${domain}${id ?? MAIN_COLUMNS}${suffix}`,
    label: `${name} ${label}`,
    type: 'Char',
    origin: 'Assigned',
    kind: 'text',
    pick(row) {
      const path = pick(row)?.path ?? null
      return path === null ? null : (values[suffix](path) ?? null)
    },
  }))
}

/** The column of a variable that every dataset has; undefined for a variable that stands only where it is mapped. */
function toOwnColumn(variable: Variable, choice: ColumnChoice): Column<DatasetRow> | undefined {
  const { domain, protocol, dictionary } = choice
  const { name, label, type, origin } = variable
  const facts = { name, label, type, origin }
  if (name === 'STUDYID') return { ...facts, kind: 'text', pick: () => protocol }
  if (name === 'DOMAIN') return { ...facts, kind: 'text', pick: () => domain }
  if (name === 'USUBJID') return { ...facts, kind: 'text', pick: (row) => row.usubjid }

  const suffix = name.slice(domain.length)
  if (suffix === 'SEQ') return { ...facts, kind: 'integer', pick: (row) => row.sequence }
  if (suffix === 'TERM') return { ...facts, kind: 'text', pick: (row) => row.verbatim }
  if (suffix === 'MODIFY')
    return { ...facts, kind: 'text', pick: (row) => row.modified ?? findTranslation(domain, row.context) ?? null }

  const derived = DERIVED[suffix]
  if (derived === undefined) return undefined
  if (!isMeddraShaped(dictionary)) {
    const isKept = suffix === 'DECOD' || suffix === 'BODSYS'
    return isKept
      ? { ...facts, kind: 'text', pick: (row) => row.path?.at(suffix === 'DECOD' ? -1 : 0)?.text ?? null }
      : undefined
  }
  const [level, part] = derived
  const index = MEDDRA_LEVELS.indexOf(level)
  if (part === 'text') return { ...facts, kind: 'text', pick: (row) => findNode(row, index)?.text ?? null }
  if (!dictionary.hasNumericCodes)
    return { ...facts, type: 'Char', kind: 'text', pick: (row) => findNode(row, index)?.code ?? null }
  return {
    ...facts,
    kind: 'integer',
    pick(row) {
      const node = findNode(row, index)
      return node === null ? null : parseCode(node.code)
    },
  }
}

/** The node at a level of the row's path, null where the row has no code. */
function findNode(row: DatasetRow, index: number): PathNode | null {
  if (row.path === null) return null
  const node = row.path[index]
  if (node === undefined || row.path.length !== MEDDRA_LEVELS.length || node.level !== MEDDRA_LEVELS[index]) {
    const levels = row.path.map(({ level }) => level).join(', ')
    throw new Error(`a path of the levels ${levels} does not fit the columns of ${MEDDRA_LEVELS.join(', ')}`)
  }
  return node
}

/** Digits only, and no leading zero: what would not survive as a number is refused. Hot, hence no regular expression. */
function parseCode(code: string): number {
  let value = 0
  for (let index = 0; index < code.length; index++) {
    const digit = code.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9 || (value === 0 && index > 0)) return refuseCode(code)
    value = value * 10 + digit
  }
  return code === '' || value > 0x7fffffff ? refuseCode(code) : value
}

function refuseCode(code: string): never {
  throw new Error(`code ${JSON.stringify(code)} is no 32-bit number: this dictionary has no numeric codes`)
}

function toContextColumn({ name, label, type, origin }: Variable): Column<DatasetRow> {
  return { name, label, type, origin, kind: 'text', pick: (row) => findContext(row, name) }
}

function toCarriedColumns(choice: ColumnChoice, columns: readonly Column<DatasetRow>[]): Column<DatasetRow>[] {
  // Without regard to case, for that is how SAS, SQL and R users would address them.
  const taken = new Map(columns.map(({ name }) => [name.toUpperCase(), name]))
  return [...new Set(choice.carried)].map((name) => {
    const other = taken.get(name.toUpperCase())
    if (other !== undefined) {
      throw new AecoderError('CONFIG_INVALID', {
        where: `carry ${JSON.stringify(name)}`,
        found: `the ${choice.domain} dataset has a column ${other} already`,
        action: 'Map the column instead, remove it from "carry", or have the export rename it',
      })
    }
    taken.set(name.toUpperCase(), name)
    return { name, label: name, type: 'Char', origin: 'CRF', kind: 'text', pick: (row) => findContext(row, name) }
  })
}

/** A name like `constructor` would find what every object has: only text counts. */
function findContext(row: DatasetRow, name: string): string | null {
  const value = row.context[name]
  return typeof value === 'string' ? value : null
}

/**
 * The columns of `coding_ae` or `coding_mh`: how each row of the dataset, found by USUBJID and --SEQ, came by its code.
 * @param besideIndex of the dictionary beside the main one whose codes they tell of; the main one's without it
 */
export function listCodingColumns(choice: ColumnChoice, besideIndex?: number): readonly Column<DatasetRow>[] {
  const { domain, protocol } = choice
  const dictionary = besideIndex === undefined ? choice.dictionary : choice.beside[besideIndex]
  if (dictionary === undefined) throw new RangeError(`no dictionary ${besideIndex} beside the main one`)
  const toProvenance = (row: DatasetRow): Provenance => {
    const code = besideIndex === undefined ? row : row.beside[besideIndex]
    if (code === undefined) throw new Error(`a row without its code in ${dictionary.name}`)
    return code.provenance
  }
  const text = (name: string, label: string, pick: (row: DatasetRow) => string | null): Column<DatasetRow> => ({
    name,
    label,
    type: 'Char',
    origin: 'Derived',
    kind: 'text',
    pick,
  })
  const numeric = { type: 'Num', origin: 'Derived' } as const
  const ifDecided = (value: string) => (row: DatasetRow) => (toProvenance(row).decision === null ? null : value)
  return [
    text('STUDYID', 'Study Identifier', () => protocol),
    text('USUBJID', 'Unique Subject Identifier', (row) => row.usubjid),
    { name: `${domain}SEQ`, label: 'Sequence Number', ...numeric, kind: 'integer', pick: (row) => row.sequence },
    text('RECORD_KEY', 'Record Key', (row) => row.recordKey),
    text('KEY', 'Record Key as Canonical JSON', (row) => row.key),
    { name: 'PART', label: 'Part of the Report', ...numeric, kind: 'integer', pick: (row) => toProvenance(row).part },
    text('DECISION', 'Coding Decision', (row) => toProvenance(row).decision),
    text('TARGET', 'Target of the Decision', (row) => toProvenance(row).target),
    text('OUTCOME', 'Outcome', (row) => toProvenance(row).outcome),
    text('STEP', 'Step', (row) => toProvenance(row).step),
    {
      name: 'CONFIDENCE',
      label: 'Confidence',
      ...numeric,
      kind: 'number',
      pick: (row) => toProvenance(row).confidence,
    },
    text('APPROVAL', 'Approval', (row) => toProvenance(row).approval),
    text('CODER', 'Coder', (row) => toProvenance(row).coder),
    text('CODED_AT', 'Date/Time of Coding', (row) => toProvenance(row).codedAt),
    text('APPROVER', 'Approver', (row) => toProvenance(row).approver),
    text('APPROVED_AT', 'Date/Time of Approval', (row) => toProvenance(row).approvedAt),
    text('REASON', 'Reason', (row) => toProvenance(row).reason),
    text('DICTIONARY', 'Dictionary Name', ifDecided(dictionary.name)),
    text('DICTIONARY_VERSION', 'Dictionary Version', ifDecided(dictionary.version)),
    text('ARTEFACTS', 'Artefacts in Force', (row) => toProvenance(row).artefacts),
  ]
}
