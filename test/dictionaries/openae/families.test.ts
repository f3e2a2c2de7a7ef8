/** The systematic families of OpenAE are complete: what the lists beside the sources name is in the newest dictionary. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFamilies } from '../../../dictionaries/openae/families.ts'
import { foldVerbatim } from '../../../dictionaries/text/fold.ts'
import { DEFAULT_DICTIONARY, openDictionary } from '../../../pipeline/index.ts'

const WANTED = readFamilies(join(import.meta.dirname, '../../../dictionaries/openae'))
/** How many members each family has at least. */
const MEMBERS: { readonly [family: string]: number } = {
  'laboratory analyte': 150,
  'vital sign': 5,
  'body measure': 5,
  'lung function test': 9,
  'eye test': 1,
  ecg: 50,
  organism: 100,
  organ: 40,
  'immune-mediated': 15,
  allergy: 50,
  'site-reaction': 120,
  'body-site-injury': 100,
  'body-site-pain': 40,
  'body-site-swelling': 40,
  vaccine: 15,
  operation: 120,
  chronic: 200,
  oncology: 250,
}

test('every term that a family asks for is a current term', async () => {
  const dictionary = await openDictionary(DEFAULT_DICTIONARY.path)
  const isCurrent = (text: string) => dictionary.listByFold(foldVerbatim(text)).some((term) => term.isCurrent)
  expect(WANTED.filter(({ term }) => !isCurrent(term))).toEqual([])
})

test('each family has members enough, and asks for no term of a member twice', () => {
  const families = Map.groupBy(WANTED, ({ family }) => family)
  expect(new Set(families.keys())).toEqual(new Set(Object.keys(MEMBERS)))
  for (const [family, wanted] of families) {
    const members = new Set(wanted.map(({ member }) => member))
    expect(members.size, family).toBeGreaterThanOrEqual(MEMBERS[family] ?? Number.POSITIVE_INFINITY)
    expect(new Set(wanted.map(({ member, term }) => `${member}\t${term}`)).size, family).toBe(wanted.length)
  }
})
