/** The audit trail as people read it: who did what, when, what stood before and what after, and why. */
import type { Audit, AuditQuery, AuditRow } from '../schemas/api/oversight.ts'
import type { Json } from '../schemas/content-id.ts'
import { toSafeCsv } from '../schemas/csv-cell.ts'
import type { Desk } from './desk.ts'
import { type AuditedEvent, checkChain, listActors, listEvents, readCodesOf } from './store/audit.ts'
import { findMasks } from './store/redactions.ts'
import type { Store } from './store/store.ts'

const LIMIT = 100
const FAULTS_SHOWN = 20
/** Who looks within this time shares one walk over the chain. */
const CHECKED_FOR_MS = 30_000

/** Events, newest first, with the whole chain checked. */
export async function readAudit({ study, store }: Pick<Desk, 'study' | 'store'>, query: AuditQuery): Promise<Audit> {
  const { cursor, limit = LIMIT, ...filter } = query
  const before = cursor === undefined ? undefined : Number(cursor)
  const events = await listEvents(store, study.id, { ...filter, before, limit: limit + 1 })
  const shown = events.slice(0, limit)
  const last = shown.at(-1)
  return {
    rows: await toRows(store, study.id, shown),
    next: events.length > limit && last !== undefined ? String(last.seq) : null,
    chain: await checkShared(store, study.id),
    actors: await listActors(store, study.id),
  }
}

/** Every event that a filter leaves, oldest first, as a file that a spreadsheet opens or a program reads. */
export async function toAuditFile(
  { study, store }: Pick<Desk, 'study' | 'store'>,
  { as, ...filter }: Omit<AuditQuery, 'cursor' | 'limit'> & { as: 'csv' | 'json' },
): Promise<{ name: string; type: 'text/csv' | 'application/json'; text: string }> {
  const rows: AuditRow[] = []
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const events = await listEvents(store, study.id, { ...filter, before, limit: FILE_BATCH })
    const last = events.at(-1)
    if (last === undefined) break
    before = last.seq
    rows.push(...(await toRows(store, study.id, events)))
  }
  rows.reverse()
  const name = `audit-${study.id.replaceAll(/[^\w.-]/g, '-')}.${as}`
  if (as === 'json')
    return { name, type: 'application/json', text: `${JSON.stringify({ study: study.id, rows }, null, 1)}\n` }
  const header = [
    'seq',
    'at',
    'actor',
    'kind of actor',
    'known by',
    'what',
    'about',
    'before',
    'after',
    'reason',
    'hash',
  ]
  const cells = rows.map(({ seq, at, actor, actorKind, auth, kind, object, before, after, reason, hash }) => [
    String(seq),
    at,
    actor,
    actorKind,
    auth,
    kind,
    object,
    before ?? '',
    after ?? '',
    reason ?? '',
    hash,
  ])
  return { name, type: 'text/csv', text: toSafeCsv(header, cells) }
}

const FILE_BATCH = 500

const checks = new WeakMap<Store, Map<string, { at: number; chain: Promise<Audit['chain']> }>>()

async function checkShared(store: Store, study: string): Promise<Audit['chain']> {
  const byStudy = checks.get(store) ?? new Map<string, { at: number; chain: Promise<Audit['chain']> }>()
  checks.set(store, byStudy)
  const now = performance.now()
  const known = byStudy.get(study)
  if (known !== undefined && now - known.at < CHECKED_FOR_MS) return known.chain
  const chain = checkNow(store, study)
  byStudy.set(study, { at: now, chain })
  chain.catch(() => byStudy.delete(study))
  return chain
}

async function checkNow(store: Store, study: string): Promise<Audit['chain']> {
  const checkedAt = store.ambience.now()
  const { head, faults } = await checkChain(store, study)
  return {
    events: head.seq,
    head: head.hash,
    isWhole: faults.length === 0,
    faults: faults.slice(0, FAULTS_SHOWN),
    checkedAt,
  }
}

async function toRows(store: Store, study: string, events: readonly AuditedEvent[]): Promise<AuditRow[]> {
  const named = events.flatMap(({ body }) => {
    const { decision, replaces } = toBody(body)
    return [decision, replaces].filter((id): id is string => typeof id === 'string')
  })
  const codes = await readCodesOf(store, study, named)
  const masks = await findMasks(store, study)
  return events.map((event) => {
    const { seq, at, actor, auth, kind, reason, hash, group } = event
    const { decision, replaces } = toBody(event.body)
    const row = {
      seq,
      at,
      actor,
      actorKind: event.actor_kind,
      auth,
      kind,
      object: toObject(event),
      term: group,
      before: typeof replaces === 'string' ? (codes.get(replaces) ?? null) : null,
      after: typeof decision === 'string' ? (codes.get(decision) ?? null) : toSaid(event.body),
      reason,
      hash,
    }
    const { verbatim } = toBody(event.body) // of an entry of a list, which is about a text and no term
    const about = [event.verbatim, verbatim, ...event.saidOf].filter((text) => typeof text === 'string')
    return about.reduce((shown, text) => masks.toShownAbout(shown, text), row)
  })
}

function toBody(body: Json): { readonly [member: string]: Json | undefined } {
  return body !== null && typeof body === 'object' && !Array.isArray(body)
    ? (body as { readonly [member: string]: Json | undefined })
    : {}
}

/** What an event is about, in words. */
function toObject({ object, verbatim, usubjid }: AuditedEvent): string {
  if (verbatim === null) return object
  return usubjid === null ? `"${verbatim}"` : `"${verbatim}" of ${usubjid}`
}

const SAID_AT_MOST = 300

/** What a body says where it is about no single decision: counts, texts, settings. */
function toSaid(body: Json): string | null {
  const told = Object.entries(toBody(body)).flatMap(([name, value]) => {
    if (value === null || value === undefined || /digest|sha256|hash|salt/i.test(name)) return []
    if (typeof value === 'string' && /^[0-9a-f]{32,}$/.test(value)) return []
    if (Array.isArray(value) && value.every((each) => typeof each === 'string' && /^[0-9a-f]{32,}$/.test(each)))
      return [`${name}: ${value.length}`]
    return [`${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`]
  })
  const said = told.join('; ')
  return said === '' ? null : said.length > SAID_AT_MOST ? `${said.slice(0, SAID_AT_MOST)} …` : said
}
