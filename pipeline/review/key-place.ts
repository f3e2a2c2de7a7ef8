/** Where in the EDC a record stands, in the words of its key. Pure. */
import { parseKeyText } from '../../schemas/occurrence-id.ts'

const NAMES = [
  ['event', 'event'],
  ['eventRepeat', 'event repeat'],
  ['form', 'form'],
  ['formRepeat', 'form repeat'],
  ['group', 'group'],
  ['groupRepeat', 'group repeat'],
] as const

/** The members of a record key that say where it stands, by name, in the order of the EDC: event, form, group, record columns. */
export function toKeyPlace(keyText: string): { readonly name: string; readonly value: string }[] {
  const key = parseKeyText(keyText)
  const places = NAMES.flatMap(([member, name]) => {
    const value = key[member]
    return value === null || value === '' ? [] : [{ name, value }]
  })
  const columns = Object.entries(key.record).map(([name, value]) => ({ name, value }))
  return [...places, ...columns]
}
