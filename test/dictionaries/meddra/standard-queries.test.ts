/** Standard queries (SMQs) of a release: who belongs to which, and what is refused. */
import { describe, expect, test } from 'vitest'
import { readMeddraAscii } from '../../../dictionaries/meddra/read-meddra-ascii.ts'
import { SMALL_RELEASE, toDictionaryFiles } from './small-release.ts'

const LIST = `81000901$Pains of all kinds$1$Looks for pain.$written here$$7.1$A$N$
81000902$Pains of the head$2$Looks for pain of the head.$written here$$7.1$A$A or (B and C)$
81000903$Old question$1$Nobody asks it.$written here$$7.1$I$N$
`
const CONTENT = `81000901$81000902$0$0$S$0$A$7.1$7.1$
81000901$81000103$4$1$A$0$A$7.1$7.1$
81000902$81000101$4$2$A$3$A$7.1$7.1$
81000902$81000202$5$1$B$1$A$7.1$7.1$
81000902$81000777$4$2$A$0$I$6.0$7.1$
81000903$81000103$4$2$A$0$A$7.1$7.1$
`
const read = (list: string, content: string) =>
  readMeddraAscii(toDictionaryFiles({ ...SMALL_RELEASE, 'smq_list.asc': list, 'smq_content.asc': content }))

