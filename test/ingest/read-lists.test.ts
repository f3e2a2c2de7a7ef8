/** Synonym and do-not-autocode lists: what is taken, and that each fault is named with file and line. */
import { describe, expect, test } from 'vitest'
import { openDictionary } from '../../pipeline/coding-kits.ts'
import { readLists } from '../../pipeline/ingest/read-lists.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { toCode, toDictionary } from '../autocode/small-dictionary.ts'
import { OPENAE_0_1 } from '../openae.ts'
import { toFile } from './text-file.ts'

const DICTIONARY = await toDictionary([['Headache', 'Head pain', '-Cephalalgia'], ['Itch']])
const HEADACHE = toCode(DICTIONARY, 'Headache')
const ITCH = toCode(DICTIONARY, 'Itch')
const CEPHALALGIA = toCode(DICTIONARY, 'Cephalalgia')

async function readSynonyms(...texts: (string | SourceFile)[]): Promise<Record<string, string>> {
  const files = texts.map((text, index) => (typeof text === 'string' ? toFile(`s${index + 1}.csv`, text) : text))
  const { synonyms } = await readLists({ synonyms: files, doNotAutocode: [], dictionary: DICTIONARY })
  return Object.fromEntries([...synonyms].map(([folded, { lltCode, source }]) => [folded, `${lltCode} ${source}`]))
}

async function readBarred(...texts: string[]): Promise<Record<string, string>> {
  const files = texts.map((text, index) => toFile(`n${index + 1}.csv`, text))
  const { doNotAutocode } = await readLists({ synonyms: [], doNotAutocode: files, dictionary: DICTIONARY })
  return Object.fromEntries([...doNotAutocode].map(([folded, { reason, source }]) => [folded, `${reason} ${source}`]))
}

