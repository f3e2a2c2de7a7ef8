/** Search in the names of all levels: what each level finds, in one order. Knows names as released; knows no codes. */
import { assertNever } from '../../schemas/errors.ts'
import type { SearchMode, SearchOptions } from '../dictionary.ts'
import { foldVerbatim } from './fold.ts'
import { compare, type NamePattern, TermSearch, toPattern } from './term-search.ts'

/** The names of one level, row by row; several rows may share a text. */
export interface LevelNames {
  readonly level: string
  readonly names: readonly string[]
}

/** A name that was found: row of its level. */
export interface LevelRow {
  readonly level: string
  readonly row: number
}

/** Names are folded, sorted and joined when a level is first searched: who never searches pays nothing. */
export class LevelSearch {
  readonly #levels: readonly { readonly level: string; readonly names: readonly string[]; search?: TermSearch }[]

  /** `levels`: broadest first. */
  constructor(levels: readonly LevelNames[]) {
    this.#levels = levels.map(({ level, names }) => ({ level, names }))
  }

  /**
   * Up to `limit` names as `Dictionary.search` orders them; none for a text that is empty when folded.
   * @throws RangeError for a limit or level that is none, and for `similar`, which the dictionary answers by its candidates
   */
  search(text: string, options: SearchOptions): readonly LevelRow[] {
    checkSearchOptions(
      options,
      this.#levels.map(({ level }) => level),
    )
    const folded = foldVerbatim(text)
    if (folded === '') return []
    const pattern = toNamePattern(folded, options.mode)
    const found = this.#levels
      .filter(({ level }) => options.level === undefined || level === options.level)
      .flatMap((each) => {
        each.search ??= new TermSearch(each.names.map(foldVerbatim))
        return each.search.list(pattern, options.limit).map((hit) => ({ level: each.level, ...hit }))
      })
    // Each level's rows come in this very order; the sort is stable, so broader levels stay first among equal names.
    found.sort((a, b) => Number(b.isFirst) - Number(a.isFirst) || compare(a.name, b.name))
    return found.slice(0, options.limit).map(({ level, row }) => ({ level, row }))
  }
}

/**
 * What every search of a dictionary checks at its door.
 * @throws RangeError for a limit that is no whole number from 1, or a level that is not among `levels`
 */
export function checkSearchOptions({ limit, level }: SearchOptions, levels: readonly string[]): void {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number from 1, not ${limit}`)
  if (level !== undefined && !levels.includes(level))
    throw new RangeError(`level must be one of ${levels.join(', ')}, not ${level}`)
}

function toNamePattern(folded: string, mode: SearchMode): NamePattern {
  switch (mode) {
    case 'exact':
    case 'begins':
    case 'contains':
      return { mode, text: folded }
    case 'wildcard':
      return { mode, pattern: toPattern(folded) }
    case 'similar':
      throw new RangeError('similar is no search in names: ask listCandidates')
    default:
      return assertNever(mode)
  }
}
