/**
 * Guards against a misspelt ItemOID: ODM has no header to check study.json against, and a term that is looked up under
 * a wrong name would leave every record empty without a word. Knows which items occurred; knows nothing of their values.
 */
import { distance } from 'fastest-levenshtein'
import { AecoderError } from '../../schemas/errors.ts'
import type { OdmRecord } from '../formats/types.ts'
import type { Mapping } from './mapping.ts'
import { isWide, toColumnAt } from './slots.ts'

export interface TermWatch {
  /** Takes a record that belongs to the source's forms. */
  readonly see: (record: OdmRecord) => void
  /**
   * To be called after the last record.
   * @throws AecoderError COLUMN_NOT_FOUND when no record had the term's item, but some had one of nearly its name. A
   * form that was never filled in has neither, and is no error.
   */
  readonly check: () => void
}

/** Edits between two names of which one may be meant for the other. */
const NEAR = 2

export function toTermWatch(
  { structure, listSlots, termColumn: wanted }: Mapping<OdmRecord>,
  { sourceId, fileName, field }: { sourceId: string; fileName: string; field: string },
): TermWatch {
  let isSeen = wanted === null
  const known = new Set(Object.values(structure).map((reader) => reader.column))
  const others = new Set<string>()
  return {
    see(record) {
      if (isSeen || wanted === null) return
      const { items } = record
      for (const { term, context } of listSlots(record)) {
        if (term?.column !== null && term?.column !== undefined && items.has(term.column)) isSeen = true
        for (const { column } of context) known.add(column)
      }
      for (const oid of items.keys()) others.add(oid)
    },
    check() {
      if (isSeen || wanted === null) return
      const near = [...others].filter((oid) => !known.has(oid) && isNear(wanted, oid))
      if (near.length === 0) return
      throw new AecoderError('COLUMN_NOT_FOUND', {
        where: `study.json: source "${sourceId}"`,
        found: `map.${field} names the item "${wanted}"; nearest: ${near.map((oid) => `"${oid}"`).join(', ')}: no record of ${fileName} has it`,
        action: 'Correct the field in study.json, or check that this is the right file',
      })
    },
  }
}

/** `IT.AE.AETERM` and `IT.AETERM`, or a slip of the keys. Of a wide form's names the numbers do not count. */
function isNear(wanted: string, oid: string): boolean {
  const isNumbered = isWide(wanted)
  const [a, b] = [isNumbered ? toColumnAt(wanted, '') : wanted, isNumbered ? oid.replace(/\d+/, '') : oid]
  const last = (name: string) => name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return last(a) === last(b) || distance(a.toLowerCase(), b.toLowerCase()) <= NEAR
}