describe('standard queries', () => {
  test('come with their level, algorithm, children and terms', async () => {
    const [all, head, old] = (await read(LIST, CONTENT)).listQueries()
    expect(all).toMatchObject({ name: 'Pains of all kinds', level: 1, algorithm: null, children: ['81000902'] })
    expect(all?.members.map(({ code, scope }) => [code, scope])).toEqual([['81000103', 'broad']])
    expect(head).toMatchObject({ level: 2, algorithm: 'A or (B and C)', isActive: true })
    expect(head?.members).toEqual([
      { level: 'PT', code: '81000101', scope: 'narrow', category: 'A', weight: 3, isActive: true },
      { level: 'LLT', code: '81000202', scope: 'broad', category: 'B', weight: 1, isActive: true },
      { level: 'PT', code: '81000777', scope: 'narrow', category: 'A', weight: 0, isActive: false },
    ])
    expect(old).toMatchObject({ isActive: false })
  })

  test('are found by a term, the inactive ones left out', async () => {
    const dictionary = await read(LIST, CONTENT)
    const name = (code: string) => dictionary.listQueriesOf(code).map(({ query, scope }) => `${query.name} ${scope}`)
    expect(name('81000101')).toEqual(['Pains of the head narrow'])
    expect(name('81000103')).toEqual(['Pains of all kinds broad'])
    expect(name('81000777')).toEqual([])
    expect((await readMeddraAscii(toDictionaryFiles(SMALL_RELEASE))).listQueries()).toEqual([])
  })

  test.each([
    ['a query twice', LIST + LIST.split('\n')[0], CONTENT, 'smq_list.asc:4', 'smq_code 81000901 a second time'],
    ['no level', LIST.replace('kinds$1$', 'kinds$9$'), CONTENT, 'smq_list.asc:1', 'smq_level "9"'],
    ['no state', LIST.replace('7.1$I$', '7.1$X$'), CONTENT, 'smq_list.asc:3', 'status "X"'],
    ['terms of no query', LIST, CONTENT.replace('81000903$', '81000904$'), 'smq_content.asc:6', 'smq_code 81000904'],
    ['a child that is none', LIST, CONTENT.replace('81000902$0', '81000909$0'), 'smq_content.asc:1', 'query 81000909'],
    ['no level of a term', LIST, CONTENT.replace('$4$1$', '$3$1$'), 'smq_content.asc:2', 'term_level 3'],
    ['no scope', LIST, CONTENT.replace('$4$1$', '$4$7$'), 'smq_content.asc:2', 'term_scope 7'],
    [
      'an active term that is none',
      LIST,
      CONTENT.replace('81000101$4', '81000778$4'),
      'smq_content.asc:3',
      'PT 81000778',
    ],
    [
      'an active LLT that is none',
      LIST,
      CONTENT.replace('81000202$5', '81000779$5'),
      'smq_content.asc:4',
      'LLT 81000779',
    ],
    [
      'a term twice',
      LIST,
      CONTENT + CONTENT.split('\n')[2],
      'smq_content.asc:7',
      'PT 81000101 again in query 81000902',
    ],
    [
      'a query in itself',
      LIST,
      `${CONTENT}81000902$81000901$0$0$S$0$A$7.1$7.1$\n`,
      'smq_list.asc:1',
      'query 81000901, which contains itself: 81000901 > 81000902 > 81000901',
    ],
    [
      'a query without a name',
      LIST.replace('Old question', ''),
      CONTENT,
      'smq_list.asc:3',
      'no name for query 81000903',
    ],
    ['a query without a code', LIST.replace('81000903$', '$'), CONTENT, 'smq_list.asc:3', 'an empty smq_code'],
    ['no weight', LIST, CONTENT.replace('$A$3$', '$A$x$'), 'smq_content.asc:3', 'term_weight "x"'],
  ])('%s is refused with its place', async (_fault, list, content, where, found) => {
    await expect(read(list, content)).rejects.toMatchObject({ code: 'DICTIONARY_DAMAGED', facts: { where, found } })
  })

  test('are read without a $ behind the last field and under the names of old releases', async () => {
    const old = {
      ...SMALL_RELEASE,
      'SMQ_List.asc': LIST.replaceAll('$\n', '\n'),
      'SMQ_Content.asc': CONTENT.replaceAll('$\n', '\r\n'),
    }
    const dictionary = await readMeddraAscii(toDictionaryFiles(old))
    expect(dictionary.listQueries()).toEqual((await read(LIST, CONTENT)).listQueries())
  })

  test('have only active queries below them', async () => {
    const [all] = (await read(LIST, CONTENT.replace('$S$0$A$', '$S$0$I$'))).listQueries()
    expect(all?.children).toEqual([])
  })

  const WARNED: readonly (readonly [oddity: string, list: string, content: string, warnings: readonly string[]])[] = [
    ['nothing odd', LIST, CONTENT.concat('81000902$81000102$4$1$C$0$A$7.1$7.1$\n'), []],
    [
      'a category that none of its terms has',
      LIST,
      CONTENT,
      ['smq_list.asc: the algorithm of query 81000902 names C, a category none of its terms has: A or (B and C)'],
    ],
    [
      'brackets that do not pair',
      LIST.replace('(B and C)', '(B and A'),
      CONTENT,
      ['smq_list.asc: the algorithm of query 81000902 has brackets that do not pair: A or (B and A'],
    ],
    [
      'an algorithm without a category',
      LIST.replace('A or (B and C)', 'all of them'),
      CONTENT,
      ['smq_list.asc: the algorithm of query 81000902 names no category: all of them'],
    ],
    ['weights', LIST.replace('A or (B and C)', 'A or Sum(Category Term Weight)>6'), CONTENT, []],
    ['the words of another language', LIST.replace('A or (B and C)', 'A ou (B et A) où Été'), CONTENT, []],
    [
      'a query below one that is not above it',
      LIST.replace('A or (B and C)', 'A').replace('head$2$', 'head$1$'),
      CONTENT,
      ['smq_content.asc: queries in another that is not above their level: 1, the first 81000902'],
    ],
    [
      'a query without terms',
      LIST.replace('A or (B and C)', 'N'),
      CONTENT.replace(/^81000902.*\n/gm, ''),
      ['smq_content.asc: active queries without a term: 1, the first 81000902'],
    ],
  ]
  test.each(WARNED)('with %s are loaded, and the report says so', async (_oddity, list, content, warnings) => {
    expect((await read(list, content)).report.warnings).toEqual(warnings)
  })

  test('are left out where one of their two files is missing', async () => {
    const dictionary = await readMeddraAscii(toDictionaryFiles({ ...SMALL_RELEASE, 'smq_list.asc': LIST }))
    expect([dictionary.listQueries(), dictionary.report.warnings]).toEqual([
      [],
      ['smq_list.asc: without smq_content.asc, so not read'],
    ])
  })
})
