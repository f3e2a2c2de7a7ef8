/**
 * Autocoding on OpenAE where any probability is enough: what is not coded is held back by a rule, so that no test hangs
 * on trained weights, and what must never be coded is not coded however sure the model is.
 */
import { type AutocodeResult, autocode } from '../../pipeline/autocode/autocode.ts'
import { type Autocoder, DEFAULT_CONVENTIONS } from '../../pipeline/autocode/autocoder.ts'
import type { ModelPromise } from '../../pipeline/autocode/model/model.ts'
import { DEFAULT_DICTIONARY, openAutocoder } from '../../pipeline/coding-kits.ts'
import type { Conventions } from '../../schemas/study.ts'
import type { AlignedToken, TermPath } from '../../schemas/terms.ts'

const ANY_PROBABILITY: ModelPromise = { precision: 0.99, probability: 0, coded: 0, right: 0, lowerBound: 0 }

export const CODER: Autocoder = { ...(await openAutocoder(DEFAULT_DICTIONARY.path)), promise: ANY_PROBABILITY }

/** A result, as the tables of the tests speak of it. */
export interface Read extends Pick<AutocodeResult, 'outcome' | 'step' | 'reason' | 'siteQuery'> {
  readonly isCoded: boolean
  /** The preferred term of the first candidate. */
  readonly pt: string | undefined
  /** Its lowest level term. */
  readonly llt: string | undefined
  readonly pts: readonly (string | undefined)[]
  /** Text of each part and the preferred term it leads to. */
  readonly parts: readonly (readonly [text: string, pt: string | undefined])[]
  readonly tokens: readonly AlignedToken[]
}

export function toPt(path: TermPath | undefined): string | undefined {
  return path?.find(({ level }) => level === 'PT')?.text
}

/** What comes of a verbatim, by default as an adverse event of a study that says nothing. */
export function read(
  verbatim: string,
  { domain = 'AE', conventions = {} }: { domain?: string; conventions?: Partial<Conventions> } = {},
): Read {
  const coder = { ...CODER, conventions: { ...DEFAULT_CONVENTIONS, ...conventions } }
  const { outcome, step, reason, siteQuery, coding, candidates, parts } = autocode(verbatim, coder, domain)
  return {
    outcome,
    step,
    reason,
    ...(siteQuery === undefined ? {} : { siteQuery }),
    isCoded: coding !== null,
    pt: toPt(candidates[0]?.path),
    llt: candidates[0]?.path.at(-1)?.text,
    pts: candidates.map(({ path }) => toPt(path)),
    parts: parts.map(({ text, candidate }) => [text, toPt(candidate.path)]),
    tokens: candidates[0]?.alignment?.tokens ?? [],
  }
}

/** The preferred term that a verbatim is coded to; undefined where a person decides. */
export function findCoded(verbatim: string, domain = 'AE'): string | undefined {
  const { isCoded, pt } = read(verbatim, { domain })
  return isCoded ? pt : undefined
}
