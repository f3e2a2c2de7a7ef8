/**
 * OpenAE in the native MedDRA ASCII layout, with the sidecar for what that layout has no place for.
 * Knows the fields of each file; knows nothing of the sources' grammar or the file system.
 */
import { toAdditionVersion, toCurrentVersion } from './code-ledger.ts'
import type { StandardQuery } from './queries.ts'
import { listContent, listFirstContent, QUERY_CONTENT_FILE } from './query-content.ts'
import { HISTORY_FILE, toChangedFiles } from './release-changes.ts'
import type { Path, PlacedConcept, Terminology } from './terminology.ts'

const LANGUAGE = 'English'
/** Columns of coding systems that MedDRA once referred to; always empty since its release 15.0. */
const LEGACY_COLUMNS: readonly string[] = Array(7).fill('')

type Row = readonly string[]

/**
 * The built files, name → text, the same for the same terminology. Lines end in CRLF as in a MedDRA distribution.
 * A version with a day has .seq files, and a history that goes on from that of the release before.
 */
export function toAsciiFiles(terminology: Terminology): ReadonlyMap<string, string> {
  const files = toReleaseFiles(terminology)
  const changed = findChangedRelease(terminology)
  if (changed === undefined) return files
  return new Map([...files, ...toChangedFiles(changed.before, files, changed)])
}

/** The release whose changes are to be stated, and as of when; undefined where none are. */
function findChangedRelease({ ledger, predecessor }: Pick<Terminology, 'ledger' | 'predecessor'>) {
  const { version, date } = toCurrentVersion(ledger)
  if (date === undefined || predecessor === undefined) return undefined
  return { version, date, before: predecessor.texts }
}

function toReleaseFiles(terminology: Terminology): ReadonlyMap<string, string> {
  const { systems, concepts, replacements } = terminology
  const { version } = toCurrentVersion(terminology.ledger)
  const groups = systems.flatMap((system) => system.groups.map((group) => ({ system, group })))
  const subgroups = groups.flatMap(({ group }) => group.subgroups.map((subgroup) => ({ group, subgroup })))
  return new Map([
    ['llt.asc', toText(concepts.flatMap(toLltRows))],
    ['pt.asc', toText(concepts.map(toPtRow))],
    ['hlt.asc', toText(subgroups.map(({ subgroup: { code, name } }) => [code, name, ...LEGACY_COLUMNS]))],
    ['hlgt.asc', toText(groups.map(({ group: { code, name } }) => [code, name, ...LEGACY_COLUMNS]))],
    ['soc.asc', toText(systems.map(({ code, name, abbreviation }) => [code, name, abbreviation, ...LEGACY_COLUMNS]))],
    ['hlt_pt.asc', toText(concepts.flatMap((placed) => listPaths(placed).map((path) => toHltPtRow(path, placed))))],
    ['hlgt_hlt.asc', toText(subgroups.map(({ group, subgroup }) => [group.code, subgroup.code]))],
    ['soc_hlgt.asc', toText(groups.map(({ system, group }) => [system.code, group.code]))],
    ['mdhier.asc', toText(concepts.flatMap((placed) => listPaths(placed).map((path) => toHierarchyRow(path, placed))))],
    ['intl_ord.asc', systems.map(({ code }, index) => toLine([String(index + 1), code])).join('')],
    ['meddra_release.asc', toLine([version, LANGUAGE, '', '', ''])],
    [HISTORY_FILE, toFirstHistory(terminology)],
    ['smq_list.asc', toText(terminology.queries.map((query) => toQueryRow(query, version)))],
    [QUERY_CONTENT_FILE, toText(toQueryContent(terminology))],
    ['dictionary.json', toSidecar({ version, concepts, replacements })],
  ])
}

function listPaths({ primary, secondary }: PlacedConcept): Path[] {
  return [primary, ...secondary]
}

/** A concept is a term of its own, under the same code, as every PT is an LLT. */
function toLltRows({ concept }: PlacedConcept): Row[] {
  return [{ ...concept, replacement: undefined }, ...concept.terms].map(({ code, name, replacement }) => [
    code,
    name,
    concept.code,
    ...Array<string>(6).fill(''),
    replacement === undefined ? 'Y' : 'N',
    '',
  ])
}

function toPtRow({ concept, primary }: PlacedConcept): Row {
  return [concept.code, concept.name, '', primary.system.code, ...LEGACY_COLUMNS]
}

function toHltPtRow({ subgroup }: Path, { concept }: PlacedConcept): Row {
  return [subgroup.code, concept.code]
}

function toHierarchyRow(path: Path, { concept, primary }: PlacedConcept): Row {
  const { system, group, subgroup } = path
  return [
    concept.code,
    subgroup.code,
    group.code,
    system.code,
    concept.name,
    subgroup.name,
    group.name,
    system.name,
    system.abbreviation,
    '',
    primary.system.code,
    path === primary ? 'Y' : 'N',
  ]
}

/** smq_code, name, level, description, source, note, version, status (A: active), algorithm (N: none). */
function toQueryRow({ code, name, about }: StandardQuery, version: string): Row {
  return [code, name, '1', about, 'Written for OpenAE', '', version, 'A', 'N']
}

function toQueryContent(terminology: Terminology): readonly Row[] {
  const { queries, ledger } = terminology
  const changed = findChangedRelease(terminology)
  if (changed !== undefined) return listContent(queries, changed)
  return listFirstContent(queries, (code) => toAdditionVersion(ledger, code))
}

/** Every code with the version that brought it. Unlike all other files, these records have no trailing `$`. */
function toFirstHistory({ systems, concepts, ledger }: Terminology): string {
  const groups = systems.flatMap((system) => system.groups)
  const subgroups = groups.flatMap((group) => group.subgroups)
  const toRows = (type: string, entries: readonly { code: string; name: string }[]): Row[] =>
    entries.map(({ code, name }) => [code, name, toAdditionVersion(ledger, code), type, '', 'A'])
  const rows = [
    ...toRows('SOC', systems),
    ...toRows('HLGT', groups),
    ...toRows('HLT', subgroups),
    ...toRows(
      'PT',
      concepts.map(({ concept }) => concept),
    ),
    ...concepts
      .flatMap(toLltRows)
      .map(([code = '', name = '', ...rest]) => [
        code,
        name,
        toAdditionVersion(ledger, code),
        'LLT',
        rest[7] ?? '',
        'A',
      ]),
  ]
  return rows
    .map((fields) => `${fields.join('$')}\r\n`)
    .sort(byCodeUnits)
    .join('')
}

function toSidecar({
  version,
  concepts,
  replacements,
}: Pick<Terminology, 'concepts' | 'replacements'> & { version: string }): string {
  const sexSpecific = concepts
    .flatMap(({ concept: { code, sex } }) => (sex === undefined ? [] : [{ pt: code, sex }]))
    .sort((one, other) => Number(one.pt) - Number(other.pt))
  const sidecar = {
    name: 'OpenAE',
    version,
    licence: 'CC0-1.0',
    language: LANGUAGE,
    sexSpecific,
    replacements: replacements.toSorted((one, other) => Number(one.llt) - Number(other.llt)),
  }
  return `${JSON.stringify(sidecar, null, 2)}\n`
}

/** Rows by code, so that moving a line in a source changes nothing in the build that it does not mean. */
function toText(rows: readonly Row[]): string {
  return rows.map(toLine).sort(byCodeUnits).join('')
}

function toLine(fields: Row): string {
  return `${fields.join('$')}$\r\n`
}

/** Never by locale: the order must be the same on every machine. */
function byCodeUnits(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
