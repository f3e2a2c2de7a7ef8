/** Where a verbatim may be divided: pieces, what joins them, and their places. */
import { describe, expect, test } from 'vitest'
import { type Piece, toPieces } from '../../pipeline/autocode/split.ts'

type Expected = readonly (readonly [text: string, joint: Piece['joint']])[]

const CASES: { readonly [verbatim: string]: Expected } = {
  rash: [['rash', 'first']],
  'rash, cough': [
    ['rash', 'first'],
    ['cough', 'list'],
  ],
  'rash; cough\nfever': [
    ['rash', 'first'],
    ['cough', 'list'],
    ['fever', 'list'],
  ],
  'rash and cough': [
    ['rash', 'first'],
    ['cough', 'list'],
  ],
  'rash AND/OR cough': [
    ['rash', 'first'],
    ['cough', 'list'],
  ],
  'rash as well as cough plus fever': [
    ['rash', 'first'],
    ['cough', 'list'],
    ['fever', 'list'],
  ],
  'rash & cough + fever': [
    ['rash', 'first'],
    ['cough', 'list'],
    ['fever', 'list'],
  ],
  'rash / cough': [
    ['rash', 'first'],
    ['cough', 'list'],
  ],
  'rash/cough': [
    ['rash', 'first'],
    ['cough', 'list'],
  ],
  'pneumonia with cough': [
    ['pneumonia', 'first'],
    ['cough', 'with'],
  ],
  'pneumonia w/ cough, fever': [
    ['pneumonia', 'first'],
    ['cough', 'with'],
    ['fever', 'list'],
  ],
  'sepsis associated with fever': [
    ['sepsis', 'first'],
    ['fever', 'with'],
  ],
}

describe('a verbatim is divided', () => {
  for (const [verbatim, pieces] of Object.entries(CASES))
    test(`${JSON.stringify(verbatim)} into ${pieces.length}`, () => {
      expect(toPieces(verbatim).map(({ text, joint }) => [text, joint])).toEqual(pieces)
    })
})

test('letters that only look like what parts two events part none', () => {
  for (const verbatim of [
    'c/o rash',
    'N/V',
    'rash w/o cough',
    'sandy throat',
    'withdrawal',
    'left-sided pain',
    'b/l pain',
  ])
    expect(
      toPieces(verbatim).map(({ text }) => text),
      verbatim,
    ).toEqual([verbatim])
})

test('separators around nothing part nothing', () => {
  expect(toPieces(', ; rash ,, and, ').map(({ text }) => text)).toEqual(['rash'])
  expect(toPieces('rash, 12, cough').map(({ text }) => text)).toEqual(['rash', 'cough'])
  for (const nothing of ['', ' ', ',;+&', '1, 2, 3']) expect(toPieces(nothing), nothing).toEqual([])
})

test('every piece stands where it says, in order', () => {
  for (const verbatim of ['  rash ,  rash;rash and  rash ', '\t💊 rash & Ménière,\n été', 'a, b, a, b with a']) {
    let last = 0
    for (const { text, start, end } of toPieces(verbatim)) {
      expect(verbatim.slice(start, end)).toBe(text)
      expect(start).toBeGreaterThanOrEqual(last)
      expect(text).toBe(text.trim())
      last = end
    }
  }
})

test('a hostile text has a dozen pieces at most', () => {
  const pieces = toPieces('rash, '.repeat(100_000))
  expect(pieces.length).toBe(12)
})
