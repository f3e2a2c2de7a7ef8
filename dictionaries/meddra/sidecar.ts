/**
 * dictionary.json beside the release: what the MedDRA layout has no place for. Knows its fields; whether the codes
 * exist is asked of the tables. Fields of other readers are left alone.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { LltLevel } from './levels.ts'
import type { MeddraTables } from './tables.ts'

export interface Sidecar {
  /** The dictionary's name. */
  readonly name: string | undefined
  /** PT code → the only sex it can occur in. */
  readonly sexByPt: ReadonlyMap<string, 'M' | 'F'>
  /** Code of a non-current LLT → code of the current LLT proposed for it. */
  readonly replacements: ReadonlyMap<string, string>
}

/**
 * Reads the sidecar's text: `{ name?, sexSpecific?: [{ pt, sex: "M" | "F" }], replacements?: [{ llt, proposed }] }`.
 * @throws AecoderError DICTIONARY_DAMAGED naming the field, also for codes that are not in the release
 */
export function parseSidecar(text: string, { file, tables }: { file: string; tables: MeddraTables }): Sidecar {
  const refuse = (field: string, found: string, expected: string): never => {
    throw new AecoderError('DICTIONARY_DAMAGED', {
      where: field === '' ? file : `${file}: ${field}`,
      found,
      expected,
      action: 'Get the file again, or take it away to load the release without it',
    })
  }
  const root = parseObject(text) ?? refuse('', 'not a JSON object', '{ "name": … }')
  const name = root.name
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) refuse('name', toShort(name), 'a text')

  const sexByPt = new Map<string, 'M' | 'F'>()
  for (const [index, entry] of toEntries(root.sexSpecific, 'sexSpecific', refuse).entries()) {
    const field = `sexSpecific[${index}]`
    const { pt, sex } = entry
    if (typeof pt !== 'string' || !tables.pt.rowByCode.has(pt)) {
      refuse(`${field}.pt`, toShort(pt), `a code of ${tables.pt.file}, as text`)
    } else if (sex !== 'M' && sex !== 'F') refuse(`${field}.sex`, toShort(sex), '"M" or "F"')
    else sexByPt.set(pt, sex)
  }

  const replacements = new Map<string, string>()
  for (const [index, entry] of toEntries(root.replacements, 'replacements', refuse).entries()) {
    const field = `replacements[${index}]`
    const { llt, proposed } = entry
    if (typeof llt !== 'string' || findCurrency(tables.llt, llt) !== 0) {
      refuse(`${field}.llt`, toShort(llt), `the code of a non-current term of ${tables.llt.file}, as text`)
    } else if (typeof proposed !== 'string' || findCurrency(tables.llt, proposed) !== 1) {
      refuse(`${field}.proposed`, toShort(proposed), `the code of a current term of ${tables.llt.file}, as text`)
    } else replacements.set(llt, proposed)
  }
  return { name: typeof name === 'string' ? name : undefined, sexByPt, replacements }
}

export const NO_SIDECAR: Sidecar = { name: undefined, sexByPt: new Map(), replacements: new Map() }

type JsonObject = { readonly [field: string]: unknown }

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function toEntries(
  value: unknown,
  field: string,
  refuse: (field: string, found: string, expected: string) => never,
): readonly JsonObject[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every(isObject)) return value
  return refuse(field, toShort(value), 'a list of objects')
}

/** 1 current, 0 non-current, undefined not there. */
function findCurrency(llt: LltLevel, code: string): number | undefined {
  const row = llt.rowByCode.get(code)
  return row === undefined ? undefined : llt.current[row]
}

function toShort(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)
}
