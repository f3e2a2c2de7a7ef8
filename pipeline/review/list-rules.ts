/** The rules of synonym lists: what may become of an entry, by whom, and what speaks against it. Pure; no storage, no clock. */
import { AecoderError, assertNever } from '../../schemas/errors.ts'
import type { EntryState, ListScope } from '../../schemas/lists.ts'
import { isSamePerson } from './rules.ts'

/** What a rule needs to know of an entry. */
export interface RuledEntry {
  readonly verbatim: string
  readonly state: EntryState
  readonly proposedBy: string
  /** Who brought it into its state. */
  readonly by: string
}

/** What a person does with an entry. */
export interface EntryAct {
  readonly kind: Exclude<EntryState, 'proposed'>
  readonly actor: string
  readonly reason: string | null
}

/** From which states an act leads on; rejected and retired are ends. */
const FROM: { readonly [kind in EntryAct['kind']]: EntryState } = {
  approved: 'proposed',
  rejected: 'proposed',
  retired: 'approved',
}

/** Whether an entry of the one state can come into the other. */
export function isNextState(from: EntryState | undefined, to: EntryState): boolean {
  return to === 'proposed' ? from === undefined : FROM[to] === from
}

/**
 * A second person approves or rejects a proposal; what is in force is retired. To reject and to retire need a reason.
 * @throws AecoderError ENTRY_NOT_ALLOWED
 */
export function checkEntryAct(entry: RuledEntry, { kind, actor, reason }: EntryAct): void {
  const where = `"${entry.verbatim}"`
  if (!isNextState(entry.state, kind))
    throw new AecoderError('ENTRY_NOT_ALLOWED', {
      where,
      found: `the entry is ${toStateText(entry.state)} (by ${entry.by})`,
      expected: kind === 'retired' ? 'one that is in force' : 'one that waits for a second person',
      action: toAdvice(entry.state),
    })
  if (kind === 'approved' && isSamePerson(entry.proposedBy, actor))
    throw new AecoderError('ENTRY_NOT_ALLOWED', {
      where,
      found: `${actor} proposed this entry`,
      expected: 'a second person',
      action: 'Ask someone else to look at it',
    })
  if (kind !== 'approved' && !reason?.trim())
    throw new AecoderError('ENTRY_NOT_ALLOWED', {
      where,
      found: `no reason for what is ${kind}`,
      action: 'Give one: --reason "..."',
    })
}

function toStateText(state: EntryState): string {
  return state === 'approved' ? 'in force' : state
}

function toAdvice(state: EntryState): string {
  switch (state) {
    case 'proposed':
      return 'Reject it, or approve it first'
    case 'approved':
      return 'Retire it, then propose anew'
    case 'rejected':
    case 'retired':
      return 'Propose it anew'
    default:
      return assertNever(state)
  }
}

/** A term as far as an entry can be held against it. */
export interface ListedTerm {
  readonly code: string
  readonly text: string
  /** Terms of one concept say the same. */
  readonly concept: string
}

/** What is known around an entry: everything here is about the same folded verbatim, and domains that the entry covers. */
export interface EntrySurroundings {
  /** The entry's own term in the dictionary in force; null where that does not hold its code. */
  readonly term: (ListedTerm & { readonly isCurrent: boolean }) | null
  /** Name and version of that dictionary; undefined where the study has none of that name, and nothing can be said of terms. */
  readonly dictionary: string | undefined
  /** Current terms that have the verbatim's very words. */
  readonly sameWords: readonly ListedTerm[]
  /** Other entries, proposed or in force. */
  readonly others: readonly (ListedTerm & {
    readonly scope: ListScope
    readonly state: EntryState
  })[]
  /** Rows of the study's list files. */
  readonly rows: readonly (ListedTerm & { readonly source: string })[]
  /** On the do-not-autocode list. */
  readonly barred: { readonly reason: string; readonly source: string } | undefined
  /** What the study's term of these words is coded to. */
  readonly coded: readonly (ListedTerm & { readonly by: string })[]
}

/** What speaks against an entry, one sentence each; nothing where it is at an end. */
export function listContradictions(
  entry: ListedTerm & { readonly state: EntryState },
  { term, dictionary, sameWords, others, rows, barred, coded }: EntrySurroundings,
): string[] {
  if (entry.state === 'rejected' || entry.state === 'retired') return []
  const isOther = ({ concept }: ListedTerm) => concept !== entry.concept
  const found: string[] = []
  if (dictionary !== undefined && term === null)
    found.push(`${dictionary} does not hold its code ${entry.code}: it is left out`)
  if (term !== null && !term.isCurrent)
    found.push(`${toNamed(term)} is not current any more in ${dictionary}: it is left out`)
  for (const same of sameWords.filter(isOther))
    found.push(`${toNamed(same)} has these very words: the verbatim is ambiguous and waits for a person`)
  for (const other of others.filter(isOther)) {
    const stands = other.state === 'approved' ? 'says' : 'is proposed to say'
    found.push(`The ${other.scope} list ${stands} ${toNamed(other)}`)
  }
  for (const row of rows.filter(isOther)) found.push(`${row.source} says ${toNamed(row)}`)
  if (barred !== undefined)
    found.push(`It is on the do-not-autocode list (${barred.source}): a person decides it all the same`)
  for (const code of coded.filter(isOther)) found.push(`This study's term is coded to ${toNamed(code)} by ${code.by}`)
  return found
}

function toNamed({ text, code }: ListedTerm): string {
  return `"${text}" (${code})`
}
