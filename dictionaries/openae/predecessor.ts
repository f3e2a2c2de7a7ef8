/**
 * What a new version may do with the codes of the release before it. Knows the two sets of codes and the rules between
 * them; knows nothing of one version's own rules.
 */
import type { ReleaseTexts } from '../meddra/records.ts'
import {
  type CodeLedger,
  findPreviousVersion,
  LEDGER_FILE,
  type LedgerVersion,
  toCurrentVersion,
} from './code-ledger.ts'
import { RELEASES_FILE, type Releases } from './releases.ts'
import { addFault, type Faults, type Place } from './source-format.ts'

/** The folder of the release before, as it stands beside the sources. */
export interface Predecessor {
  /** As toFolderHash gives it. */
  readonly sha256: string
  /** Its .asc files, name → text. */
  readonly texts: ReleaseTexts
}

/** What a line of the sources is. A concept and a term may become one another; nothing else changes its kind. */
const KINDS = ['body system', 'group', 'subgroup', 'concept or term', 'standard query'] as const
export type Kind = (typeof KINDS)[number]

/** A line with a code, in any source. */
export interface CodedLine {
  readonly kind: Kind
  readonly code: string
  readonly place: Place
}

const FILES: Readonly<Record<Kind, string>> = {
  'body system': 'soc.asc',
  group: 'hlgt.asc',
  subgroup: 'hlt.asc',
  // A concept stands there, too.
  'concept or term': 'llt.asc',
  'standard query': 'smq_list.asc',
}

/**
 * Is the release before there, whole, and as it was released? Only then can be said what changed since.
 * A version without a day (the first ones) states no changes and does without.
 */
export function checkPredecessor(
  predecessor: Predecessor | undefined,
  { ledger, releases }: { readonly ledger: CodeLedger; readonly releases: Releases },
  faults: Faults,
) {
  const [current, previous] = [ledger.versions.at(-1), findPreviousVersion(ledger)]
  if (current === undefined || previous === undefined) return
  const { version } = previous
  const frozen = releases.get(version)
  if (predecessor === undefined) {
    if (current.date === undefined) return
    addFault(faults, current.place, {
      found: `version ${current.version}, but the folder of ${version} is not there`,
      expected: 'the release before it, against which it states its changes',
      action: `Put the folder ${version} back as it was released`,
    })
  } else if (frozen === undefined) {
    if (current.date === undefined) return
    addFault(faults, current.place, {
      found: `version ${current.version}, but ${version} is not in ${RELEASES_FILE}`,
      expected: 'the version before to be released and frozen',
      action: `Take this line away, run "npm run dictionary:build -- --freeze", which freezes ${version}, and put the line back`,
    })
  } else if (frozen.sha256 !== predecessor.sha256) {
    addFault(faults, frozen.place, {
      found: `the folder ${version} has the hash ${predecessor.sha256}`,
      expected: `${frozen.sha256}: a released version never changes`,
      action: `Put the folder ${version} back as it was released`,
    })
  }
}

/**
 * Does every code mean what it meant? A term of the release before is a term for ever, if a non-current one (MedDRA, too,
 * keeps every LLT); a concept may become a term and a term a concept; all else keeps its kind or is retired.
 * @returns the codes that a fault was found with
 */
export function checkSuccession(
  predecessor: Predecessor | undefined,
  { ledger, lines }: { readonly ledger: CodeLedger; readonly lines: readonly CodedLine[] },
  faults: Faults,
): ReadonlySet<string> {
  const told = new Set<string>()
  const previous = findPreviousVersion(ledger)
  if (predecessor === undefined || previous === undefined) return told
  const tell = (code: string, place: Place, problem: { found: string; expected?: string; action?: string }) => {
    told.add(code)
    addFault(faults, place, problem)
  }
  const before = listCodes(predecessor.texts)
  for (const { kind, code, place } of lines) {
    const old = before.get(code)
    if (old !== undefined && old.kind !== kind) {
      const found = `code ${code} on a ${kind}; in ${previous.version} it is the ${old.kind} "${old.name}"`
      tell(code, place, {
        found,
        expected: `a ${old.kind}`,
        action: 'Put the code back, and let the build issue one here',
      })
    } else if (old === undefined && isOfVersion(code, previous)) {
      const found = `code ${code}, which ${previous.version} does not have`
      const expected = `a code of ${previous.version}, or one above ${previous.last}`
      tell(code, place, { found, expected, action: 'Take the code off the line and build' })
    }
  }
  const now = new Set(lines.map(({ code }) => code))
  for (const [code, { kind, name }] of before) {
    if (now.has(code) || kind !== 'concept or term') continue
    tell(code, ledger.retired.get(code) ?? { file: LEDGER_FILE, line: toCurrentVersion(ledger).place.line }, {
      found: `code ${code}, the term "${name}" of ${previous.version}, stands on no line`,
      expected: 'every term of a release in all later ones',
      action: 'Put its line back, as non-current if nobody should be coded to it, and do not retire it',
    })
  }
  return told
}

function isOfVersion(code: string, { last }: LedgerVersion): boolean {
  return /^\d{8}$/.test(code) && Number(code) <= last
}

function listCodes(texts: ReleaseTexts): ReadonlyMap<string, { readonly kind: Kind; readonly name: string }> {
  return new Map(
    KINDS.flatMap((kind) =>
      listRecords(texts, FILES[kind]).map(([code = '', name = '']) => [code, { kind, name }] as const),
    ),
  )
}

/** The fields of each record of a built file; none where the release does not have the file. */
export function listRecords(texts: ReleaseTexts, file: string): readonly (readonly string[])[] {
  const lines = (texts.get(file) ?? '').split('\r\n')
  return lines.filter((line) => line !== '').map((line) => line.split('$'))
}
