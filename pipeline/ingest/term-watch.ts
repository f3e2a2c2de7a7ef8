/**
 * Guards against a misspelt ItemOID: ODM has no header to check study.json against, and a term that is looked up under
 * a wrong name would leave every record empty without a word. Knows which items occurred; knows nothing of their values.
 */
import { distance } from 'fastest-levenshtein'
import { AecoderError } from '../../schemas/errors.ts'
import type { OdmRecord } from '../formats/types.ts'
import type { Mapping } from './mapping.ts'

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
  { structure, term, context }: Mapping<OdmRecord>,
  { sourceId, fileName }: { sourceId: string; fileName: string },
): TermWatch {
  const wanted = term?.column ?? null
  let isSeen = wanted === null
  const others = new Set<string>()
  return {
    see({ items }) {
      if (isSeen || wanted === null) return
      isSeen = items.has(wanted)
      for (const oid of items.keys()) others.add(oid)
    },
    check() {
      if (isSeen || wanted === null) return
      const known = new Set([...context, ...Object.values(structure)].map((reader) => reader.column))
      const near = [...others].filter((oid) => !known.has(oid) && isNear(wanted, oid))
      if (near.length === 0) return
      throw new AecoderError('COLUMN_NOT_FOUND', {
        where: `study.json: source "${sourceId}"`,
        found: `map.${term?.name ?? ''} names the item "${wanted}"; nearest: ${near.map((oid) => `"${oid}"`).join(', ')}: no record of ${fileName} has it`,
        action: 'Correct the field in study.json, or check that this is the right file',
      })
    },
  }
}

/** `IT.AE.AETERM` and `IT.AETERM`, or a slip of the keys. */
function isNear(wanted: string, oid: string): boolean {
  const last = (name: string) => name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return last(wanted) === last(oid) || distance(wanted.toLowerCase(), oid.toLowerCase()) <= NEAR
}
