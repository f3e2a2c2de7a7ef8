/**
 * `npm run bench:workbench`: 50 reviewers at work at once on 100,000 term groups, over HTTP on the embedded store. Each
 * looks at the queue, opens a term and its occurrences, then codes, splits, notes, takes back, asks the sites, or approves
 * what another coded and looks through what is new since the last signature, with a pause between that is shorter than any
 * person's; when all are done, one signs the study off. Prints JSON: the time of each kind of action, and
 * whether every decision that was accepted is in the store once and no other is. Before them, one browser alone: the first
 * screen of the queue, and jumps in it.
 *
 * Options: --groups 100000   --coders 45   --approvers 5   --seconds 60   --pause 1000 (ms, mean)   --study FOLDER (one
 * that was run already)   --keep (leaves the folder)
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ActView, Occurrences, Queue, TermRow, TermView } from '../../schemas/api/terms.ts'
import { toRandom } from '../generators/random.ts'
import { Client } from '../server/client.ts'
import { measure } from './measure.ts'
import { measurePage } from './workbench-page.ts'
import { PASSWORD } from './workbench-server.ts'
import { writeWorkbenchStudy } from './workbench-study.ts'

const { values } = parseArgs({
  options: {
    groups: { type: 'string', default: '100000' },
    coders: { type: 'string', default: '45' },
    approvers: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
    pause: { type: 'string', default: '1000' },
    study: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})

/** What the server took, and what a person was refused. */
interface Tally {
  readonly times: Map<string, number[]>
  readonly decisions: { readonly id: string; readonly by: string; readonly codes: string }[]
  verdicts: number
  notes: number
  siteQueries: number
  /** Refused because somebody was first: told, nothing lost. */
  stale: number
  readonly faults: string[]
}

const folder = values.study ?? (await mkdtemp(join(tmpdir(), 'aecoder-workbench-bench-')))
let server: ChildProcess | undefined
try {
  if (values.study === undefined) {
    await writeWorkbenchStudy(folder, { groups: Number(values.groups) })
    await measure(['test/bench/run-study.ts', folder])
  }
  const before = readCounts(folder)
  const path = fileURLToPath(new URL('workbench-server.ts', import.meta.url))
  server = spawn(process.execPath, [path, folder, values.coders, values.approvers], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: server.stdout ?? process.stdin })[Symbol.asyncIterator]()
  const ready = JSON.parse((await lines.next()).value ?? '{}') as {
    origin: string
    study: string
    readySeconds: number
  }
  const tally: Tally = { times: new Map(), decisions: [], verdicts: 0, notes: 0, siteQueries: 0, stale: 0, faults: [] }
  const names = [
    ...Array.from({ length: Number(values.coders) }, (_, n) => `coder${n}`),
    ...Array.from({ length: Number(values.approvers) }, (_, n) => `approver${n}`),
  ]
  const clients = names.map(() => new Client(ready.origin))
  for (const [index, name] of names.entries()) await clients[index]?.signIn(name, PASSWORD)
  const page = await measurePage(ready.origin, { name: 'coder0', password: PASSWORD })
  const ends = performance.now() + Number(values.seconds) * 1000
  await Promise.all(
    clients.map((client, index) =>
      work(names[index] ?? '', { client, seed: index + 1, study: ready.study, ends, tally }),
    ),
  )
  const signer = names.findIndex((name) => name.startsWith('approver'))
  const signed = await signStudy(clients[signer], { name: names[signer] ?? '', study: ready.study })
  const closed = once(server, 'exit')
  server.kill('SIGTERM')
  const { peakRssMb } = JSON.parse((await lines.next()).value ?? '{}') as { peakRssMb: number }
  await closed
  const after = readCounts(folder)
  const stored = readDecisions(folder, before.seq)
  const lost = tally.decisions.filter(({ id, by, codes }) => stored.get(id) !== `${by} ${codes}`).length
  const machine = {
    node: process.version,
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
  process.stdout.write(
    `${JSON.stringify(
      {
        bench: 'workbench',
        machine,
        groups: after.groups,
        people: names.length,
        seconds: Number(values.seconds),
        pauseMs: Number(values.pause),
        readySeconds: Math.round(ready.readySeconds * 10) / 10,
        peakRssMb,
        browser: {
          firstScreenMs: { median: toMedian(page.firstScreen), rounds: page.firstScreen },
          jumpMs: { median: toMedian(page.jump), rounds: page.jump },
        },
        actions: Object.fromEntries(
          [...tally.times].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => [name, toFigures(times)]),
        ),
        decisions: {
          accepted: tally.decisions.length,
          stored: stored.size,
          lost,
          doubled: tally.decisions.length - new Set(tally.decisions.map(({ id }) => id)).size,
          withoutAnAnswer: stored.size - tally.decisions.length,
          refusedBecauseSomebodyWasFirst: tally.stale,
        },
        verdicts: { accepted: tally.verdicts, stored: after.verdicts - before.verdicts },
        notes: { accepted: tally.notes, stored: after.notes - before.notes },
        siteQueries: { accepted: tally.siteQueries, stored: after.siteQueries - before.siteQueries },
        signOff: signed,
        faults: tally.faults.slice(0, 5),
      },
      null,
      2,
    )}\n`,
  )
} finally {
  server?.kill()
  if (values.study === undefined && !values.keep) await rm(folder, { recursive: true, force: true })
  if (values.keep) process.stderr.write(`kept: ${folder}\n`)
}

