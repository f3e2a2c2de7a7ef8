/** Which of several lists a verbatim's meaning is taken from, and what decisions then name as what they rest on. */
import { expect, test } from 'vitest'
import { findSynonym } from '../pipeline/autocode/lists.ts'
import { type FileLists, toKitLists } from '../pipeline/kit-lists.ts'
import type { EntryInForce } from '../pipeline/store/lists.ts'
import { toSha256 } from '../schemas/content-id.ts'
import { CODED_DOMAINS } from '../schemas/records.ts'

const STUDY = 'ABC-101@test'
const OWNERS = { study: STUDY, sponsor: '@sponsor/ACME', global: '@global' } as const
const SCOPES = ['study', 'sponsor', 'global'] as const

const dictionary = {
  findTerm: (code: string) =>
    code === 'unknown' ? undefined : { code, text: code, conceptCode: code, isCurrent: !code.startsWith('old') },
}

/** `"study HA = 1"`, `"global AE HA = 2"`. */
function toApproved(texts: readonly string[]) {
  const entries = texts.map((text, index): EntryInForce & { scope: (typeof SCOPES)[number] } => {
    const [, scope = '', domain = '', verbatim = '', code = ''] = /^(\w+) (?:(AE|MH) )?(.+) = (\w+)$/.exec(text) ?? []
    return {
      scope: scope as (typeof SCOPES)[number],
      owner: OWNERS[scope as (typeof SCOPES)[number]],
      id: String(index + 1).padStart(32, '0'),
      domain: domain as 'AE' | 'MH' | '',
      folded: verbatim.toLowerCase(),
      verbatim,
      path: [{ level: 'LLT', code, text: code }],
    }
  })
  return SCOPES.map((scope) => ({
    scope,
    owner: OWNERS[scope],
    entries: entries.filter((each) => each.scope === scope),
  }))
}

function toFiles(rows: { readonly [folded: string]: string }): FileLists {
  const text = Object.entries(rows).join('\n')
  return {
    lists: {
      synonyms: new Map(Object.entries(rows).map(([folded, lltCode]) => [folded, { lltCode, source: 's.csv:2' }])),
      doNotAutocode: new Map(),
    },
    synonyms: text === '' ? [] : [{ name: 's.csv', sha256: toSha256(text), text }],
    doNotAutocode: [],
  }
}

function merge(texts: readonly string[], rows: { readonly [folded: string]: string } = {}) {
  return toKitLists(toFiles(rows), { approved: toApproved(texts), dictionary, domains: CODED_DOMAINS })
}

const PRECEDENCE: readonly (readonly [
  entries: readonly string[],
  rows: { readonly [folded: string]: string },
  meaning: { AE: string | undefined; MH: string | undefined },
])[] = [
  [['study HA = 1', 'sponsor HA = 2', 'global HA = 3'], { ha: '4' }, { AE: '1', MH: '1' }],
  [['sponsor HA = 2', 'global HA = 3'], { ha: '4' }, { AE: '4', MH: '4' }],
  [['sponsor HA = 2', 'global HA = 3'], {}, { AE: '2', MH: '2' }],
  [['global HA = 3'], {}, { AE: '3', MH: '3' }],
  [['study AE HA = 1', 'study HA = 2'], {}, { AE: '1', MH: '2' }],
  [['study AE HA = 1', 'global HA = 3'], { ha: '4' }, { AE: '1', MH: '4' }],
  [['sponsor AE HA = 1', 'study HA = 2'], {}, { AE: '2', MH: '2' }],
  [['sponsor AE HA = 1'], { ha: '4' }, { AE: '4', MH: '4' }],
  [['study MH HA = 1'], {}, { AE: undefined, MH: '1' }],
  [['study HA = old', 'sponsor HA = 2'], {}, { AE: '2', MH: '2' }],
]

test.each(PRECEDENCE)('of %j and the file %j the stronger list says %j', (entries, rows, meaning) => {
  const { lists } = merge(entries, rows)
  const of = (domain: string) => findSynonym(lists, 'ha', domain)?.lltCode
  expect({ AE: of('AE'), MH: of('MH') }).toEqual(meaning)
})

test('what cannot be assigned is left out and told, and nothing stops', () => {
  const { leftOut, lists } = merge(['study HA = old1', 'global SOB = unknown', 'study LBP = 5'])
  expect(leftOut.map(({ scope, entry }) => `${scope} ${entry.verbatim}`)).toEqual(['global SOB', 'study HA'])
  expect([...lists.synonyms.keys()]).toEqual(['lbp'])
})

test('without entries the artefact is that of the files, byte for byte; entries that code make another', () => {
  const rows = { ha: '4' }
  const [files] = merge([], rows).artefacts
  const text = 'ha,4'
  expect(files).toEqual({
    kind: 'synonyms',
    name: 's.csv',
    version: files.version,
    sha256: toSha256(`[{"name":"s.csv","sha256":"${toSha256(text)}"}]`),
    content: `[{"name":"s.csv","sha256":"${toSha256(text)}","text":"${text}"}]`,
  })
  expect(merge(['study HA = old1'], rows).artefacts[0], 'what is left out codes nothing').toEqual(files)
  expect(merge(['global HA = 1'], rows).artefacts[0], 'what a file says otherwise codes nothing').toEqual(files)
  const [both] = merge(['study HA = 1', 'global SOB = 2'], rows).artefacts
  expect(both.name).toBe(`s.csv, ${STUDY}, approved in the store, @global, approved in the store`)
  const parts = JSON.parse(both.content ?? '') as { owner?: string; text: string }[]
  expect(parts.map(({ owner, text }) => [owner, text])).toEqual([
    [undefined, text],
    [STUDY, `${'1'.padStart(32, '0')} * 1\n`],
    ['@global', `${'2'.padStart(32, '0')} * 2\n`],
  ])
})
