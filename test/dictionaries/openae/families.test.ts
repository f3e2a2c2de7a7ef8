/** The systematic families of OpenAE are complete: what the lists beside the sources name is in the built dictionary. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Dictionary } from '../../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../../dictionaries/text/fold.ts'
import { DEFAULT_DICTIONARY, openDictionary } from '../../../pipeline/index.ts'

const FAMILIES = join(import.meta.dirname, '../../../dictionaries/openae/families')
const ANALYTES = 150
/** How many members each other family has at least. */
const MEMBERS: { readonly [family: string]: number } = {
  organism: 100,
  organ: 40,
  'immune-mediated': 15,
  'site-reaction': 120,
  'body-site-injury': 100,
  'body-site-pain': 40,
  'body-site-swelling': 40,
  ecg: 50,
  allergy: 50,
  vaccine: 15,
  operation: 120,
  chronic: 200,
  oncology: 250,
}

let dictionary: Dictionary
beforeAll(async () => {
  dictionary = await openDictionary(DEFAULT_DICTIONARY.path)
})

function readTable(name: string): { readonly [column: string]: string }[] {
  const [header = '', ...lines] = readFileSync(join(FAMILIES, name), 'utf8').trimEnd().split('\n')
  const columns = header.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
  })
}

function isCurrentTerm(text: string): boolean {
  return dictionary.listByFold(foldVerbatim(text)).some((llt) => llt.isCurrent)
}

test('every analyte has its directions, under its full and its short names', () => {
  const analytes = readTable('analytes.tsv')
  expect(analytes.length).toBeGreaterThanOrEqual(ANALYTES)
  expect(new Set(analytes.map(({ member }) => member)).size).toBe(analytes.length)
  const wanted = analytes.flatMap(({ member = '', short = '', directions = '' }) =>
    [member, ...short.split('|').filter(Boolean)].flatMap((name) =>
      directions.split('|').map((direction) => `${name} ${direction}`),
    ),
  )
  expect(wanted.filter((term) => !isCurrentTerm(term))).toEqual([])
})

describe.each(readdirSync(FAMILIES).filter((name) => name !== 'analytes.tsv'))('%s', (name) => {
  test('names terms of the dictionary', () => {
    expect(
      readTable(name)
        .filter(({ term = '' }) => !isCurrentTerm(term))
        .map(({ family, member, term }) => `${family}: ${member}: ${term}`),
    ).toEqual([])
  })

  test('has members enough in each family, and no line twice', () => {
    for (const [family = '', rows] of Map.groupBy(readTable(name), ({ family }) => family)) {
      const members = new Set(rows.map(({ member }) => member))
      expect(members.size, family).toBeGreaterThanOrEqual(MEMBERS[family] ?? Number.POSITIVE_INFINITY)
      expect(new Set(rows.map(({ member, term }) => `${member}\t${term}`)).size, family).toBe(rows.length)
    }
  })
})
