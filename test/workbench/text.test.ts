/** How the page cuts what sites typed: nothing is lost, and what cannot be seen is found. */
import { expect, test } from 'vitest'
import { toPieces } from '../../pipeline/workbench/parts/pieces.ts'
import { toAlignedText, toStretches } from '../../pipeline/workbench/term/stretches.ts'

test.for([
  ['headache', []],
  ['a\u202Eb\u202C', ['\u202E', '\u202C']],
  ['zero\u200Bwidth', ['\u200B']],
  ['two\nlines', ['\n']],
  ['soft\u00ADhyphen', ['\u00AD']],
  ['naïve 頭痛 ↑ AST', []],
] as const)('of %j the unseen signs are %j', ([text, unseen]) => {
  const pieces = toPieces(text)
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
  expect(pieces.filter(({ isUnseen }) => isUnseen).map((piece) => piece.text)).toEqual(unseen)
})

test('the stretches of a verbatim are its words and all that stands between', () => {
  const token = (text: string, start: number) => ({ text, start, end: start + text.length, role: 'exact' })
  const stretches = toStretches('bad HA, x3d', [token('HA', 4), token('bad', 0)])
  expect(stretches.map(({ text, token: of }) => [text, of?.text])).toEqual([
    ['bad', 'bad'],
    [' ', undefined],
    ['HA', 'HA'],
    [', x3d', undefined],
  ])
})

test.for([
  ['Bad HA', 'bad ha', 'Bad HA'],
  ['Bad  HA', 'bad ha', 'bad ha'],
  ['ﬁne', 'fine', 'fine'],
] as const)('beside its folded form, %j is shown where the places agree', ([verbatim, folded, shown]) => {
  expect(toAlignedText(verbatim, folded)).toBe(shown)
})
