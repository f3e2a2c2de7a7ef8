/** Which occurrence it is, and what it says. */
import { expect, test } from 'vitest'
import { parseKeyText, toKeyText, toOccurrenceContentId, toOccurrenceId } from '../../schemas/occurrence-id.ts'
import type { OccurrenceKey } from '../../schemas/records.ts'

const KEY: OccurrenceKey = {
  domain: 'AE',
  subject: '0101',
  event: 'V1',
  eventRepeat: null,
  form: 'AE',
  formRepeat: '',
  group: null,
  groupRepeat: null,
  record: { AESPID: '7' },
  item: 'AETERM',
}

test('every part of the key, and whether it is absent or blank, makes another occurrence', () => {
  const keys: OccurrenceKey[] = [
    KEY,
    { ...KEY, domain: 'MH' },
    { ...KEY, subject: '0102' },
    { ...KEY, subject: ' 0101' },
    { ...KEY, event: null },
    { ...KEY, event: '' },
    { ...KEY, eventRepeat: '1' },
    { ...KEY, form: null },
    { ...KEY, formRepeat: null },
    { ...KEY, formRepeat: '1' },
    { ...KEY, group: 'V1' },
    { ...KEY, groupRepeat: '1' },
    { ...KEY, record: {} },
    { ...KEY, record: { AESPID: '8' } },
    { ...KEY, record: { AESPID: '7', LINE: '' } },
    { ...KEY, item: 'AETERM2' },
  ]
  const ids = [...keys.map((key) => toOccurrenceId('S@prod', key)), toOccurrenceId('S@uat', KEY)]
  expect(new Set(ids).size).toBe(keys.length + 1)
  for (const key of keys) expect(parseKeyText(toKeyText(key))).toEqual(key)
})

test('the order in which a key is written down does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(KEY).reverse()) as OccurrenceKey
  expect(toOccurrenceId('S@prod', reversed)).toBe(toOccurrenceId('S@prod', KEY))
  expect(toKeyText(reversed)).toBe(toKeyText(KEY))
})

test('a key is stored with the members that the export has', () => {
  expect(toKeyText(KEY)).toBe(
    '{"domain":"AE","event":"V1","form":"AE","formRepeat":"","item":"AETERM","record":{"AESPID":"7"},"subject":"0101"}',
  )
})

test('all that an amendment could change makes another content', () => {
  const said = { verbatim: 'Headache', subjectRaw: '0101', site: '01', context: { AESER: 'N', AESEV: null } }
  const contents = [
    said,
    { ...said, verbatim: 'headache' },
    { ...said, verbatim: 'Headache ' },
    { ...said, subjectRaw: ' 0101' },
    { ...said, site: null },
    { ...said, site: '' },
    { ...said, context: { AESER: 'Y', AESEV: null } },
    { ...said, context: { AESER: 'N', AESEV: '' } },
    { ...said, context: { AESER: 'N' } },
  ]
  expect(new Set(contents.map(toOccurrenceContentId)).size).toBe(contents.length)
  const { context, ...rest } = said
  expect(toOccurrenceContentId({ context: { AESEV: null, AESER: 'N' }, ...rest })).toBe(toOccurrenceContentId(said))
  expect(context.AESER).toBe('N')
})
