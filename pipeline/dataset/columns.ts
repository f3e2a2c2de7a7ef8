/** The columns of a coded dataset and of its coding companion: names, labels, types, and each one's value of a row. */
import { AecoderError } from '../../schemas/errors.ts'
import type { CodedDomain, DatasetRow } from '../../schemas/records.ts'
import { findMappedVariable, listVariables, type Variable } from '../../schemas/sdtm.ts'
import { type DictionaryRef, MEDDRA_LEVELS, type MeddraLevel, type PathNode } from '../../schemas/terms.ts'

/** One column of a file, whatever its format. A `null` is a missing value; the empty text is one that is there. */
export type Column<Row> = Pick<Variable, 'name' | 'label' | 'type' | 'origin'> &
  (
    | { readonly kind: 'text'; pick(row: Row): string | null }
    /** Whole numbers of 32 bits, or 64-bit floating point. */
    | { readonly kind: 'integer' | 'number'; pick(row: Row): number | null }
  )

/** The dictionary of a dataset. Numeric codes become Int32 columns, all others stay text. */
export type DatasetDictionary = DictionaryRef & { readonly language: string; readonly hasNumericCodes: boolean }

/** Which columns a dataset has beyond those that are always there. */
export interface ColumnChoice {
  readonly domain: CodedDomain
  readonly protocol: string
  /** Variables that the study's sources map, e.g. AESEV; repeats are allowed. */
  readonly mapped: readonly string[]
  /** Columns of the exports that are carried through under their own names; repeats are allowed. */
  readonly carried: readonly string[]
  readonly dictionary: DatasetDictionary
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
 * --STDTC and --ENDTC stand wherever the date is mapped, as text (--STDAT) or in ISO 8601.
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
  return [...columns, ...toCarriedColumns(choice, columns)]
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
  if (suffix === 'MODIFY') return { ...facts, kind: 'text', pick: (row) => row.modified }

  const derived = DERIVED[suffix]
  if (derived === undefined) return undefined
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

/** The node at a level of the row's path, null where the row has no code. Only MedDRA's five levels fit these columns. */
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

/** The columns of `coding_ae` or `coding_mh`: how each row of the dataset, found by USUBJID and --SEQ, came by its code. */
export function listCodingColumns(choice: ColumnChoice): readonly Column<DatasetRow>[] {
  const { domain, protocol, dictionary } = choice
  const text = (name: string, label: string, pick: (row: DatasetRow) => string | null): Column<DatasetRow> => ({
    name,
    label,
    type: 'Char',
    origin: 'Derived',
    kind: 'text',
    pick,
  })
  const numeric = { type: 'Num', origin: 'Derived' } as const
  const ifDecided = (value: string) => (row: DatasetRow) => (row.provenance.decision === null ? null : value)
  return [
    text('STUDYID', 'Study Identifier', () => protocol),
    text('USUBJID', 'Unique Subject Identifier', (row) => row.usubjid),
    { name: `${domain}SEQ`, label: 'Sequence Number', ...numeric, kind: 'integer', pick: (row) => row.sequence },
    text('RECORD_KEY', 'Record Key', (row) => row.recordKey),
    text('KEY', 'Record Key as Canonical JSON', (row) => row.key),
    { name: 'PART', label: 'Part of the Report', ...numeric, kind: 'integer', pick: (row) => row.provenance.part },
    text('DECISION', 'Coding Decision', (row) => row.provenance.decision),
    text('TARGET', 'Target of the Decision', (row) => row.provenance.target),
    text('OUTCOME', 'Outcome', (row) => row.provenance.outcome),
    text('STEP', 'Step', (row) => row.provenance.step),
    {
      name: 'CONFIDENCE',
      label: 'Confidence',
      ...numeric,
      kind: 'number',
      pick: (row) => row.provenance.confidence,
    },
    text('APPROVAL', 'Approval', (row) => row.provenance.approval),
    text('CODER', 'Coder', (row) => row.provenance.coder),
    text('CODED_AT', 'Date/Time of Coding', (row) => row.provenance.codedAt),
    text('APPROVER', 'Approver', (row) => row.provenance.approver),
    text('APPROVED_AT', 'Date/Time of Approval', (row) => row.provenance.approvedAt),
    text('REASON', 'Reason', (row) => row.provenance.reason),
    text('DICTIONARY', 'Dictionary Name', ifDecided(dictionary.name)),
    text('DICTIONARY_VERSION', 'Dictionary Version', ifDecided(dictionary.version)),
    text('ARTEFACTS', 'Artefacts in Force', (row) => row.provenance.artefacts),
  ]
}
