/** Term groups: what is coded together. */
import { expect, test } from 'vitest'
import { toTermGroup } from '../../pipeline/review/term-group.ts'

const FIELD = { domain: 'AE', field: 'AETERM', terminology: 'OpenAE', language: 'English' } as const

test('verbatims that differ in letter case and white space only are one group', () => {
  const { id } = toTermGroup(FIELD, 'Head ache')
  for (const verbatim of ['HEAD ACHE', ' head  ache ', 'Head\u00a0ache', 'head\r\nache', 'Ｈead ache'])
    expect(toTermGroup(FIELD, verbatim)).toMatchObject({ id, folded: 'head ache', verbatim })
})

test('verbatims that differ in more are not', () => {
  const verbatims = ['Headache', 'Head ache', 'Head-ache', 'Headaches', 'Headache.', 'Hëadache', '']
  expect(new Set(verbatims.map((verbatim) => toTermGroup(FIELD, verbatim).id)).size).toBe(verbatims.length)
})

test('one verbatim in another domain, field, terminology or language is another group', () => {
  const others = [
    FIELD,
    { ...FIELD, domain: 'MH' as const },
    { ...FIELD, field: 'MHTERM' },
    { ...FIELD, terminology: 'MedDRA' },
    { ...FIELD, language: 'German' },
  ]
  expect(new Set(others.map((field) => toTermGroup(field, 'Headache').id)).size).toBe(others.length)
})

test('the id of a group is the same for ever', () => {
  // Stored decisions point to it: when this fails, stored groups would be parted from their terms.
  expect(toTermGroup(FIELD, 'Headache').id).toBe('07ca62d6cc9e85ca469c1f76658d9a5c')
})
