/**
 * Entries of synonym lists and what became of them, each act with its event in the chain of the list's owner: a study, or
 * a scope over several. Knows no rule: review/ decides, this records.
 */
import { type Kysely, sql } from 'kysely'
import { type Json, toCanonicalJson, toContentId, toSha256 } from '../../schemas/content-id.ts'
import type { EntryState } from '../../schemas/lists.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { type Cell, insertRows, toList } from './bulk.ts'
import { type Actor, appendEvent, findHead } from './chain.ts'
import { registerStudy, type Store } from './store.ts'
import type { Tables } from './tables.ts'

type Db = { readonly db: Kysely<Tables> }

/** What an entry says: in this dictionary, and this domain or every one (empty), the verbatim means that term. */
export interface NewEntry {
  readonly domain: CodedDomain | ''
  readonly terminology: string
  readonly folded: string
  readonly verbatim: string
  /** In the dictionary it was proposed in; ends in the term. */
  readonly path: TermPath
  /** Where it came from: `decision <id>`, a file's row, a person. */
  readonly origin: string
  /** Why it is proposed. */
  readonly reason: string | null
}

/** What happened to an entry. */
export interface EntryStep {
  readonly kind: EntryState
  readonly seq: number
  readonly actor: string
  readonly at: string
  readonly reason: string | null
}

export interface StoredEntry extends Omit<NewEntry, 'reason'> {
  readonly owner: string
  readonly id: string
  readonly seq: number
  readonly state: EntryState
  /** The proposal first, the step that made the state last. */
  readonly steps: readonly [EntryStep, ...EntryStep[]]
}

/** An entry's identity: everything it says, and when in its owner's chain it was said. */
export function toEntryId(owner: string, seq: number, entry: Omit<NewEntry, 'reason'>): string {
  const { domain, terminology, folded, verbatim, path, origin } = entry
  const nodes = path.map(({ level, code, text }) => [level, code, text])
  return toContentId(
    toCanonicalJson([owner, seq, 'synonym', domain, terminology, folded, verbatim, nodes, origin] as Json),
  )
}

/** One digest for the proposals an event stands for, with why each was made. */
export function digestProposals(proposals: readonly { readonly id: string; readonly reason: string | null }[]): string {
  return toSha256(
    proposals
      .map(({ id, reason }) => toCanonicalJson([id, reason]))
      .sort()
      .join('\n'),
  )
}

/**
 * Proposes entries with one event. Those that stand already, in force or waiting with the same term, are left out.
 * @returns the ids of what was proposed, and what stood already
 */
export async function recordProposals(
  store: Store,
  owner: string,
  { entries, actor, reason }: { entries: readonly NewEntry[]; actor: Actor; reason: string | null },
): Promise<{ proposed: string[]; known: StoredEntry[] }> {
  await registerStudy(store, { id: owner, protocol: owner, environment: '' }) // a study is registered already
  return store.db.transaction().execute(async (trx) => {
    const folded = entries.map((entry) => entry.folded)
    const standing = (await listEntriesOf({ db: trx }, [owner], { folded })).filter(({ state }) => isStanding(state))
    const bySaying = new Map(standing.map((entry) => [toSaying(entry), entry]))
    const known = entries.flatMap((entry) => bySaying.get(toSaying(entry)) ?? [])
    const fresh = entries.filter((entry) => !bySaying.has(toSaying(entry)))
    const [first] = fresh
    if (first === undefined) return { proposed: [], known }
    const seq = (await findHead(trx, owner)).seq + 1
    const ids = fresh.map((entry) => toEntryId(owner, seq, entry))
    const digest = digestProposals(fresh.map((entry, index) => ({ id: ids[index] ?? '', reason: entry.reason })))
    const { at } = await appendEvent(trx, owner, {
      event: {
        kind: 'list-proposed',
        object: fresh.length === 1 ? `list entry ${ids[0]}` : `${fresh.length} list entries`,
        actor,
        reason,
        body: { entries: digest, count: fresh.length, ...(fresh.length === 1 ? toTold(first) : {}) },
      },
      ambience: store.ambience,
    })
    const rows = fresh.map(({ domain, terminology, folded, verbatim, path, origin }, index): Cell[] => {
      const code = path.at(-1)?.code ?? ''
      const id = ids[index] ?? ''
      return [owner, id, seq, 'synonym', domain, terminology, folded, verbatim, code, JSON.stringify(path), origin]
    })
    const steps = fresh.map((entry, index): Cell[] => {
      return [owner, ids[index] ?? '', seq, 'proposed', actor.name, actor.auth, at, entry.reason]
    })
    await insertRows(trx, { name: 'list_entry', columns: ENTRY_COLUMNS }, rows)
    await insertRows(trx, { name: 'list_step', columns: STEP_COLUMNS }, steps)
    return { proposed: ids, known }
  })
}

const ENTRY_COLUMNS = [
  'study',
  'id',
  'seq',
  'kind',
  'domain',
  'terminology',
  'folded',
  'verbatim',
  'code',
  'path',
  'origin',
] as const
const STEP_COLUMNS = ['study', 'entry', 'seq', 'kind', 'actor', 'auth', 'at', 'reason'] as const

