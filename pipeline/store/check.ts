/** Checking a store against itself: chain, decisions, transfers, identities, derived tables. Reads only. */
import { Kysely, sql } from 'kysely'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { compareCodeUnits, type Json, toCanonicalJson, toSha256 } from '../../schemas/content-id.ts'
import {
  findTranslation,
  isSerious,
  parseKeyText,
  toOccurrenceContentId,
  toOccurrenceId,
} from '../../schemas/occurrence-id.ts'
import type { CodedDomain, CrfContext } from '../../schemas/records.ts'
import { toTermGroupId } from '../review/term-group.ts'
import { PEOPLE_STUDY } from './accounts.ts'
import type { ArtefactSet } from './artefacts.ts'
import { toList } from './bulk.ts'
import { type ChainHead, walkChain } from './chain.ts'
import { checkAccounts } from './check-accounts.ts'
import { checkListArtefacts, checkLists } from './check-lists.ts'
import { checkNotes } from './check-notes.ts'
import { checkParts } from './check-parts.ts'
import { checkRedactions } from './check-redactions.ts'
import { checkSignatures } from './check-signatures.ts'
import { checkSiteQueries } from './check-site-queries.ts'
import { countGroups, digestAccount, digestVersions, findCommitted, toSubjectContentId } from './current.ts'
import { digestDecisions, toDecisionId } from './decisions.ts'
import { MIGRATIONS } from './migrations.ts'
import { NodeSqliteDialect } from './node-sqlite.ts'
import type { Tables } from './tables.ts'
import { digestVerdicts } from './take-over.ts'

export interface StoreCheck {
  readonly head: ChainHead
  readonly counts: {
    readonly events: number
    readonly decisions: number
    readonly verdicts: number
    readonly transfers: number
    readonly versions: number
    readonly groups: number
    /** Signatures and their unlockings. */
    readonly signatures: number
  }
  /** One sentence each; empty when everything fits. */
  readonly faults: readonly string[]
}

/** Kinds of events that vouch for decisions. */
const DECIDING_EVENTS: ReadonlySet<string> = new Set([
  'autocoded',
  'context-checked',
  'coded',
  'split',
  'reopened',
  'taken-over',
])

/** Faults named one by one; beyond it only counted. */
const FAULTS_NAMED = 100

/**
 * Recomputes everything that can be recomputed. `hashAt` gives the chain's hash after an event, to hold manifests against;
 * `listOwners` have the lists over several studies that this one's codes rested on, in chains of their own.
 */
export async function checkStore(
  db: Kysely<Tables>,
  study: string,
): Promise<StoreCheck & { hashAt: (seq: number) => string | undefined; listOwners: readonly string[] }> {
  const faults = new Faults()
  await checkTables(db, faults)
  const hashes = new Map<number, string>()
  const vouched = new Map<number, Json>()
  const head = await walkChain(db, study, {
    fault: (text) => faults.add(text),
    event: (event, body) => {
      hashes.set(event.seq, event.hash)
      vouched.set(event.seq, { kind: event.kind, object: event.object, body })
    },
  })
  const decisions = await checkDecisions(db, study, { vouched, faults })
  const verdicts = await checkVerdicts(db, study, { vouched, faults })
  const { transfers, versions } = await checkTransfers(db, study, { vouched, faults })
  const further = { vouched, fault: (text: string) => faults.add(text) }
  await checkParts(db, study, further)
  await checkRedactions(db, study, further)
  await checkNotes(db, study, further)
  await checkDatasets(db, study, { vouched, faults })
  await checkSettings(db, study, { vouched, faults })
  const signatures = await checkSignatures(db, study, { vouched, hashes, faults })
  await checkLists(db, study, { vouched, faults })
  const listOwners = await checkListArtefacts(db, study, faults)
  await checkSiteQueries(db, study, { vouched, faults })
  const groups = await checkGroups(db, study, faults)
  if (study === PEOPLE_STUDY) await checkAccounts(db, { vouched, faults })
  return {
    head,
    counts: { events: head.seq, decisions, verdicts, transfers, versions, groups, signatures },
    faults: faults.list(),
    hashAt: (seq) => hashes.get(seq),
    listOwners: [...listOwners].filter((owner) => owner !== study),
  }
}

