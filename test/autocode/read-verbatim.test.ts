/** What each word of a verbatim does beside the event, and the ways it may be read. Own terms, the lexicon's rows. */
import { describe, expect, test } from 'vitest'
import { PhraseTable } from '../../pipeline/autocode/phrases.ts'
import { MOST_READINGS, readVerbatim } from '../../pipeline/autocode/read-verbatim.ts'
import type { ReadWord, VerbatimReading } from '../../pipeline/autocode/reading.ts'
import { openLexicon } from '../../pipeline/coding-kits.ts'

const LEXICON = await openLexicon()
const PHRASES = new PhraseTable(LEXICON)
/** What the dictionary of these tests has words for. */
const WORDS = new Set(
  'headache head ache pain back rash cough nausea knee in on skin itching vitamin b12 8q21 type diabete 2 abdominal high blood pressure hypertension alanine aminotransferase increased alt potassium'.split(
    ' ',
  ),
)

function readWith(verbatim: string, domain = 'AE'): VerbatimReading {
  return readVerbatim(verbatim, domain, {
    lexicon: LEXICON,
    phrases: PHRASES,
    isKnown: (key) => WORDS.has(key),
    // No word of this dictionary looks like a qualifier.
    isMisspelt: () => false,
  })
}

/** The words as written, each with what it does. */
function listLiteral(verbatim: string): readonly ReadWord[] {
  const literal = readWith(verbatim).readings.find(({ words }) => words.every(({ source }) => source === 'literal'))
  if (literal === undefined) throw new Error(`"${verbatim}" has no literal reading`)
  return literal.words
}

function listParts(verbatim: string): [string, string][] {
  return listLiteral(verbatim).map(({ start, end, part }) => [verbatim.slice(start, end), part.kind])
}

function listReadings(verbatim: string, domain?: string): string[] {
  return readWith(verbatim, domain).readings.map(({ words }) => words.map(({ key }) => key).join(' '))
}

const PARTS: { readonly [says: string]: { readonly [verbatim: string]: readonly (readonly [string, string])[] } } = {
  'the event, and words that join': {
    'pain in the knee': [
      ['pain', 'content'],
      ['in', 'stop'],
      ['the', 'stop'],
      ['knee', 'site'],
    ],
  },
  'qualifiers, of one word and of several': {
    'severe headache': [
      ['severe', 'qualifier'],
      ['headache', 'content'],
    ],
    'headache x 3 days': [
      ['headache', 'content'],
      ['x', 'qualifier'],
      ['3', 'qualifier'],
      ['days', 'qualifier'],
    ],
  },
  'a misspelt qualifier': {
    'headache, resolvedd': [
      ['headache', 'content'],
      ['resolvedd', 'qualifier'],
    ],
    'horriblle headache': [
      ['horriblle', 'qualifier'],
      ['headache', 'content'],
    ],
  },
  directions: {
    '↑ potassium': [
      ['↑', 'direction'],
      ['potassium', 'content'],
    ],
    'potassium low': [
      ['potassium', 'content'],
      ['low', 'direction'],
    ],
  },
  'a direction that is said twice is one': {
    'high potassium, elevated': [
      ['high', 'direction'],
      ['potassium', 'content'],
      ['elevated', 'value'],
    ],
  },
  'measured values': {
    'potassium 5.9 high': [
      ['potassium', 'content'],
      ['5.9', 'value'],
      ['high', 'direction'],
    ],
    'low potassium 2.9 mmol/L': [
      ['low', 'direction'],
      ['potassium', 'content'],
      ['2.9', 'value'],
      ['mmol', 'value'],
      ['/', 'value'],
      ['L', 'value'],
    ],
  },
  'a number that belongs to a name is none': {
    'vitamin 12 rash': [
      ['vitamin', 'content'],
      ['12', 'content'],
      ['rash', 'content'],
    ],
  },
  dates: {
    'rash 12-JAN-2024': [
      ['rash', 'content'],
      ['12', 'value'],
      ['JAN', 'value'],
      ['2024', 'value'],
    ],
    'rash Mar 2023': [
      ['rash', 'content'],
      ['Mar', 'value'],
      ['2023', 'value'],
    ],
    'rash 2021': [
      ['rash', 'content'],
      ['2021', 'value'],
    ],
  },
  'what led to it': {
    'rash due to aspirin': [
      ['rash', 'content'],
      ['due', 'qualifier'],
      ['to', 'qualifier'],
      ['aspirin', 'cause'],
    ],
    'rash 2/2 aspirin': [
      ['rash', 'content'],
      ['2', 'qualifier'],
      ['/', 'qualifier'],
      ['2', 'qualifier'],
      ['aspirin', 'cause'],
    ],
  },
  'medicines and procedures': {
    'aspirin rash': [
      ['aspirin', 'medicine'],
      ['rash', 'content'],
    ],
    tonsillectomy: [['tonsillectomy', 'procedure']],
  },
}

