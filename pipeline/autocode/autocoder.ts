/** What autocoding works with: a dictionary, the study's lists and conventions, the lexicon and the model. Knows how they are made ready. */
import { borrowNames, type NameGroup } from '../../dictionaries/borrowed-names.ts'
import type { Dictionary } from '../../dictionaries/dictionary.ts'
import type { Lexicon } from '../../dictionaries/lexicon/lexicon.ts'
import type { Conventions, TargetPrecision } from '../../schemas/study.ts'
import { Confidence } from './confidence.ts'
import { type CodingLists, NO_LISTS } from './lists.ts'
import { FEATURES, Matcher } from './matcher.ts'
import { type MatcherModel, MODEL, type ModelPromise } from './model/model.ts'

/** What autocoding asks of a dictionary. */
export type CodingDictionary = Pick<
  Dictionary,
  | 'findNode'
  | 'findTerm'
  | 'findPath'
  | 'listByFold'
  | 'listByNormalised'
  | 'listIndexed'
  | 'listChildren'
  | 'findProposedReplacement'
>

export interface Autocoder<D extends CodingDictionary = CodingDictionary> {
  readonly dictionary: D
  readonly lists: CodingLists
  readonly lexicon: Lexicon
  readonly conventions: Conventions
  /** Made when first asked for: who only looks up exact terms does not wait for it. */
  readonly matcher: Matcher
  readonly confidence: Confidence
  /** Builds now what is else built when first asked for. */
  prepare(): void
  /** What is asked of `confident`; null where the study takes exact and normalised terms only. */
  readonly promise: ModelPromise | null
}

/** What a study that says nothing wants: every sign of doubt to a person. */
export const DEFAULT_CONVENTIONS: Conventions = {
  provisional: 'review',
  modified: 'review',
  history: 'review',
  procedure: 'review',
}
export const DEFAULT_PRECISION = 0.99

export function toAutocoder<D extends CodingDictionary>({
  dictionary,
  lexicon,
  lists = NO_LISTS,
  conventions = DEFAULT_CONVENTIONS,
  precision = DEFAULT_PRECISION,
  model = MODEL,
  borrowed,
}: {
  readonly dictionary: D
  readonly lexicon: Lexicon
  readonly lists?: CodingLists
  readonly conventions?: Conventions
  readonly precision?: TargetPrecision
  readonly model?: MatcherModel
  /** Names that another dictionary knows for its concepts: they lead people to terms of this one. */
  readonly borrowed?: readonly NameGroup[]
}): Autocoder<D> {
  let matcher: Matcher | undefined
  let names = borrowed
  const toMatcher = (): Matcher => {
    if (matcher !== undefined) return matcher
    const own = dictionary.listIndexed()
    matcher = new Matcher(names === undefined ? own : borrowNames(own, names), lexicon, toRankingWeights(model))
    names = undefined // 100,000 of them, and not needed again
    return matcher
  }
  return {
    dictionary,
    lists,
    lexicon,
    conventions,
    get matcher() {
      return toMatcher()
    },
    prepare() {
      toMatcher()
      dictionary.listByFold('')
      dictionary.listByNormalised('')
    },
    confidence: new Confidence(model.confidence),
    promise: findPromise(precision, model),
  }
}

/** The same with other lists: dictionary, lexicon and matcher are shared, the matcher made when either first asks for it. */
export function withLists<A extends Autocoder>(coder: A, lists: CodingLists): A {
  const own = { ...Object.getOwnPropertyDescriptors(coder), lists: { value: lists, enumerable: true } }
  return Object.create(Object.getPrototypeOf(coder) as object, own) as A
}

function toRankingWeights({ ranking }: MatcherModel): Float64Array {
  return Float64Array.from(FEATURES, (name) => ranking[name] ?? 0)
}

/** The least demanding promise that is at least as precise; null where none is, or where none is wanted. */
export function findPromise(precision: TargetPrecision, { promises }: MatcherModel = MODEL): ModelPromise | null {
  if (precision === 'exact-only') return null
  return promises.find((promise) => promise.precision >= precision) ?? null
}