/** Tables, indexes and triggers are those that the migrations make: a dropped trigger is how tampering would begin. */
async function checkTables(db: Kysely<Tables>, faults: Faults): Promise<void> {
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_master where sql is not null`.execute(db)
  const present = new Map(rows.map((row) => [row.name, toPlainSql(row.sql)]))
  for (const [name, wanted] of await readWantedTables()) {
    if (present.get(name) !== wanted) faults.add(`store: missing or changed: ${wanted.slice(0, 60)} …`)
    present.delete(name)
  }
  for (const unknown of present.values()) faults.add(`store: not of aecoder: ${unknown.slice(0, 60)} …`)
}

/** What the migrations make of an empty database, by name. */
async function readWantedTables(): Promise<ReadonlyMap<string, string>> {
  const empty = new Kysely<Tables>({ dialect: new NodeSqliteDialect({ path: ':memory:', mode: 'write' }) })
  try {
    for (const statement of MIGRATIONS.flatMap((migration) => migration.statements))
      await sql.raw(statement).execute(empty)
    const { rows } = await sql<{ name: string; sql: string }>`
      select name, sql from sqlite_master where sql is not null`.execute(empty)
    return new Map(rows.map((row) => [row.name, toPlainSql(row.sql)]))
  } finally {
    await empty.destroy()
  }
}

function toPlainSql(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase()
}

async function checkDecisions(
  db: Kysely<Tables>,
  study: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Faults },
): Promise<number> {
  let count = 0
  let seq = 0
  let ids: string[] = []
  const endBatch = () => {
    if (ids.length === 0) return
    const event = vouched.get(seq) as { body?: { decisions?: string } } | undefined
    if (event?.body?.decisions !== digestDecisions(ids))
      faults.add(`event ${seq}: the decisions recorded with it are not those it vouches for`)
    ids = []
  }
  let after = { seq: 0, id: '' }
  for (;;) {
    const { rows } = await sql<Tables['decision'] & { target_id: string | null }>`
      select d.*, coalesce(g.id, o.id) as target_id from decision d
      left join term_group g on g.study = d.study and g.no = d.group_no
      left join occurrence o on o.study = d.study and o.no = d.occurrence_no
      where d.study = ${study} and (d.seq, d.id) > (${after.seq}, ${after.id}) order by d.seq, d.id limit 2000`.execute(
      db,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    after = last
    const codings = await readCodings(
      db,
      study,
      rows.map((row) => row.id),
    )
    for (const row of rows) {
      count++
      if (row.seq !== seq) endBatch()
      seq = row.seq
      ids.push(row.id)
      const parts = codings.get(row.id) ?? []
      const id = toDecisionId(
        study,
        {
          target: {
            kind: row.group_no === null ? 'occurrence' : 'group',
            id: row.target_id ?? '',
            terminology: row.terminology,
          },
          basedOn: row.based_on,
          replaces: row.replaces,
          outcome: row.outcome,
          step: row.step,
          confidence: row.confidence,
          waits: row.waits === 1,
          codings: parts.map((part) => ({ partText: part.part_text, path: JSON.parse(part.path) })),
          explanation: JSON.parse(row.explanation) as Json,
          reason: row.reason,
        },
        {
          artefacts: JSON.parse(row.artefacts) as ArtefactSet,
          dictionary: parts[0]?.dictionary ?? '',
          actor: { name: row.actor, kind: row.actor_kind, auth: row.auth },
          at: row.at,
        },
      )
      if (id !== row.id) faults.add(`decision ${row.id}: its content was changed`)
    }
  }
  endBatch()
  for (const [at, event] of vouched) {
    const { kind, body } = event as { kind: string; body: { decisions?: string } }
    if (DECIDING_EVENTS.has(kind) && body.decisions !== undefined) {
      const row = await db
        .selectFrom('decision')
        .select('id')
        .where('study', '=', study)
        .where('seq', '=', at)
        .limit(1)
        .executeTakeFirst()
      if (!row) faults.add(`event ${at}: the decisions it vouches for are missing`)
    }
  }
  return count
}

async function readCodings(
  db: Kysely<Tables>,
  study: string,
  ids: readonly string[],
): Promise<Map<string, Tables['coding'][]>> {
  const { rows } = await sql<Tables['coding']>`
    select c.* from coding c where c.study = ${study} and c.decision in ${toList(ids)} order by c.decision, c.part_no`.execute(
    db,
  )
  for (const row of rows) {
    const code = (JSON.parse(row.path) as { code: string }[]).at(-1)?.code
    if (code !== row.code) row.path = '[]' // the code and its path disagree: the decision's id will not fit
  }
  return Map.groupBy(rows, (row) => row.decision)
}

async function checkVerdicts(
  db: Kysely<Tables>,
  study: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Faults },
): Promise<number> {
  const rows = await db
    .selectFrom('verdict')
    .innerJoin('event', (join) =>
      join.onRef('event.study', '=', 'verdict.study').onRef('event.seq', '=', 'verdict.seq'),
    )
    .selectAll('verdict')
    .select([
      'event.at as moment',
      'event.actor as by',
      'event.auth as known',
      'event.reason as why',
      'event.kind as what',
    ])
    .where('verdict.study', '=', study)
    .execute()
  const total = await db
    .selectFrom('verdict')
    .select((of) => of.fn.countAll<number>().as('n'))
    .where('study', '=', study)
    .executeTakeFirstOrThrow()
  if (total.n !== rows.length) faults.add(`verdicts: ${total.n - rows.length} without an event`)
  const seen = Map.groupBy(rows, (row) => row.seq)
  for (const [seq, given] of seen) {
    const event = vouched.get(seq) as
      | { kind: string; body?: { decision?: string; decisions?: string; count?: number; verdicts?: string } }
      | undefined
    if (event?.kind === 'taken-over') {
      if (event.body?.verdicts !== digestVerdicts(given))
        faults.add(`verdicts of event ${seq}: they are not those that were taken over`)
      continue
    }
    const ids = given.map((row) => row.decision)
    // One verdict names its decision; those given in bulk share an event, which has their digest.
    const isVouched =
      event?.body?.decisions === undefined
        ? ids.length === 1 && event?.body?.decision === ids[0]
        : event.body.decisions === digestDecisions(ids) && event.body.count === ids.length
    const isTold = given.every(
      (row) =>
        row.what === row.kind &&
        row.moment === row.at &&
        row.by === row.actor &&
        row.known === row.auth &&
        row.why === row.reason,
    )
    if (!isVouched || !isTold) faults.add(`verdict of event ${seq}: it is not what the event vouches for`)
  }
  for (const [seq, event] of vouched) {
    const { kind, body } = event as { kind: string; body: { approved?: number } }
    const hasVerdicts = kind === 'approved' || kind === 'rejected' || (kind === 'taken-over' && body.approved !== 0)
    if (hasVerdicts && !seen.has(seq)) faults.add(`event ${seq}: the verdict it vouches for is missing`)
  }
  return rows.length
}

async function checkTransfers(
  db: Kysely<Tables>,
  study: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Faults },
): Promise<{ transfers: number; versions: number }> {
  const ends = await db
    .selectFrom('transfer_end')
    .selectAll()
    .where('study', '=', study)
    .where('state', '=', 'committed')
    .orderBy('transfer_no')
    .execute()
  for (const end of ends) {
    const where = `transfer ${end.transfer_no}`
    const digest = await digestVersions(db, study, end.transfer_no)
    const event = vouched.get(end.seq) as { body?: { versions?: string; account?: string } } | undefined
    if (digest !== end.versions_digest || digest !== event?.body?.versions)
      faults.add(`${where}: the occurrences it brought are not those the chain vouches for (event ${end.seq})`)
    if ((await digestAccount(db, study, end.transfer_no)) !== event?.body?.account)
      faults.add(
        `${where}: its date, files, counts or set-aside rows are not those the chain vouches for (event ${end.seq})`,
      )
  }
  const committed = [...vouched.values()].filter(
    (event) => (event as { kind: string }).kind === 'transfer-committed',
  ).length
  if (committed !== ends.length)
    faults.add(`transfers: ${ends.length} committed in the store, ${committed} in the chain`)
  await checkSubjects(db, study, faults)
  const versions = await checkVersions(db, study, { head: ends.at(-1)?.transfer_no ?? 0, faults })
  return { transfers: ends.length, versions }
}

/** What is known of subjects is what their content ids, and so the chain, say. */
async function checkSubjects(db: Kysely<Tables>, study: string, faults: Faults): Promise<void> {
  const rows = await db.selectFrom('subject_version').selectAll().where('study', '=', study).execute()
  for (const { subject, usubjid, site, sex, birth_year, content_id } of rows) {
    if (toSubjectContentId({ usubjid, site, sex, birthYear: birth_year }) !== content_id)
      faults.add(`subject ${subject}: what is known of it was changed`)
  }
}

/** Ids, content ids, groups and ranks follow from content; each occurrence has its --SEQ. */
async function checkVersions(
  db: Kysely<Tables>,
  study: string,
  { head, faults }: { head: number; faults: Faults },
): Promise<number> {
  let count = 0
  let after = { no: 0, transfer_no: 0 }
  for (;;) {
    const { rows } = await sql<{
      no: number
      transfer_no: number
      id: string
      key: string
      verbatim: string
      subject_raw: string
      site: string | null
      context: string
      content_id: string
      serious: number
      subject: string
      domain: string
      field: string
      folded: string | null
      group_domain: string | null
      group_field: string | null
      sequences: number
      is_member: number
      state: string | null
    }>`
      select o.no, v.transfer_no, o.id, o.key, o.subject, o.domain, o.field, v.serious, g.folded, g.domain as group_domain, g.field as group_field, v.verbatim, v.subject_raw, v.site, v.context, v.content_id, e.state,
        (select count(*) from sequence s where s.study = o.study and s.occurrence_no = o.no and s.part = 1) as sequences,
        exists (select 1 from group_member m where m.study = v.study and m.group_no = v.group_no and m.occurrence_no = v.occurrence_no) as is_member
      from occurrence_version v join occurrence o on o.study = v.study and o.no = v.occurrence_no
      left join term_group g on g.study = v.study and g.no = v.group_no
      left join transfer_end e on e.study = v.study and e.transfer_no = v.transfer_no
      where v.study = ${study} and v.transfer_no <= ${head} and (v.occurrence_no, v.transfer_no) > (${after.no}, ${after.transfer_no}) order by v.occurrence_no, v.transfer_no limit 5000`.execute(
      db,
    )
    const last = rows.at(-1)
    if (last === undefined) return count
    after = last
    for (const row of rows) {
      count++
      if (row.state !== 'committed')
        faults.add(`occurrence ${row.id}: it holds a version of transfer ${row.transfer_no}, which was never committed`)
      const key = parseKeyText(row.key)
      if (toOccurrenceId(study, key) !== row.id) faults.add(`occurrence ${row.id}: its id does not follow from its key`)
      if (key.subject !== row.subject || key.domain !== row.domain || row.field !== `${row.domain}TERM`)
        faults.add(`occurrence ${row.id}: its subject, domain or field is not its key's`)
      const content = {
        verbatim: row.verbatim,
        subjectRaw: row.subject_raw,
        site: row.site,
        context: JSON.parse(row.context) as CrfContext,
      }
      const coded = findTranslation(row.domain as CodedDomain, content.context) ?? row.verbatim
      if (row.folded !== foldVerbatim(coded) || row.group_domain !== row.domain || row.group_field !== row.field)
        faults.add(`occurrence ${row.id}: its term group ("${row.folded}") is not its verbatim's`)
      if (toOccurrenceContentId(content) !== row.content_id)
        faults.add(`occurrence ${row.id}: transfer ${row.transfer_no}: its content was changed`)
      if (row.serious !== Number(isSerious(content.context)))
        faults.add(`occurrence ${row.id}: whether it is serious was changed`)
      if (row.sequences !== 1)
        faults.add(`occurrence ${row.id}: it has ${row.sequences} sequence numbers instead of one`)
      if (row.is_member === 0) faults.add(`occurrence ${row.id}: its term group ("${row.folded}") does not list it`)
    }
  }
}

