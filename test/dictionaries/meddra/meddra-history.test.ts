/** What releases did with each term, from meddra_history_<language>.asc. */
import { expect, test } from 'vitest'
import { readMeddraHistory } from '../../../dictionaries/meddra/history.ts'
import { type Release, SMALL_RELEASE, toDictionaryFiles } from './small-release.ts'

const HISTORY = `81000102$Loose motions$7.0$PT$$A\r
81000102$Loose motions$7.0$LLT$Y$A\r
81000103$Belly megrim$12.1$PT$$D\r
81000103$Belly megrain$9.1$LLT$Y$A\r
81000103$Belly megrim$10.0$LLT$Y$U\r
81000103$Belly megrim$12.1$LLT$N$U`
const read = (release: Release) => readMeddraHistory(toDictionaryFiles({ ...SMALL_RELEASE, ...release }))

test('a history tells per code what each release did, oldest first', async () => {
  const history = await read({ 'MedAscii/MedDRA_History_English.asc': HISTORY })
  expect(history?.file).toBe('MedAscii/MedDRA_History_English.asc')
  expect(history?.entries.get('81000102')).toEqual([
    { version: '7.0', level: 'PT', action: 'add', name: 'Loose motions', isCurrent: undefined },
    { version: '7.0', level: 'LLT', action: 'add', name: 'Loose motions', isCurrent: true },
  ])
  expect(
    history?.entries
      .get('81000103')
      ?.map(({ version, level, action, name }) => `${version} ${level} ${action} ${name}`),
  ).toEqual([
    '9.1 LLT add Belly megrain',
    '10.0 LLT modify Belly megrim',
    '12.1 PT delete Belly megrim',
    '12.1 LLT modify Belly megrim',
  ])
  expect(history?.entries.get('81000101')).toBeUndefined()
})

test('a release may have its history under the old name, with a $ behind the last field, or none', async () => {
  const old = await read({ 'meddra_history.asc': HISTORY.replaceAll('\r', '$\r') })
  expect(old?.entries.size).toBe(2)
  expect(await read({})).toBeUndefined()
})

test.each([
  ['a version', HISTORY.replace('$9.1$', '$v9$'), 'meddra_history.asc:4', 'term_addition_version "v9"'],
  ['a level', HISTORY.replace('$PT$$D', () => '$PTT$$D'), 'meddra_history.asc:3', 'term_type "PTT"'],
  ['an action', HISTORY.replace('$PT$$D', () => '$PT$$X'), 'meddra_history.asc:3', 'action "X"'],
  ['a currency', HISTORY.replace('$N$U', '$?$U'), 'meddra_history.asc:6', 'llt_currency "?"'],
  ['a code', HISTORY.replace('81000103$Belly megrain', '$Belly megrain'), 'meddra_history.asc:4', 'an empty term_code'],
  ['a field too few', HISTORY.replace('$PT$$D', '$PT$D'), 'meddra_history.asc:3', '5 fields'],
])('a history without %s is refused with its line', async (_, text, where, found) => {
  await expect(read({ 'meddra_history.asc': text })).rejects.toMatchObject({
    code: 'DICTIONARY_DAMAGED',
    facts: { where, found },
  })
})

test('two histories are refused', async () => {
  const both = read({ 'meddra_history_english.asc': HISTORY, 'meddra_history_french.asc': HISTORY })
  await expect(both).rejects.toMatchObject({
    facts: { found: 'two histories: meddra_history_english.asc and meddra_history_french.asc' },
  })
})