/**
 * Records what becomes of an entry.
 * @returns `stale` when something happened to it since it was read; `taken` when it is to be approved and another entry of
 * the same words is in force in its list. Nothing is written then.
 */
export async function recordEntryStep(
  store: Store,
  entry: StoredEntry,
  { kind, actor, reason }: { kind: Exclude<EntryState, 'proposed'>; actor: Actor; reason: string | null },
): Promise<'recorded' | 'stale' | 'taken'> {
  return store.db.transaction().execute(async (trx) => {
    const { owner, id } = entry
    const same = await listEntriesOf({ db: trx }, [owner], { folded: [entry.folded] })
    if (same.find((each) => each.id === id)?.steps.at(-1)?.seq !== entry.steps.at(-1)?.seq) return 'stale'
    if (kind === 'approved' && same.some((each) => each.state === 'approved' && isOfOnePlace(each, entry)))
      return 'taken'
    const { seq, at } = await appendEvent(trx, owner, {
      event: {
        kind: `list-${kind}`,
        object: `list entry ${id}`,
        actor,
        reason,
        body: { entry: id, ...toTold(entry) },
      },
      ambience: store.ambience,
    })
    await trx
      .insertInto('list_step')
      .values({ study: owner, entry: id, seq, kind, actor: actor.name, auth: actor.auth, at, reason })
      .execute()
    return 'recorded'
  })
}

/** Whether two entries of one list cannot both be in force. */
function isOfOnePlace(
  a: Pick<NewEntry, 'domain' | 'terminology' | 'folded'>,
  b: Pick<NewEntry, 'domain' | 'terminology' | 'folded'>,
): boolean {
  return a.domain === b.domain && a.terminology === b.terminology && a.folded === b.folded
}

/** What a reader of the chain wants to know of an entry. */
function toTold({ domain, terminology, verbatim, path }: Omit<NewEntry, 'reason'>) {
  const { code = '', text = '' } = path.at(-1) ?? {}
  return { domain, terminology, verbatim, code, term: text }
}

function toSaying({ domain, terminology, folded, path }: Pick<NewEntry, 'domain' | 'terminology' | 'folded' | 'path'>) {
  return JSON.stringify([domain, terminology, folded, path.at(-1)?.code])
}

function isStanding(state: EntryState): boolean {
  return state === 'proposed' || state === 'approved'
}

/** Entries of several owners, those of the first owner first, the newest of each first. */
export interface EntryFilter {
  readonly state?: EntryState
  /** Words that stand in the folded verbatim or in the term's name. */
  readonly text?: string
  /** The place of the last entry of the page before. */
  readonly after?: EntryPlace
  readonly limit: number
}
export interface EntryPlace {
  readonly owner: string
  readonly seq: number
  readonly id: string
}

export async function listEntries(
  store: Db,
  owners: readonly string[],
  { state, text, after, limit }: EntryFilter,
): Promise<StoredEntry[]> {
  const found: StoredEntry[] = []
  const first = after === undefined ? 0 : owners.indexOf(after.owner)
  if (first < 0) return []
  for (const owner of owners.slice(first)) {
    if (found.length === limit) break
    const from = after?.owner === owner ? after : undefined
    const { rows } = await sql<{ id: string }>`
      select e.id from list_entry e where e.study = ${owner}
        ${state === undefined ? sql`` : sql`and ${latestStep} = ${state}`}
        ${text === undefined ? sql`` : sql`and (instr(e.folded, ${text}) > 0 or instr(lower(json_extract(e.path, '$[#-1].text')), ${text}) > 0)`}
        ${from === undefined ? sql`` : sql`and (e.seq < ${from.seq} or (e.seq = ${from.seq} and e.id > ${from.id}))`}
      order by e.seq desc, e.id limit ${limit - found.length}`.execute(store.db)
    const entries = await listEntriesOf(store, [owner], { ids: rows.map((row) => row.id) })
    const byId = new Map(entries.map((entry) => [entry.id, entry]))
    found.push(...rows.flatMap(({ id }) => byId.get(id) ?? []))
  }
  return found
}

const latestStep = sql`(select s.kind from list_step s where s.study = e.study and s.entry = e.id order by s.seq desc limit 1)`

/** What coding needs of an entry in force: thousands are read whenever one is approved. */
export type EntryInForce = Pick<StoredEntry, 'owner' | 'id' | 'domain' | 'folded' | 'verbatim' | 'path'>

/** The entries of an owner that are in force, as they were proposed. */
export async function listEntriesInForce(
  store: Db,
  owner: string,
  { terminology }: { terminology: string },
): Promise<EntryInForce[]> {
  // Retired is an end: what was approved and not retired is in force.
  const { rows } = await sql<{ id: string; domain: CodedDomain | ''; folded: string; verbatim: string; path: string }>`
    select e.id, e.domain, e.folded, e.verbatim, e.path from list_entry e
    where e.study = ${owner} and e.kind = 'synonym' and e.terminology = ${terminology} and e.id in (
      select entry from list_step where study = ${owner} and kind = 'approved'
      except select entry from list_step where study = ${owner} and kind = 'retired')
    order by e.seq, e.id`.execute(store.db)
  return rows.map(({ path, ...row }) => ({ owner, ...row, path: JSON.parse(path) as TermPath }))
}