/** The artefacts in force are those the chain tells of, and texts that are kept have the hash they go by. */
async function checkSettings(
  db: Kysely<Tables>,
  study: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Faults },
): Promise<void> {
  const rows = await db.selectFrom('setting').selectAll().where('study', '=', study).execute()
  const found = Map.groupBy(rows, (row) => row.seq)
  for (const [seq, event] of vouched) {
    const { kind, body } = event as {
      kind: string
      body: { changed?: { kind: string; sha256: string; domain?: string; field?: string }[] }
    }
    if (kind !== 'settings-changed') continue
    const told = (body.changed ?? []).map(
      ({ kind, sha256, domain = '', field = '' }) => `${kind} ${domain} ${field} ${sha256}`,
    )
    const kept = (found.get(seq) ?? []).map((row) => `${row.kind} ${row.domain} ${row.field} ${row.sha256}`)
    found.delete(seq)
    if (told.sort(compareCodeUnits).join() !== kept.sort(compareCodeUnits).join())
      faults.add(`event ${seq}: the settings it tells of are not those on record`)
  }
  for (const seq of found.keys()) faults.add(`setting of event ${seq}: the chain does not tell of it`)
  const artefacts = await db.selectFrom('artefact').selectAll().execute()
  for (const artefact of artefacts) {
    if (artefact.content !== null && findKeptHash(artefact.kind, artefact.content) !== artefact.sha256)
      faults.add(`artefact ${artefact.kind} ${artefact.name}: its text was changed`)
  }
}

