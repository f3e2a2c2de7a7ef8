/** Checking synonym lists: entries and steps are those the chain tells of, and what codings rested on was in force. Reads only. */
import { type Kysely, sql } from 'kysely'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import type { Json } from '../../schemas/content-id.ts'
import type { EntryState } from '../../schemas/lists.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { isNextState } from '../review/list-rules.ts'
import { isSamePerson } from '../review/rules.ts'
import { toList } from './bulk.ts'
import { digestProposals, toEntryId } from './lists.ts'
import type { Tables } from './tables.ts'

type Faults = { add(text: string): void }

/** Kinds of events that vouch for steps, each with the step's kind. */
const STEP_OF: { readonly [kind: string]: EntryState | undefined } = {
  'list-proposed': 'proposed',
  'list-approved': 'approved',
  'list-rejected': 'rejected',
  'list-retired': 'retired',
}

/** The entries of one owner: a study, or a scope over several. */
export async function checkLists(
  db: Kysely<Tables>,
  owner: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Faults },
): Promise<void> {
  const entries = await db.selectFrom('list_entry').selectAll().where('study', '=', owner).orderBy('id').execute()
  for (const row of entries) {
    const path = JSON.parse(row.path) as TermPath
    const id = toEntryId(owner, row.seq, { ...row, path })
    const isWhole =
      row.kind === 'synonym' && row.code === path.at(-1)?.code && row.folded === foldVerbatim(row.verbatim)
    if (id !== row.id || !isWhole) faults.add(`list entry ${row.id}: its content was changed`)
  }
  const steps = await readSteps(db, owner)
  const told = Map.groupBy(steps, (step) => step.seq)
  for (const [seq, event] of vouched) {
    const { kind, body } = event as { kind: string; body: { entry?: unknown; entries?: string } }
    const wanted = STEP_OF[kind]
    if (wanted === undefined) continue
    const of = told.get(seq) ?? []
    told.delete(seq)
    const isIt =
      of.length > 0 &&
      of.every(
        (step) => step.kind === wanted && step.moment === step.at && step.by === step.actor && step.known === step.auth,
      ) &&
      (wanted === 'proposed'
        ? digestProposals(of.map(({ entry, reason }) => ({ id: entry, reason }))) === body.entries &&
          of.every((step) => step.entry_seq === seq)
        : of.length === 1 && of[0]?.entry === body.entry && of[0]?.reason === of[0]?.why)
    if (!isIt) faults.add(`event ${seq}: what it tells of the list is not what stands there`)
  }
  for (const seq of told.keys()) faults.add(`list step of event ${seq}: the chain does not tell of it`)
  checkOrder(entries, steps, faults)
}

/** Every entry was proposed first, and came from state to state as the rules have it. */
function checkOrder(
  entries: readonly Tables['list_entry'][],
  steps: readonly Tables['list_step'][],
  faults: Faults,
): void {
  const stepsOf = Map.groupBy(steps, (step) => step.entry)
  for (const { id } of entries) if (!stepsOf.has(id)) faults.add(`list entry ${id}: nobody proposed it`)
  const known = new Set(entries.map(({ id }) => id))
  for (const [entry, of] of stepsOf) {
    if (!known.has(entry)) faults.add(`list entry ${entry}: there are steps of it, and it is not there`)
    let state: EntryState | undefined
    for (const { kind, actor } of of) {
      const isAllowed = isNextState(state, kind) && !(kind === 'approved' && isSamePerson(actor, of[0]?.actor ?? ''))
      if (!isAllowed)
        faults.add(`list entry ${entry}: it cannot be ${kind} by ${actor} after it was ${state ?? 'nothing'}`)
      state = kind
    }
  }
}

async function readSteps(db: Kysely<Tables>, owner: string) {
  const { rows } = await sql<
    Tables['list_step'] & {
      moment: string | null
      by: string | null
      known: string | null
      why: string | null
      entry_seq: number | null
    }
  >`
    select s.*, v.at as moment, v.actor as by, v.auth as known, v.reason as why, e.seq as entry_seq
    from list_step s left join event v on v.study = s.study and v.seq = s.seq
    left join list_entry e on e.study = s.study and e.id = s.entry
    where s.study = ${owner} order by s.entry, s.seq`.execute(db)
  return rows
}

/** A part of a kept list artefact that names entries of the store. */
interface EntryPart {
  readonly owner?: string
  readonly text: string
}

/**
 * The lists that a study's codes rested on, as far as they are entries of the store: each entry is in its owner's list,
 * says what the artefact says, and was approved.
 * @returns the owners that were named, the study itself among them
 */
export async function checkListArtefacts(db: Kysely<Tables>, study: string, faults: Faults): Promise<Set<string>> {
  const { rows } = await sql<{ sha256: string; content: string }>`
    select distinct a.sha256, a.content from setting s join artefact a on a.kind = s.kind and a.sha256 = s.sha256
    where s.study = ${study} and s.kind = 'synonyms' and a.content is not null`.execute(db)
  const lines = new Map<string, Set<string>>()
  for (const { content } of rows)
    for (const { owner, text } of parseParts(content))
      if (owner !== undefined)
        lines.set(owner, new Set([...(lines.get(owner) ?? []), ...text.split('\n').filter((line) => line !== '')]))
  for (const [owner, of] of lines) {
    const ids = [...of].map((line) => line.slice(0, 32))
    const { rows: approved } = await sql<{ id: string; domain: string; code: string }>`
      select e.id, e.domain, e.code from list_entry e
      where e.study = ${owner} and e.id in ${toList(ids)}
        and exists (select 1 from list_step s where s.study = e.study and s.entry = e.id and s.kind = 'approved')`.execute(
      db,
    )
    const known = new Set(approved.map(({ id, domain, code }) => [id, domain || '*', code].join(' ')))
    for (const line of of)
      if (!known.has(line))
        faults.add(
          `list entry ${line.slice(0, 32)}: codes rested on it, and the list of ${owner} never had it in force`,
        )
  }
  return new Set(lines.keys())
}

function parseParts(content: string): EntryPart[] {
  try {
    return JSON.parse(content) as EntryPart[]
  } catch {
    return [] // told where artefacts are checked
  }
}
