/** The dictionary browser: searching, and walking up and down. */
import {
  DictionaryQuery,
  Hits,
  type HitView,
  NodeParams,
  NodeView,
  SearchQuery,
} from '../../../schemas/api/dictionary.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import { AecoderError, type CodingKit, type Desk, lookAround, type NodeSurroundings } from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'

const HITS_SHOWN = 50

export const DICTIONARY_ROUTES: readonly Route[] = [
  toStudyRoute({
    method: 'POST',
    path: '/dictionary/search',
    summary: 'Search a dictionary of the study by text or code',
    permission: 'read-terms',
    body: SearchQuery,
    answer: Hits,
    run: async ({ desk, body }) => {
      const { dictionary } = findKit(desk, body)
      const { text, mode = 'contains', level, limit = HITS_SHOWN } = body
      const byCode = mode === 'contains' || mode === 'exact' ? dictionary.findNode(text.trim()) : undefined
      const found = dictionary.search(text, { mode, limit, ...(level === undefined ? {} : { level }) })
      const { name, version } = dictionary.ref
      return {
        rows: [...(byCode ? [byCode] : []), ...found].map((hit) => toHit(dictionary, hit)),
        dictionary: name,
        version,
      }
    },
  }),
  toStudyRoute({
    method: 'GET',
    path: '/dictionary/nodes',
    summary: 'The broadest level of a dictionary, to walk down from',
    permission: 'read-terms',
    query: DictionaryQuery,
    answer: NodeView,
    run: async ({ desk, query }) => {
      const { dictionary } = findKit(desk, query)
      const children = dictionary.listChildren().map((child) => toChild(dictionary, child))
      return { ...EMPTY, children }
    },
  }),
  toStudyRoute({
    method: 'GET',
    path: '/dictionary/nodes/:level/:code',
    summary: 'A node: its paths, what is above and below, its other names, notes and standard queries',
    permission: 'read-terms',
    params: NodeParams,
    query: DictionaryQuery,
    answer: NodeView,
    run: async ({ desk, params, query }) => {
      const { dictionary } = findKit(desk, query)
      const node = dictionary.findNode(params.code, params.level)
      if (node === undefined)
        throw new AecoderError('TERM_NOT_FOUND', {
          where: `${params.level} ${params.code}`,
          found: `no such node of ${dictionary.ref.name} ${dictionary.ref.version}`,
        })
      const around = lookAround(dictionary, node)
      const replacement = around.proposedReplacement
      return {
        node: toHit(dictionary, node),
        paths: around.paths.map(({ path, isPrimary }) => ({ path: path.map((each) => ({ ...each })), isPrimary })),
        parents: around.parents.map((parent) => ({ ...parent })),
        children: around.children.map((child) => toChild(dictionary, child)),
        names: around.terms.map(({ code, text, isCurrent }) => ({ code, text, isCurrent })),
        standardQueries: around.standardQueries.map(({ code, name, scope }) => ({
          code,
          name,
          scope: scope === 'narrow' ? ('narrow' as const) : ('broad' as const),
        })),
        notes: around.notes.map(({ kind, text }) => ({ kind, text })),
        replacement: replacement && { code: replacement.code, text: replacement.text },
      }
    },
  }),
]

type Dictionary = CodingKit['dictionary']

const EMPTY: NodeView = {
  node: null,
  paths: [],
  parents: [],
  children: [],
  names: [],
  standardQueries: [],
  notes: [],
  replacement: null,
}

function toHit(dictionary: Dictionary, hit: NodeSurroundings['node']): HitView {
  const { level, code, text, isCurrent, path } = hit
  const isAssignable = isCurrent && dictionary.findTerm(code)?.isCurrent === true && level === dictionary.levels.at(-1)
  return { level, code, text, isCurrent, isAssignable, path: path.map((node) => ({ ...node })) }
}

function toChild(dictionary: Dictionary, { level, code, text }: { level: string; code: string; text: string }) {
  return { level, code, text, isCurrent: dictionary.findNode(code, level)?.isCurrent ?? true }
}

/** The dictionary that is asked for; the main one of the domain where none is named. */
function findKit({ kits, study }: Desk, { domain = 'AE', dictionary }: Static<typeof DictionaryQuery>): CodingKit {
  const kit = kits.find(domain, dictionary) ?? kits.all.find((each) => each.dictionary.ref.name === dictionary)
  if (kit !== undefined) return kit
  throw new AecoderError('USAGE', {
    where: 'dictionary',
    found: `no dictionary of ${study.id}`,
    expected: kits.all.map((each) => each.dictionary.ref.name).join(', '),
  })
}