/** One person's day, until the bench ends. */
async function work(
  name: string,
  { client, seed, study, ends, tally }: { client: Client; seed: number; study: string; ends: number; tally: Tally },
): Promise<void> {
  const random = toRandom(seed)
  const base = `/api/studies/${encodeURIComponent(study)}`
  const timed = async <T>(action: string, method: string, path: string, body?: unknown): Promise<T | undefined> => {
    const started = performance.now()
    const { status, json, text } = await client.send(method, base + path, body === undefined ? {} : { body })
    const times = tally.times.get(action) ?? []
    tally.times.set(action, times)
    times.push(performance.now() - started)
    if (status === 200) return json as T
    if (status === 409 || text.includes('"already ')) tally.stale++
    else tally.faults.push(`${action}: ${status} ${text.slice(0, 200)}`)
    return undefined
  }
  const pause = () => setTimeout(-Math.log(1 - random() * 0.999) * Number(values.pause))
  const take = (act: ActView | undefined) => {
    if (act !== undefined)
      tally.decisions.push({ id: act.decision, by: name, codes: act.codes.map(({ code }) => code).join('+') })
  }
  const isApprover = name.startsWith('approver')
  while (performance.now() < ends) {
    await pause()
    const view = isApprover ? 'to-approve' : 'todo'
    // Everybody begins at the top, where the serious and frequent terms are: they meet there.
    const offset = random() < 0.5 ? 0 : Math.floor(random() * 50_000)
    const queue = await timed<Queue>('queue', 'POST', '/terms/list', { view, limit: 100, offset })
    if (random() < 0.2) await timed('facets', 'POST', '/terms/facets', { view })
    if (random() < 0.1)
      await timed('search', 'POST', '/terms/list', { view: 'any', text: ['pain', 'rash', 'fever', 'head'][seed % 4] })
    const row: TermRow | undefined = queue?.rows[Math.floor(random() * (queue.rows.length || 1))]
    if (row === undefined) continue
    const term = await timed<TermView>('term', 'GET', `/terms/${row.id}`)
    await timed<Occurrences>('occurrences', 'GET', `/terms/${row.id}/occurrences?limit=50`)
    if (random() < 0.3) await timed('precedents', 'GET', `/terms/${row.id}/precedents`)
    if (random() < 0.2) await timed('dictionary search', 'POST', '/dictionary/search', { text: 'head', mode: 'begins' })
    if (random() < 0.02) await timed('dashboard', 'GET', '/dashboard')
    if (term === undefined) continue
    await pause()
    const seen = term.row.decision
    if (isApprover) {
      if (random() < 0.2) await timed('review', 'GET', '/review')
      if (random() < 0.2) await timed('sign-off state', 'GET', '/sign-off')
      if (random() < 0.2) await timed('bulk preview', 'POST', '/approvals/preview', { filter: { coder: 'coder1' } })
      if (random() < 0.05) await timed('review sheet', 'GET', '/review/sheet')
      if (seen === null) continue
      const isGood = random() < 0.8
      const act = await timed<ActView>(
        isGood ? 'approve' : 'reject',
        'POST',
        `/terms/${row.id}/${isGood ? 'approve' : 'reject'}`,
        {
          seen,
          ...(isGood ? {} : { reason: 'not what the site means' }),
        },
      )
      if (act !== undefined) tally.verdicts++
      continue
    }
    const [first, second] = term.proposal.candidates.map(({ path }) => path.at(-1)?.code ?? '')
    const lot = random()
    if (lot < 0.08) {
      const noted = await timed<object>('note', 'POST', `/terms/${row.id}/notes`, { text: `note of ${name}` })
      if (noted !== undefined) tally.notes++
      continue
    }
    if (lot < 0.12) {
      const asked = await timed<{ count: number }>('ask', 'POST', `/terms/${row.id}/site-queries`, {
        text: 'Please say what was seen and when it began.',
        seen,
      })
      if (asked !== undefined) tally.siteQueries += asked.count
      continue
    }
    if (first === undefined) continue
    const isSplit = lot < 0.2 && second !== undefined
    const codes = isSplit
      ? [
          { term: first, part: 'first part' },
          { term: second, part: 'second part' },
        ]
      : [{ term: first }]
    const coded = await timed<ActView>(isSplit ? 'split' : 'code', 'POST', `/terms/${row.id}/code`, {
      codes,
      seen,
      reason: 'bench',
    })
    take(coded)
    if (coded !== undefined && lot > 0.92)
      take(await timed<ActView>('undo', 'POST', `/terms/${row.id}/undo`, { seen: coded.decision }))
  }
}

