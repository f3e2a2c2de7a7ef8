/**
 * dictionary.json beside a code list or an ICD-10-CM release: what their files have no place for. Knows its fields; fields of
 * other readers are left alone.
 */
import type { Period } from '../dictionary.ts'
import { toTreeDamage } from './tree-node.ts'
import { isDay } from './tree-periods.ts'

export interface TreeSidecar {
  readonly name?: string
  readonly version?: string
  readonly language?: string
  /** File name → the days it was in force. */
  readonly periods: ReadonlyMap<string, Required<Period>>
}

export const NO_TREE_SIDECAR: TreeSidecar = { periods: new Map() }

/**
 * Reads the sidecar's text: `{ name?, version?, language?, licence?, periods?: { [file]: { from, to } } }`, days as YYYY-MM-DD.
 * @throws AecoderError DICTIONARY_DAMAGED naming the field
 */
export function parseTreeSidecar(text: string, file: string): TreeSidecar {
  const refuse = (field: string, { found, expected }: { found: unknown; expected: string }): never => {
    const shown = typeof found === 'string' || found !== undefined ? JSON.stringify(found).slice(0, 60) : 'nothing'
    const place = field === '' ? { file } : { file, field }
    throw toTreeDamage(place, { found: shown, expected, action: 'Correct the file, or take it away' })
  }
  const root = parseObject(text) ?? refuse('', { found: text.slice(0, 20), expected: 'a JSON object: { "name": … }' })
  const texts: Record<string, string> = {}
  for (const field of ['name', 'version', 'language', 'licence']) {
    const value = root[field]
    if (value === undefined) continue
    if (typeof value !== 'string' || value.trim() === '') return refuse(field, { found: value, expected: 'a text' })
    texts[field] = value
  }
  const periods = new Map<string, Required<Period>>()
  if (root.periods !== undefined && !isObject(root.periods))
    refuse('periods', {
      found: root.periods,
      expected: '{ "icd10cm_order_2026.txt": { "from": "2025-10-01", "to": "2026-09-30" } }',
    })
  for (const [name, value] of Object.entries(isObject(root.periods) ? root.periods : {})) {
    const { from, to } = isObject(value) ? value : {}
    const isPeriod = typeof from === 'string' && typeof to === 'string' && isDay(from) && isDay(to) && from <= to
    if (!isPeriod) {
      const expected = '{ "from": …, "to": … }, two days as YYYY-MM-DD, the first one not later'
      return refuse(`periods[${JSON.stringify(name)}]`, { found: value, expected })
    }
    periods.set(name, { from, to })
  }
  return { ...texts, periods }
}

type JsonObject = { readonly [field: string]: unknown }

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
