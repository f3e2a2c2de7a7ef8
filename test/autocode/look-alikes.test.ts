/** Safety: terms that look alike, sound alike or are opposites are never coded across, as they are and misspelt. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { DEFAULT_DICTIONARY, openAutocoder } from '../../pipeline/coding-kits.ts'
import { CODED_DOMAINS } from '../../schemas/records.ts'

interface Pair {
  readonly sides: readonly { readonly term: string; readonly misspelt: string }[]
}

const PAIRS = readFileSync(join(import.meta.dirname, 'look-alikes.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line): Pair => {
    const [one = '', other = '', oneMisspelt = '', otherMisspelt = ''] = line.split('\t')
    return {
      sides: [
        { term: one, misspelt: oneMisspelt },
        { term: other, misspelt: otherMisspelt },
      ],
    }
  })
const CODER = await openAutocoder(DEFAULT_DICTIONARY.path)

function listConcepts(term: string): string[] {
  return CODER.dictionary
    .listByFold(foldVerbatim(term))
    .filter(({ isCurrent }) => isCurrent)
    .map(({ conceptCode }) => conceptCode)
}

describe('look-alikes', () => {
  test('there are hundreds of pairs, each of two terms of the dictionary that mean different things', () => {
    expect(PAIRS.length).toBeGreaterThanOrEqual(300)
    for (const { sides } of PAIRS) {
      const [one = [], other = []] = sides.map(({ term }) => listConcepts(term))
      expect(one.length, sides[0]?.term).toBeGreaterThan(0)
      expect(other.length, sides[1]?.term).toBeGreaterThan(0)
      expect(
        one.some((concept) => other.includes(concept)),
        `${sides[0]?.term} / ${sides[1]?.term}`,
      ).toBe(false)
    }
  })

  for (const domain of CODED_DOMAINS) {
    test(`neither side of a pair is coded to the other in ${domain}, exact or misspelt`, () => {
      const across: string[] = []
      let coded = 0
      for (const { sides } of PAIRS) {
        for (const [i, { term, misspelt }] of sides.entries()) {
          const others = listConcepts(sides[1 - i]?.term ?? '')
          for (const verbatim of [term, misspelt]) {
            const { coding } = autocode(verbatim, CODER, domain)
            if (coding === null) continue
            coded += 1
            const concept = CODER.dictionary.findTerm(coding.at(-1)?.code ?? '')?.conceptCode ?? ''
            if (others.includes(concept)) across.push(`${verbatim} as ${coding.at(-1)?.text}`)
          }
        }
      }
      expect(across).toEqual([])
      // Who codes nothing crosses nothing: most are coded, to their own side.
      expect(coded).toBeGreaterThan(PAIRS.length * 2)
    })
  }
})
