/** The project's own gold verbatims: what a site wrote and what it should lead to. Knows the file; matches nothing. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const GOLD_ROUTES = ['code', 'review', 'split', 'query'] as const
export type GoldRoute = (typeof GOLD_ROUTES)[number]

export interface GoldRow {
  readonly verbatim: string
  readonly domain: 'AE' | 'MH'
  /** Names of concepts of OpenAE; several for a split, none where nothing is to be proposed. */
  readonly concepts: readonly string[]
  readonly route: GoldRoute
  readonly note: string
}

/**
 * `tune` may be looked at; `frozen` only judges.
 * @throws Error for a line that is none
 */
export function readGold(half: 'tune' | 'frozen'): readonly GoldRow[] {
  const lines = readFileSync(join(import.meta.dirname, '..', 'gold', `${half}.tsv`), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.slice(1).map((line, i) => {
    const [verbatim = '', domain, concept = '', route, note = '', ...more] = line.split('\t')
    const isRoute = (GOLD_ROUTES as readonly (string | undefined)[]).includes(route)
    if ((domain !== 'AE' && domain !== 'MH') || !isRoute || more.length > 0 || verbatim === '')
      throw new Error(`test/gold/${half}.tsv:${i + 2}: "${line}" is no row`)
    const concepts = concept === '-' ? [] : concept.split(' + ')
    return { verbatim, domain, concepts, route: route as GoldRoute, note }
  })
}
