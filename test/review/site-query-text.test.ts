/** What a site is asked: proposals by why a term waits, and which texts lead. */
import { beforeAll, describe, expect, test } from 'vitest'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { openDictionary } from '../../pipeline/index.ts'
import {
  checkSiteQueryText,
  findLeadingName,
  type LeadingNames,
  proposeSiteQuery,
} from '../../pipeline/review/site-query-text.ts'
import { type Outcome, REVIEW_OUTCOMES } from '../../schemas/outcomes.ts'
import { OPENAE_0_1 } from '../openae.ts'

let isTerm: LeadingNames['isTerm']
beforeAll(async () => {
  const dictionary = await openDictionary(OPENAE_0_1)
  isTerm = (text) => dictionary.listByNormalised(normaliseTerm(text)).some((term) => term.isCurrent)
})

const toNames = (verbatim: string, candidates: readonly string[] = []): LeadingNames => ({
  verbatim,
  candidates,
  isTerm,
})

test.each([
  ['Was it a headache?', 'headache'],
  ['Did the subject have migraines or something else?', 'migraines'],
  ['Please confirm: abdominal pain, upper?', 'abdominal pain, upper'],
  ['Do you mean HEART ATTACK?', 'HEART ATTACK'],
])('%j leads, by "%s"', (text, name) => {
  expect(findLeadingName(text, toNames('see above'))).toBe(name)
  expect(() => checkSiteQueryText(text, toNames('see above'))).toThrow(`it names a term, "${name}"`)
})

test.each([
  ['Please enter the event or condition itself: each entry is coded alone.', 'see above'],
  ['Which side, left or right? When did it begin, and is it all over?', 'see above'],
  ['You reported "bad headache". What exactly was it, and where?', 'bad headache'],
  ['Please say what came of the headache that you reported.', 'Headache, bad'],
  ['Please enter the cause of death.', 'expired'],
])('%j does not lead where the site wrote "%s"', (text, verbatim) => {
  expect(findLeadingName(text, toNames(verbatim))).toBeUndefined()
})

test('a term that is proposed leads though the dictionary does not have it', () => {
  const text = 'Was it thumbache of the left hand?'
  expect(findLeadingName(text, toNames('sore thumb', ['Thumbache']))).toBe('thumbache')
  expect(findLeadingName(text, toNames('sore thumb'))).toBeUndefined()
})

test.each(['', '  \n', 'x'.repeat(2001)])('a text of no length, or too much, is refused', (text) => {
  expect(() => checkSiteQueryText(text, toNames('see above'))).toThrow('1 to 2000 characters')
})

const OUTCOMES: readonly (Outcome | undefined)[] = [...REVIEW_OUTCOMES, 'conflicts-with-context', 'manual', undefined]
describe.each(OUTCOMES)('what is proposed for a term that is %s', (outcome) => {
  const verbatim = 'Sore  THUMB, see above'
  const text = proposeSiteQuery({ verbatim, folded: 'sore thumb, see above', outcome, proposed: undefined })

  test('quotes the verbatim as the site wrote it, and does not lead', () => {
    expect(text).toContain(`"${verbatim}"`)
    expect(checkSiteQueryText(text, toNames(verbatim))).toBe(text)
  })
})

test("the machine's own proposal is taken, with the words of the site in place of the folded ones", () => {
  const asked = { verbatim: 'SOB', folded: 'sob', outcome: 'ambiguous' } as const
  expect(proposeSiteQuery({ ...asked, proposed: 'Please write "sob" in full: what does it stand for?' })).toBe(
    'Please write "SOB" in full: what does it stand for?',
  )
  expect(proposeSiteQuery({ ...asked, proposed: 'Please enter the event.' })).toBe(
    'You reported "SOB". Please enter the event.',
  )
})

test('a long verbatim is quoted by its beginning', () => {
  const verbatim = 'a '.repeat(2000)
  const text = proposeSiteQuery({ verbatim, folded: verbatim.trim(), outcome: 'compound', proposed: undefined })
  expect(text.length).toBeLessThan(500)
})
