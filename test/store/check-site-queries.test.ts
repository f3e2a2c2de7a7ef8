/** Whoever changes what was asked, answered or closed behind the chain's back is found. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openAskedStudy } from '../site-queries/asked-study.ts'

const TAMPERINGS: readonly { readonly says: string; readonly sql: string; readonly fault: RegExp }[] = [
  {
    says: 'what was asked',
    sql: "update query_step set text = 'Was it a headache?' where kind = 'raised'",
    fault: /its step of event \d+: it is not what the event vouches for/,
  },
  {
    says: 'what was answered',
    sql: "update query_step set text = 'Headache' where kind = 'answered'",
    fault: /the answers recorded with it are not those it vouches for/,
  },
  {
    says: 'who answered',
    sql: "update query_step set answered_by = 'Dr. Who' where kind = 'answered'",
    fault: /the answers recorded with it are not those/,
  },
  {
    says: 'who asked',
    sql: "update query_step set actor = 'Carol' where kind = 'raised'",
    fault: /it is not what the event vouches for/,
  },
  {
    says: 'when it was asked',
    sql: "update query_step set at = '2026-01-01T00:00:00Z' where kind = 'raised'",
    fault: /it is not what the event vouches for/,
  },
  {
    says: 'why it was closed',
    sql: "update query_step set reason = 'other' where kind = 'closed'",
    fault: /it is not what the event vouches for/,
  },
  {
    says: 'a step of another kind',
    sql: "update query_step set kind = 'sent' where kind = 'closed'",
    fault: /the chain does not tell of it/,
  },
  {
    says: 'a step that is gone',
    sql: "delete from query_step where kind = 'closed'",
    fault: /^event \d+: 1 of the steps it vouches for are missing/,
  },
  {
    says: 'a step without an event',
    sql: "insert into query_step select study, query, 9999, 'closed', text, null, null, actor, auth, at, reason from query_step where kind = 'answered'",
    fault: /its step of event 9999: the chain does not tell of it/,
  },
  {
    says: 'a site query of another occurrence',
    sql: 'update site_query set occurrence_no = (select max(no) from occurrence)',
    fault: /its id does not follow from its occurrence and event/,
  },
  {
    says: 'the verbatim that was asked about',
    sql: "update site_query set based_on = 'Headache'",
    fault: /the verbatim that was asked about is not the occurrence's/,
  },
  {
    says: 'the dictionary',
    sql: "update site_query set terminology = 'ICD-10-CM'",
    fault: /event \d+ does not tell of it/,
  },
  {
    says: 'a site query that is gone',
    sql: 'delete from site_query where occurrence_no = (select min(occurrence_no) from site_query)',
    fault: /^event \d+: the site query [0-9a-f]{32} it tells of is missing/,
  },
]

test.each(TAMPERINGS)('$says is found', async ({ sql: text, fault }) => {
  const { ask, send, answer, code, desk, listFaults } = await openAskedStudy(['01 101 see above', '02 201 unwell'])
  const { siteQueries } = await ask('see above')
  await ask('unwell')
  await send()
  await answer(`siteQueryId,answer,answeredBy\n${siteQueries[0]?.id},Migraine,Dr. May\n`)
  await code('unwell', 'Nausea')
  expect(await listFaults()).toEqual([])
  for (const table of ['site_query', 'query_step'])
    for (const act of ['update', 'delete']) await sql.raw(`drop trigger ${table}_no_${act}`).execute(desk.store.db)
  const dropped = (await listFaults()).length
  await sql.raw(text).execute(desk.store.db)
  const faults = await listFaults()
  expect(faults.length).toBeGreaterThan(dropped)
  expect(faults).toContainEqual(expect.stringMatching(fault))
})