/** The hash a kept text must have: study.json's is its own, that of lists covers their names and contents. */
function findKeptHash(kind: string, content: string): string | undefined {
  if (kind === 'config' || kind === 'conventions' || kind === 'model') return toSha256(content)
  try {
    const parts = JSON.parse(content) as { name: string; text: string }[]
    return toSha256(toCanonicalJson(parts.map(({ name, text }) => ({ name, sha256: toSha256(text) }))))
  } catch {
    return undefined // the text is not what aecoder wrote
  }
}

/** Every published dataset is the one its event tells of. */
async function checkDatasets(
  db: Kysely<Tables>,
  study: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Faults },
): Promise<void> {
  const rows = await db.selectFrom('dataset').selectAll().where('study', '=', study).execute()
  const told = new Map(rows.map((row) => [row.seq, row]))
  for (const [seq, event] of vouched) {
    const { kind, body } = event as { kind: string; body: { runId?: string; uptoSeq?: number; manifest?: string } }
    if (kind !== 'dataset-written') continue
    const row = told.get(seq)
    told.delete(seq)
    if (row?.run_id !== body.runId || row?.upto_seq !== body.uptoSeq || row?.manifest_sha256 !== body.manifest)
      faults.add(`event ${seq}: the dataset it tells of is not the one on record`)
  }
  for (const seq of told.keys()) faults.add(`dataset of event ${seq}: the chain does not tell of it`)
}