for (const [says, verbatims] of Object.entries(PARTS)) {
  describe(says, () => {
    for (const [verbatim, parts] of Object.entries(verbatims))
      test(`"${verbatim}"`, () => expect(listParts(verbatim)).toEqual(parts))
  })
}

test('a circumstance ends where the next one is listed', () => {
  expect(listParts('rash due to aspirin, cough').at(-1)).toEqual(['cough', 'content'])
})

test('what may be a misspelt word of the dictionary is no misspelt qualifier', () => {
  const { readings } = readVerbatim('horriblle knee', 'AE', {
    lexicon: LEXICON,
    phrases: PHRASES,
    isKnown: (key) => WORDS.has(key),
    isMisspelt: (key) => key === 'horriblle',
  })
  expect(readings[0]?.words[0]?.part.kind).toBe('content')
})

test('letters and digits that the dictionary knows as one word stay one', () => {
  expect(listLiteral('vitamin b12').map(({ key }) => key)).toEqual(['vitamin', 'b12'])
  expect(listLiteral('8q21').map(({ key }) => key)).toEqual(['8q21'])
})

test('a qualifier says its phrase, class and effect, and the row it rests on', () => {
  const part = listLiteral('possible rash')[0]?.part
  expect(part).toMatchObject({ kind: 'qualifier', phrase: 'possible', class: 'certainty', effect: 'convention' })
  expect(part !== undefined && 'grounds' in part ? part.grounds : '').toMatch(/^\S*qualifiers\.tsv:\d+: .+/)
})

describe('readings', () => {
  test('the words as written are one of them, and the only one where nothing else is known', () => {
    expect(listReadings('zebra')).toEqual(['zebra'])
    expect(listReadings('severe HA')).toContain('severe ha')
  })

  test('an abbreviation is read in its context', () => {
    expect(listReadings('severe HA')[0]).toBe('severe headache')
    expect(readWith('severe HA').readings[0]?.words.at(-1)).toMatchObject({
      key: 'headache',
      start: 7,
      end: 9,
      source: 'abbreviation',
    })
  })

  test('of several readings none is sure', () => {
    const unsure = readWith('CP').readings.filter(({ words }) => words.some(({ isUnsure }) => isUnsure))
    expect(unsure.map(({ words }) => words.map(({ key }) => key).join(' '))).toEqual(
      expect.arrayContaining(['chest pain', 'cerebral palsy']),
    )
  })

  test('the words of one phrase share its place', () => {
    const words = readWith('a-fib').readings[0]?.words ?? []
    expect(words.map(({ key }) => key)).toEqual(['atrial', 'fibrillation'])
    expect(words.map(({ start, end }) => [start, end])).toEqual([
      [0, 5],
      [0, 5],
    ])
    expect(words.every(({ source }) => source === 'paraphrase' || source === 'abbreviation')).toBe(true)
  })

  test('words written as one are read as two, and two as one, if the dictionary has them', () => {
    expect(listReadings('backpain')).toContain('back pain')
    expect(listReadings('head ache')).toContain('headache')
    expect(listReadings('backzzz')).toEqual(['backzzz'])
  })

  test('words that the dictionary has come before other ways to read them', () => {
    expect(listReadings('head ache')[0]).toBe('head ache')
  })

  test('there are a few at most, and at least one', () => {
    for (const verbatim of ['', '???', 'ha sob cp ms pe od bs ra ca hb', 'n/v '.repeat(50)]) {
      const { length } = readWith(verbatim).readings
      expect(length, verbatim).toBeGreaterThanOrEqual(1)
      expect(length, verbatim).toBeLessThanOrEqual(MOST_READINGS)
    }
  })
})