/** The entries of some owners with these ids or these folded verbatims, in any state. */
export async function listEntriesOf(
  store: Db,
  owners: readonly string[],
  named: { readonly ids: readonly string[] } | { readonly folded: readonly string[] },
): Promise<StoredEntry[]> {
  const condition =
    'ids' in named ? sql`e.id in ${toList(named.ids)}` : sql`e.folded in ${toList([...new Set(named.folded)])}`
  return (await Promise.all(owners.map((owner) => readEntries(store.db, owner, condition)))).flat()
}

/** The entries of some owners whose id begins with the text, 8 digits or more; at most `limit` of each owner. */
export async function findEntries(
  store: Db,
  owners: readonly string[],
  { idPrefix, limit }: { idPrefix: string; limit: number },
): Promise<StoredEntry[]> {
  if (!/^[0-9a-f]{8,32}$/.test(idPrefix)) return []
  const condition = sql`e.id in (select f.id from list_entry f where f.study = e.study and f.id >= ${idPrefix} and f.id < ${`${idPrefix}g`} order by f.id limit ${limit})`
  return (await Promise.all(owners.map((owner) => readEntries(store.db, owner, condition)))).flat()
}

async function readEntries(
  db: Kysely<Tables>,
  owner: string,
  condition: ReturnType<typeof sql>,
): Promise<StoredEntry[]> {
  const { rows } = await sql<
    Omit<Tables['list_entry'], 'seq'> & {
      proposed_seq: number
      step: EntryState
      seq: number
      actor: string
      at: string
      reason: string | null
    }
  >`
    select e.id, e.seq as proposed_seq, e.domain, e.terminology, e.folded, e.verbatim, e.path, e.origin, s.kind as step, s.seq, s.actor, s.at, s.reason
    from list_entry e join list_step s on s.study = e.study and s.entry = e.id
    where e.study = ${owner} and e.kind = 'synonym' and ${condition} order by e.seq, e.id, s.seq`.execute(db)
  const entries = new Map<string, StoredEntry & { steps: [EntryStep, ...EntryStep[]] }>()
  for (const { id, proposed_seq, domain, terminology, folded, verbatim, path, origin, ...of } of rows) {
    const step = { kind: of.step, seq: of.seq, actor: of.actor, at: of.at, reason: of.reason }
    const entry = entries.get(id)
    if (entry !== undefined) entry.steps.push(step)
    else {
      const said = { domain, terminology, folded, verbatim, path: JSON.parse(path) as TermPath, origin }
      entries.set(id, { owner, id, seq: proposed_seq, ...said, state: step.kind, steps: [step] })
    }
  }
  return [...entries.values()].map((entry) => ({ ...entry, state: (entry.steps.at(-1) ?? entry.steps[0]).kind }))
}

/** Changes whenever an entry of the owners was approved or retired: what was read before is old then. */
export async function findListsMark(store: Db, owners: readonly string[]): Promise<string> {
  const { rows } = await sql<{ study: string; seq: number }>`
    select study, max(seq) as seq from event
    where study in ${toList(owners)} and kind in ('list-approved', 'list-retired') group by study order by study`.execute(
    store.db,
  )
  return JSON.stringify(rows.map(({ study, seq }) => [study, seq]))
}

/** A term group that is coded to one term. */
export interface CodedGroup {
  readonly id: string
  readonly domain: CodedDomain
  readonly path: TermPath
  readonly actor: string
  readonly at: string
}

/** Of the groups with these ids those that a code stands for, not rejected and for the whole verbatim. */
export async function listCodedGroups(store: Db, study: string, ids: readonly string[]): Promise<CodedGroup[]> {
  const { rows } = await sql<Omit<CodedGroup, 'path'> & { path: string }>`
    select g.id, g.domain, k.path, d.actor, d.at
    from term_group g join current_group c on c.study = g.study and c.group_no = g.no
    join decision d on d.study = c.study and d.id = c.decision
    join coding k on k.study = d.study and k.decision = d.id and k.part_text is null
    where g.study = ${study} and g.id in ${toList(ids)} and c.occurrences > 0
      and (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) is not 'rejected'`.execute(
    store.db,
  )
  return rows.map(({ path, ...row }) => ({ ...row, path: JSON.parse(path) as TermPath }))
}

/** How many entries of each state the owners have. */
export async function countEntries(
  store: Db,
  owners: readonly string[],
): Promise<{ readonly owner: string; readonly state: EntryState; readonly count: number }[]> {
  const { rows } = await sql<{ owner: string; state: EntryState; count: number }>`
    select e.study as owner, ${latestStep} as state, count(*) as count from list_entry e
    where e.study in ${toList(owners)} group by 1, 2 order by 1, 2`.execute(store.db)
  return rows
}
