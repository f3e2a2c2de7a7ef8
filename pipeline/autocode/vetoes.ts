/**
 * Whole texts that no machine may code, even where the dictionary has the very words: they name no event, or more than
 * one thing. Knows lexicon and conventions; knows no term.
 */
import { type Condition, chooseReading } from '../../dictionaries/lexicon/contexts.ts'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import type { ReviewOutcome } from '../../schemas/outcomes.ts'
import { toAtoms } from './atoms.ts'
import type { Autocoder } from './autocoder.ts'
import { findUncodable, toUncodableWords } from './uncodable.ts'
import { isVague } from './vague.ts'

export interface Veto {
  readonly outcome: ReviewOutcome
  readonly reason: string
  readonly siteQuery?: string
}

interface Whole {
  readonly coder: Autocoder
  readonly domain: string
  /** The dictionary has these very words. */
  readonly isTerm: boolean
}

/** @returns undefined where nothing speaks against coding the text as a whole */
export function findVeto(verbatim: string, { coder, domain, isTerm }: Whole): Veto | undefined {
  const folded = foldVerbatim(verbatim)
  const kind = findUncodable(folded) ?? (isVague(folded) ? 'vague' : undefined)
  if (kind !== undefined) {
    const { reason, query } = toUncodableWords(kind, folded)
    return { outcome: 'not-codable', reason, siteQuery: query }
  }
  return findTwoReadings(folded, { coder, domain, isTerm }) ?? findOtherKind(verbatim, { coder, domain })
}

/** An abbreviation that stands alone, of several readings. A dictionary that has it as a term says what is usual. */
function findTwoReadings(folded: string, { coder, domain, isTerm }: Whole): Veto | undefined {
  if (folded.includes(' ')) return undefined
  const readings = coder.lexicon.listReadings(folded)
  if (new Set(readings.map(({ reading }) => reading)).size < 2) return undefined
  // "unless" speaks of other words, of which there are none: only what is said of the abbreviation alone decides.
  const alone = isTerm
    ? readings
    : readings.filter(({ context }) => context.kind === 'when' && context.conditions.some(isSaidAlone))
  if (alone.length > 0 && chooseReading(alone, { otherWords: '', domain }).kind === 'taken') return undefined
  const named = [...new Set(readings.map(({ reading }) => `"${reading}"`))].join(' or ')
  return {
    outcome: 'ambiguous',
    reason: `"${folded}" may read ${named}`,
    siteQuery: `Please write "${folded}" in full: what does it stand for?`,
  }
}

function isSaidAlone({ kind }: Condition): boolean {
  return kind === 'alone' || kind === 'domain'
}

/** A medicine, a procedure or a measurement alone, where an event is asked. */
function findOtherKind(verbatim: string, { coder, domain }: { coder: Autocoder; domain: string }): Veto | undefined {
  const { lexicon, conventions } = coder
  if (lexicon.findMedicine(verbatim) !== undefined)
    return {
      outcome: 'not-codable',
      reason: `"${foldVerbatim(verbatim)}" is a medicine and no event`,
      siteQuery: 'A medicine is entered. Please enter the event or condition.',
    }
  if (domain === 'MH') return undefined
  if (conventions.procedure === 'review' && lexicon.findProcedure(verbatim) !== undefined)
    return {
      outcome: 'low-confidence',
      reason: `"${foldVerbatim(verbatim)}" is a procedure; the study's conventions leave that to a person`,
      siteQuery: 'A procedure is entered. Please enter the event or condition that led to it.',
    }
  if (isBareMeasurement(verbatim, coder))
    return {
      outcome: 'not-codable',
      reason: `"${foldVerbatim(verbatim)}" names a measurement without saying what was wrong with it`,
      siteQuery: 'A measurement is entered. Please say what was abnormal about it, in words.',
    }
  return undefined
}

/** Whether a measurement is named and nothing says how it turned out: its name, at most with a number and a unit. */
function isBareMeasurement(verbatim: string, { lexicon }: Autocoder): boolean {
  const units = lexicon.listWords('unit')
  // Nearly every text has a word of no measurement, which is soon seen.
  const isOther = (word: string): boolean =>
    LETTERS.test(word) && !lexicon.isAnalyteWord(word) && !FILLERS.has(word) && !units.includes(word)
  if (normaliseTerm(verbatim).split(' ').some(isOther)) return false
  const atoms = toAtoms(foldVerbatim(verbatim))
  const hasNumber = atoms.some(({ kind }) => kind === 'number')
  const others = atoms.filter(
    ({ kind, key }, i) =>
      kind !== 'number' &&
      !(hasNumber && i > 0 && ((units.includes(key) && atoms[i - 1]?.key !== '(') || FILLERS.has(key))),
  )
  const named = normaliseTerm(others.flatMap(({ kind, key }) => (kind === 'letters' ? [key] : [])).join(' '))
  if (named === '' || lexicon.listAnalytes(named).length === 0) return false
  return !others.some(({ key }) => lexicon.findDirection(key) !== undefined)
}

const LETTERS = /^[a-z]+$/
const FILLERS = new Set(['is', 'was', 'of', 'level', 'value', 'result', 'reading', '/', '^'])