/** The derived table says what the append-only ones say. */
async function checkGroups(db: Kysely<Tables>, study: string, faults: Faults): Promise<number> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const expected = new Map((await countGroups(db, study, head)).map((row) => [row.group_no, row]))
  const uncounted = new Set(expected.keys())
  const { rows } = await sql<
    Tables['current_group'] & {
      latest: string | null
      id: string
      folded: string
      domain: CodedDomain
      field: string
      terminology: string
      language: string
      fold_version: number
      main_no: number | null
      is_beside: number
    }
  >`
    select c.*, g.id, g.folded, g.domain, g.field, g.terminology, g.language, g.fold_version, g.main_no,
      exists (select 1 from term_group m where m.study = g.study and m.no = g.main_no and m.main_no is null
        and m.domain = g.domain and m.field = g.field and m.folded = g.folded and m.terminology <> g.terminology) as is_beside,
      (select d.id from decision d where d.study = c.study and d.group_no = c.group_no order by d.seq desc limit 1) as latest
    from current_group c join term_group g on g.study = c.study and g.no = c.group_no where c.study = ${study}`.execute(
    db,
  )
  for (const row of rows) {
    const where = `term group ${row.id} ("${row.folded}")`
    // A group beside the main one shares its occurrences.
    const counts = expected.get(row.main_no ?? row.group_no) ?? { occurrences: 0, serious: 0 }
    uncounted.delete(row.group_no)
    for (const name of ['occurrences', 'serious'] as const)
      if (row[name] !== counts[name]) faults.add(`${where}: counts ${row[name]} ${name}, there are ${counts[name]}`)
    if (row.latest !== row.decision) faults.add(`${where}: its decision in force is not its latest`)
    if (toTermGroupId({ ...row, foldVersion: row.fold_version }) !== row.id)
      faults.add(`${where}: its id does not follow from its text`)
    if (row.main_no !== null && row.is_beside === 0)
      faults.add(`${where}: the group it stands beside is not of the same term`)
  }
  const { rows: missing } = await sql<{ id: string }>`
    select g.id from term_group g where g.study = ${study} and g.main_no is not null
      and exists (select 1 from current_group m where m.study = g.study and m.group_no = g.main_no)
      and not exists (select 1 from current_group c where c.study = g.study and c.group_no = g.no)`.execute(db)
  for (const { id } of missing) faults.add(`term group ${id}: it stands beside one that is counted, and is not`)
  for (const group of uncounted) faults.add(`term group no. ${group}: has occurrences but is not counted`)
  return rows.length
}

class Faults {
  readonly #named: string[] = []
  #more = 0
  add(text: string): void {
    if (this.#named.length < FAULTS_NAMED) this.#named.push(text)
    else this.#more++
  }
  list(): string[] {
    return this.#more === 0 ? this.#named : [...this.#named, `and ${this.#more} more`]
  }
}
