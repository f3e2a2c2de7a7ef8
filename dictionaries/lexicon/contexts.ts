/**
 * When a reading of an abbreviation may be taken. Knows the grammar of the column `context`; knows no abbreviation.
 *
 *     any                       everywhere: the abbreviation has no other reading
 *     ask                       never by itself: a person chooses among the readings
 *     alone                     it is the whole verbatim
 *     domain: MH|AE             the verbatim is of one of these domains (two capital letters, as SDTM names them)
 *     with: fever|@paired|#     the verbatim holds, beside it, one of these words or phrases, a word of a set
 *                               (word-sets.tsv), or a number
 *     unless: pneumonia|@paired it holds none of these
 *     alone; domain: MH         one of several conditions suffices
 */
import { assertNever } from '../../schemas/errors.ts'
import { normaliseTerm } from '../text/normalise.ts'
import type { AbbreviationReading } from './lexicon.ts'

export type Context =
  | { readonly kind: 'any' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'when'; readonly conditions: readonly Condition[] }

export type Condition =
  | { readonly kind: 'alone' }
  | { readonly kind: 'domain'; readonly domains: readonly string[] }
  /** `words` are match keys, those of the sets too. */
  | { readonly kind: 'with' | 'unless'; readonly words: readonly string[]; readonly orNumber: boolean }

type WordCondition = Extract<Condition, { readonly orNumber: boolean }>

/** What stands around an abbreviation. */
export interface Surroundings {
  /** The match key of the verbatim without the abbreviation. */
  readonly otherWords: string
  readonly domain: string
}

/** `ask`: none of several readings, or more than one, is told by what stands around; a person chooses. */
export type Choice =
  | { readonly kind: 'taken'; readonly reading: AbbreviationReading }
  | { readonly kind: 'ask'; readonly readings: readonly AbbreviationReading[] }

export const CONTEXT_GRAMMAR =
  '"any", "ask", or "alone", "domain: MH|AE", "with: word|@set|#", "unless: word|@set|#", parted by "; "'

/** What is wrong with a cell. */
export interface WrongContext {
  readonly kind: 'wrong'
  readonly problem: string
}

/** Reads a cell of the column `context`; `listWords` gives the match keys of a set. */
export function parseContext(
  cell: string,
  listWords: (set: string) => readonly string[] | undefined,
): Context | WrongContext {
  if (cell === 'any' || cell === 'ask') return { kind: cell }
  const conditions: Condition[] = []
  for (const text of cell.split('; ')) {
    const condition = parseCondition(text, listWords)
    if (condition.kind === 'wrong') return condition
    conditions.push(condition)
  }
  return { kind: 'when', conditions }
}

function parseCondition(
  text: string,
  listWords: (set: string) => readonly string[] | undefined,
): Condition | WrongContext {
  if (text === 'alone') return { kind: 'alone' }
  const [, kind, rest = ''] = /^(domain|with|unless): (.+)$/.exec(text) ?? []
  const parts = rest.split('|').map((part) => part.trim())
  if (kind === undefined || parts.includes('')) return { kind: 'wrong', problem: `"${text}"` }
  if (kind === 'with' || kind === 'unless') return parseWords(kind, parts, listWords)
  const unknown = parts.find((part) => !/^[A-Z]{2}$/.test(part))
  return unknown === undefined
    ? { kind: 'domain', domains: parts }
    : { kind: 'wrong', problem: `"${unknown}" as a domain` }
}

function parseWords(
  kind: 'with' | 'unless',
  parts: readonly string[],
  listWords: (set: string) => readonly string[] | undefined,
): Condition | WrongContext {
  const words: string[] = []
  for (const part of parts) {
    if (part === '#') continue
    const listed = part.startsWith('@') ? listWords(part.slice(1)) : [normaliseTerm(part)]
    if (listed === undefined) return { kind: 'wrong', problem: `"${part}", a set that word-sets.tsv does not hold` }
    words.push(...listed)
  }
  return { kind, words, orNumber: parts.includes('#') }
}

/** Whether a reading may be taken by what stands around it. `any` always, `ask` never. */
export function isContextMet(context: Context, surroundings: Surroundings): boolean {
  switch (context.kind) {
    case 'any':
      return true
    case 'ask':
      return false
    case 'when':
      return context.conditions.some((condition) => isConditionMet(condition, surroundings))
    default:
      return assertNever(context)
  }
}

/**
 * The one reading that what stands around allows. Where that is none or several, all of them, to ask a person.
 * @throws RangeError without a reading
 */
export function chooseReading(readings: readonly AbbreviationReading[], surroundings: Surroundings): Choice {
  if (readings.length === 0) throw new RangeError('no reading to choose from')
  const [first, ...more] = readings.filter(({ context }) => isContextMet(context, surroundings))
  return first !== undefined && more.length === 0 ? { kind: 'taken', reading: first } : { kind: 'ask', readings }
}

function isConditionMet(condition: Condition, { otherWords, domain }: Surroundings): boolean {
  switch (condition.kind) {
    case 'alone':
      return otherWords === ''
    case 'domain':
      return condition.domains.includes(domain)
    case 'with':
      return isOneThere(condition, otherWords)
    case 'unless':
      return !isOneThere(condition, otherWords)
    default:
      return assertNever(condition)
  }
}

function isOneThere({ words, orNumber }: WordCondition, otherWords: string): boolean {
  const isNumberThere = orNumber && /(?<![\p{L}\p{N}])\d/u.test(otherWords)
  return isNumberThere || words.some((word) => ` ${otherWords} `.includes(` ${word} `))
}

/** A case that two contexts both allow, in the words of their grammar; undefined where they share none. */
export function findOverlap(left: Context, right: Context): string | undefined {
  if (left.kind === 'any' || right.kind === 'any') return 'any'
  if (left.kind === 'ask' || right.kind === 'ask') return undefined
  for (const one of left.conditions) {
    for (const other of right.conditions) {
      const shared =
        listCases(one).find((name) => isCaseOf(other, name)) ?? listCases(other).find((name) => isCaseOf(one, name))
      if (shared !== undefined) return shared
    }
  }
  return undefined
}

/** The cases that meet a condition, each alone; of `unless`, everything but its words. */
function listCases(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'alone':
      return ['alone']
    case 'domain':
      return condition.domains.map((domain) => `domain: ${domain}`)
    case 'with':
      return listWordCases(condition)
    case 'unless':
      return ['unless']
    default:
      return assertNever(condition)
  }
}

function isCaseOf(condition: Condition, name: string): boolean {
  return condition.kind === 'unless' ? !listWordCases(condition).includes(name) : listCases(condition).includes(name)
}

function listWordCases({ words, orNumber }: WordCondition): readonly string[] {
  return [...words.map((word) => `with: ${word}`), ...(orNumber ? ['with: #'] : [])]
}
