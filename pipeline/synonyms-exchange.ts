/** Synonym lists as files: a list written out for a spreadsheet or another study, and a file's rows proposed as entries. */
import { toSafeCsv } from '../schemas/csv-cell.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile } from '../schemas/files.ts'
import { ENTRY_STATES, type EntryState, type ListScope } from '../schemas/lists.ts'
import { CODED_DOMAINS, type CodedDomain } from '../schemas/records.ts'
import { findAssignable } from './act.ts'
import type { CodingKits } from './coding-kits.ts'
import { type ProposalRow, readProposals } from './ingest/read-lists.ts'
import { MASK, type Masks } from './review/redaction.ts'
import type { Actor } from './store/chain.ts'
import { listEntries, type NewEntry, recordProposals, type StoredEntry } from './store/lists.ts'
import { findMasks } from './store/redactions.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'
import { findListKit, findOwner, toEntryWords } from './synonyms.ts'

const COLUMNS = [
  'verbatim',
  'domain',
  'dictionary',
  'code',
  'term',
  'state',
  'reason',
  'proposed_by',
  'proposed_at',
  'decided_by',
  'decided_at',
  'decided_reason',
  'origin',
  'id',
] as const

const PAGE = 1000

/** A list as CSV, all states, the newest entry first. A study's list file may be such a file: it uses the approved rows. */
export async function exportSynonyms(
  study: Study,
  { store, scope, state }: { store: Pick<Store, 'db'>; scope: ListScope; state?: EntryState },
): Promise<{ text: string; entries: number }> {
  const owner = findOwner(study, scope)
  const masks = await findMasks(store, study.id)
  const rows: string[][] = []
  for (let after: StoredEntry | undefined; ; ) {
    const page = await listEntries(store, [owner], {
      limit: PAGE,
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { after }),
    })
    rows.push(...page.map((entry) => toRow(masks.toShownAbout(entry, entry.folded))))
    after = page.at(-1)
    if (page.length < PAGE) return { text: toSafeCsv(COLUMNS, rows), entries: rows.length }
  }
}

function toRow({ verbatim, domain, terminology, path, state, steps, origin, id }: StoredEntry): string[] {
  const { code = '', text = '' } = path.at(-1) ?? {}
  const [proposal, decided] = [steps[0], steps.length > 1 ? steps.at(-1) : undefined]
  return [
    verbatim,
    domain,
    terminology,
    code,
    text,
    state,
    proposal.reason ?? '',
    proposal.actor,
    proposal.at,
    decided?.actor ?? '',
    decided?.at ?? '',
    decided?.reason ?? '',
    origin,
    id,
  ]
}

export interface ImportReport {
  readonly proposed: number
  /** Rows that the list has already, in force or waiting. */
  readonly known: number
  /** Rows of a state that no list uses, rejected or retired, and those with hidden words. */
  readonly passedOver: number
}

/** Faults named one by one; beyond it only counted. */
const FAULTS_NAMED = 20

/**
 * Proposes the rows of a file, all of them or none; each waits for a second person, whatever state the file says.
 * @throws AecoderError LIST_INVALID with the line of every row that cannot be one
 */
export async function importSynonyms(
  study: Study,
  {
    store,
    kits,
    scope,
    file,
    actor,
  }: { store: Store; kits: CodingKits; scope: ListScope; file: SourceFile; actor: Actor },
): Promise<ImportReport> {
  const owner = findOwner(study, scope)
  const entries = new Map<string, NewEntry>()
  const faults: string[] = []
  const counts = { known: 0, passedOver: 0 }
  const masks = await findMasks(store, study.id)
  for await (const row of readProposals(file)) {
    if (row.state === 'rejected' || row.state === 'retired' || row.verbatim.includes(MASK)) {
      counts.passedOver++
      continue
    }
    try {
      const entry = toEntry(row, { kits, masks })
      const saying = JSON.stringify([entry.domain, entry.terminology, entry.folded, entry.path.at(-1)?.code])
      if (entries.has(saying)) counts.known++
      else entries.set(saying, entry)
    } catch (error) {
      if (!(error instanceof AecoderError)) throw error
      const { found, expected } = error.facts
      faults.push(`${row.at}: ${found}${expected === undefined ? '' : ` (expected ${expected})`}`)
    }
  }
  if (faults.length > 0) throw toFaulty(file.name, faults)
  const { proposed, known } = await recordProposals(store, owner, {
    entries: [...entries.values()],
    actor,
    reason: null,
  })
  return { proposed: proposed.length, known: known.length + counts.known, passedOver: counts.passedOver }
}

function toEntry(
  { at, verbatim, code, domain, dictionary, state, reason }: ProposalRow,
  { kits, masks }: { kits: CodingKits; masks: Masks },
): NewEntry {
  if (state !== '' && !(ENTRY_STATES as readonly string[]).includes(state))
    throw toFault(`state "${state}"`, ENTRY_STATES.join(', '))
  const only = toDomain(domain)
  const kit = findListKit(kits, { domain: only, ...(dictionary === '' ? {} : { terminology: dictionary }) })
  if (code === '') throw toFault('no code', 'the code of a current term')
  return {
    domain: only ?? '',
    terminology: kit.dictionary.ref.name,
    ...toEntryWords(verbatim, masks),
    path: findAssignable(kit.dictionary, code),
    origin: at,
    reason: reason === '' ? null : reason,
  }
}

function toDomain(domain: string): CodedDomain | null {
  if (domain === '') return null
  const known = CODED_DOMAINS.find((each) => each === domain.toUpperCase())
  if (known === undefined) throw toFault(`domain "${domain}"`, `${CODED_DOMAINS.join(', ')} or nothing`)
  return known
}

function toFault(found: string, expected: string): AecoderError {
  return new AecoderError('LIST_INVALID', { where: 'row', found, expected })
}

function toFaulty(where: string, faults: readonly string[]): AecoderError {
  const named = faults.slice(0, FAULTS_NAMED).map((fault) => `\n  - ${fault}`)
  const more = faults.length > FAULTS_NAMED ? `\n  - and ${faults.length - FAULTS_NAMED} more` : ''
  return new AecoderError('LIST_INVALID', {
    where,
    found: `${faults.length} ${faults.length === 1 ? 'row needs' : 'rows need'} a change; nothing was taken in:${named.join('')}${more}`,
  })
}