describe('synonyms', () => {
  test('are kept by folded verbatim with the row they stand in', async () => {
    const text = `verbatim,llt_code\n  HEAD\u00a0 sore ,${HEADACHE}\n"itchy, all over", ${ITCH} \n`
    expect(await readSynonyms(text)).toEqual({
      'head sore': `${HEADACHE} s1.csv:2`,
      'itchy, all over': `${ITCH} s1.csv:3`,
    })
  })

  test('come from several files', async () => {
    const texts = [`verbatim,llt_code\nsore,${HEADACHE}\n`, `code;verbatim\n${ITCH};prickly\n`]
    expect(await readSynonyms(...texts)).toEqual({ sore: `${HEADACHE} s1.csv:2`, prickly: `${ITCH} s2.csv:2` })
    expect(await readSynonyms()).toEqual({})
  })

  test('may have further columns, headings in any letters, and a byte order mark', async () => {
    const text = `\ufeffVERBATIM, LLT_Code ,llt,by\r\nsore,${HEADACHE},whatever,Ann\r\n`
    expect(await readSynonyms(text)).toEqual({ sore: `${HEADACHE} s1.csv:2` })
    const utf16: SourceFile = {
      name: 'u.csv',
      async *open() {
        yield Buffer.from(`\ufeffverbatim,llt_code\nsöre,${HEADACHE}\n`, 'utf16le')
      },
    }
    expect(await readSynonyms(utf16)).toEqual({ söre: `${HEADACHE} u.csv:2` })
  })

  test('are used when their state is approved, and only then', async () => {
    const states = ['approved', ' Approved ', 'proposed', 'retired', '', 'not approved']
    const rows = states.map((state, index) => `term ${index},${HEADACHE},${state}\n`)
    expect(Object.keys(await readSynonyms(`verbatim,llt_code,state\n${rows.join('')}`))).toEqual(['term 0', 'term 1'])
  })

  test('that are not approved may name anything, even nothing', async () => {
    const text = `verbatim,llt_code,state\nsore,${CEPHALALGIA},proposed\n,1,proposed\nsore,${ITCH},retired\nsore,${HEADACHE},approved\n`
    expect(await readSynonyms(text)).toEqual({ sore: `${HEADACHE} s1.csv:5` })
  })

  test('may say the same twice', async () => {
    const text = `verbatim,llt_code\nsore,${HEADACHE}\nSORE,${HEADACHE}\n`
    expect(Object.keys(await readSynonyms(text, `verbatim,llt_code\nsore ,${HEADACHE}\n`))).toEqual(['sore'])
  })

  const head = 'verbatim,llt_code'
  /** What the file holds, and what is said of it. */
  const faults = [
    {
      says: 'an unknown code',
      text: `${head}\nsore,${HEADACHE}\nx,99\n`,
      message: /^s1\.csv:3: code "99" is not in .* 1\.0\. Look the term up/,
    },
    { says: 'no code', text: `${head}\nsore,\n`, message: /^s1\.csv:2: code "" is not in/ },
    {
      says: 'a code that is not of an LLT',
      text: `${head}\nsore,82000001\n`,
      message: /^s1\.csv:2: code "82000001" is not in/,
    },
    {
      says: 'a term that is not current any more',
      text: `${head}\nsore,${CEPHALALGIA}\n`,
      message: /^s1\.csv:2: "Cephalalgia" \(\d+\) is not a current term of .*expected a current term/,
    },
    { says: 'no verbatim', text: `${head}\n ,${HEADACHE}\n`, message: /^s1\.csv:2: an empty verbatim\. Fill it in/ },
    {
      says: 'two meanings',
      text: `${head}\nsore,${HEADACHE}\nitchy,${ITCH}\nSore ,${ITCH}\n`,
      message: /^s1\.csv:4: "Sore " means \d+ here and \d+ in s1\.csv:2 \(expected one meaning\)/,
    },
    {
      says: 'no column for the code',
      text: 'verbatim,term\nsore,1\n',
      message: /^s1\.csv:1: no column "code" or "llt_code" \(columns: verbatim, term\)/,
    },
    {
      says: 'no column for the verbatim',
      text: 'term,llt_code\nsore,1\n',
      message: /^s1\.csv:1: no column "verbatim"/,
    },
    {
      says: 'a row of too many fields',
      text: `${head}\nsore,${HEADACHE},more\n`,
      message: /^s1\.csv:2: .*Mend the row$/,
    },
    { says: 'a row of too few fields', text: `${head},by\nsore,${HEADACHE}\n`, message: /^s1\.csv:2: .*Mend the row$/ },
    {
      says: 'a fault behind a row of two lines',
      text: `${head}\n"sore\nhead",${HEADACHE}\nx,99\n`,
      message: /^s1\.csv:4: code "99"/,
    },
  ]
  for (const { says, text, message } of faults) {
    test(`with ${says} are refused`, async () => {
      await expect(readSynonyms(text)).rejects.toMatchObject({
        code: 'LIST_INVALID',
        message: expect.stringMatching(message),
      })
    })
  }

  test('of two files that contradict each other are refused, and both places are named', async () => {
    const texts = [`${head}\nsore,${HEADACHE}\n`, `${head}\nx,${ITCH}\nsore,${ITCH}\n`]
    await expect(readSynonyms(...texts)).rejects.toThrow(
      `s2.csv:3: "sore" means ${ITCH} here and ${HEADACHE} in s1.csv:2`,
    )
  })

  test('of a non-current term name the replacement that the dictionary proposes', async () => {
    const dictionary = await openDictionary(OPENAE_0_1)
    const synonyms = [toFile('s.csv', `${head}\nsick,${toCode(dictionary, 'Sick headache')}\n`)]
    await expect(readLists({ synonyms, doNotAutocode: [], dictionary })).rejects.toThrow(
      `Use "Migraine" (${toCode(dictionary, 'Migraine')}) if that is what is meant`,
    )
  })
})

describe('terms that are never autocoded', () => {
  test('are kept by folded verbatim with their reason', async () => {
    const text = '\ufeffverbatim,reason,since\nHead  ache, ask which ,2026\n"rash, itchy",two events,2026\n'
    expect(await readBarred(text)).toEqual({ 'head ache': 'ask which n1.csv:2', 'rash, itchy': 'two events n1.csv:3' })
  })

  const faults = [
    {
      says: 'no reason',
      text: 'verbatim,reason\nsore,x\nrash, \n',
      message: /^n1\.csv:3: no reason \(expected why a person must/,
    },
    { says: 'no verbatim', text: 'verbatim,reason\n,x\n', message: /^n1\.csv:2: an empty verbatim/ },
    { says: 'no column for the reason', text: 'verbatim,why\nsore,x\n', message: /^n1\.csv:1: no column "reason"/ },
    { says: 'a row of too many fields', text: 'verbatim,reason\nsore,x,y\n', message: /^n1\.csv:2: .*Mend the row$/ },
  ]
  for (const { says, text, message } of faults) {
    test(`with ${says} are refused`, async () => {
      await expect(readBarred(text)).rejects.toMatchObject({
        code: 'LIST_INVALID',
        message: expect.stringMatching(message),
      })
    })
  }
})
