/** Hidden words: what a word is, what stands in its place, and when one may be hidden. */
import { expect, test } from 'vitest'
import {
  checkRedaction,
  listWords,
  Masks,
  type Redaction,
  toShown,
  toShownText,
  toWordHash,
} from '../../pipeline/review/redaction.ts'
import { AecoderError } from '../../schemas/errors.ts'

function hide(...words: readonly string[]): Redaction[] {
  return [{ salt: 's', digests: words.map((word) => toWordHash(word, 's')) }]
}

const SHOWN: readonly { text: string; hidden: readonly string[]; shown: string }[] = [
  { text: 'Mrs Miller has bad HA', hidden: ['miller'], shown: 'Mrs ██████ has bad HA' },
  { text: 'MILLER, Ann: headache (Miller)', hidden: ['miller', 'ann'], shown: '██████, ███: headache (██████)' },
  { text: 'Millers headache', hidden: ['miller'], shown: 'Millers headache' },
  { text: 'Constantinopoulos headache', hidden: ['constantinopoulos'], shown: '████████ headache' },
  { text: "Anne-Marie O'Neil", hidden: ['marie', 'o'], shown: "Anne-█████ █'Neil" },
  { text: 'Mu\u0308ller fell', hidden: ['müller'], shown: '██████ fell' },
  { text: 'Mül\u00adler fell', hidden: ['müller'], shown: '██████ fell' },
  { text: '王小明 头痛', hidden: ['王小明'], shown: '███ 头痛' },
  { text: 'tel 555-1234', hidden: ['555', '1234'], shown: 'tel ███-████' },
  { text: '', hidden: ['x'], shown: '' },
]
for (const { text, hidden, shown } of SHOWN) {
  test(`"${text}" without ${hidden.join(' and ')} is "${shown}"`, () => {
    expect(toShown(text, hide(...hidden))).toBe(shown)
  })
}

test('a word is hidden by any of several redactions, each with its own salt', () => {
  const redactions = [...hide('ann'), { salt: 't', digests: [toWordHash('miller', 't')] }]
  expect(toShown('Ann Miller fell', redactions)).toBe('███ ██████ fell')
  expect(toShown('Ann Miller fell', [{ salt: 'other', digests: redactions[0]?.digests ?? [] }])).toBe('Ann Miller fell')
})

test('a place in the verbatim is found in what is shown of it', () => {
  const text = 'Constantinopoulos fell, Ann saw'
  const { text: shown, shift } = toShownText(text, hide('constantinopoulos', 'ann'))
  const words = ['fell', 'saw'].map((word) => [text.indexOf(word), word] as const)
  for (const [start, word] of words) expect(shown.slice(shift(start), shift(start + word.length))).toBe(word)
  expect([shift(0), shift(17), shift(5)], 'the beginning, the end and a place inside of a hidden word').toEqual([
    0, 8, 8,
  ])
})

test('words are listed once, folded', () => {
  expect(listWords("Ann's HEAD, head-ache 2x")).toEqual(['ann', 's', 'head', 'ache', '2x'])
})

const REFUSED = [
  { words: ['Miller'], reason: ' ', found: 'words to be hidden without a reason' },
  { words: [], reason: 'a name', found: 'no word to hide' },
  { words: ['Smith'], reason: 'a name', found: 'the term does not hold "smith"' },
  { words: ['Ann'], reason: 'a name', found: 'the words are hidden already' },
]
for (const { words, reason, found } of REFUSED) {
  test(`hiding ${JSON.stringify(words)} with the reason "${reason}" is refused: ${found}`, () => {
    const act = () => checkRedaction('Ann Miller fell', { words, reason, redactions: hide('ann') })
    expect(act).toThrow(AecoderError)
    expect(act).toThrow(`"███ Miller fell": ${found}`)
  })
}

test('only words that are still shown are newly hidden', () => {
  const redactions = hide('ann')
  expect(checkRedaction('Ann Miller fell', { words: ['Ann Miller'], reason: 'x', redactions })).toEqual(['miller'])
})

test('what is said of a term is masked, and what the dictionary says is not', () => {
  const masks = new Masks(new Map([['parkinson fell', hide('parkinson')]]))
  const path = [{ level: 'LLT', code: '1', text: 'Parkinson disease' }]
  const said = {
    verbatim: 'Parkinson fell',
    usubjid: 'Parkinson',
    reason: '"parkinson" is not explained',
    candidates: [
      {
        path,
        why: 'like parkinson',
        alignment: {
          tokens: [{ text: 'parkinson', start: 0, end: 9, term: 'parkinson' }],
          missing: [{ text: 'parkinson' }],
        },
      },
    ],
    codes: [{ code: '1', text: 'Parkinson disease', part: 'parkinson' }],
    decision: null,
  }
  expect(masks.toShownAbout(said, 'PARKINSON  fell')).toEqual({
    verbatim: '████████ fell',
    usubjid: 'Parkinson',
    reason: '"████████" is not explained',
    candidates: [
      {
        path,
        why: 'like ████████',
        alignment: {
          tokens: [{ text: '████████', start: 0, end: 8, term: 'parkinson' }],
          missing: [{ text: 'parkinson' }],
        },
      },
    ],
    codes: [{ code: '1', text: 'Parkinson disease', part: '████████' }],
    decision: null,
  })
  expect(masks.toShownAbout(said, 'Another term')).toBe(said)
  expect(masks.toShown('Another parkinson')).toBe('Another parkinson')
})