/** Signs the study as it stands, and tries to code in it then. */
async function signStudy(
  client: Client | undefined,
  { name, study }: { name: string; study: string },
): Promise<{ seconds: number; covers: number } | undefined> {
  if (client === undefined) return undefined
  const base = `/api/studies/${encodeURIComponent(study)}`
  const { headSeq } = await client.ask<{ headSeq: number }>('GET', `${base}/sign-off`)
  const started = performance.now()
  await client.ask('POST', `${base}/sign-off`, {
    name,
    password: PASSWORD,
    meaning: 'coding reviewed',
    seen: headSeq,
    isIncomplete: true,
    reason: 'the bench ends here',
  })
  return { seconds: Math.round(performance.now() - started) / 1000, covers: headSeq }
}

function toMedian(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

function toFigures(times: readonly number[]): { n: number; p50: number; p95: number; p99: number; max: number } {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 10) / 10
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

function readCounts(of: string): { seq: number; verdicts: number; notes: number; siteQueries: number; groups: number } {
  const db = new DatabaseSync(join(of, 'aecoder.db'), { readOnly: true })
  const count = (text: string) => Number(db.prepare(text).get()?.n ?? 0)
  const counts = {
    seq: count('select max(seq) as n from event'),
    verdicts: count('select count(*) as n from verdict'),
    notes: count('select count(*) as n from note'),
    siteQueries: count('select count(*) as n from site_query'),
    groups: count('select count(*) as n from current_group where occurrences > 0'),
  }
  db.close()
  return counts
}

/** What people decided since an event, by the decision's id: by whom, and the codes. */
function readDecisions(of: string, since: number): Map<string, string> {
  const db = new DatabaseSync(join(of, 'aecoder.db'), { readOnly: true })
  const rows = db
    .prepare(
      `select d.id, d.actor, coalesce((select group_concat(k.code, '+') from (select code from coding c where c.study = d.study and c.decision = d.id order by part_no) k), '') as codes
       from decision d where d.seq > ? and d.actor_kind = 'person'`,
    )
    .all(since)
  db.close()
  return new Map(rows.map(({ id, actor, codes }) => [String(id), `${String(actor)} ${String(codes)}`]))
}
