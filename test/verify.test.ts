/**
 * verify, against people who tamper: with the database file (its triggers put back afterwards, so that only what they
 * guard can give it away) and with the files of the published run. What is untouched is clean; the rest is named.
 */
import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type Ambience,
  codeTerm,
  exportStudy,
  type FoundTarget,
  findTarget,
  judgeTerm,
  listOccurrences,
  openCodingKits,
  openStudy,
  openStudyStore,
  runStudy,
  type Study,
  verifyStudy,
} from '../pipeline/index.ts'
import { type Json, toCanonicalJson } from '../schemas/content-id.ts'
import { OPENAE_0_1 } from './openae.ts'

const DANA = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
const STUDY_FILE = {
  study: { protocol: 'ABC-101', environment: 'test' },
  dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
  approval: 'manual',
  sources: [
    {
      id: 'ae',
      domain: 'AE',
      format: 'csv',
      files: ['ae.csv'],
      key: ['NO'],
      map: { subject: 'SUBJ', site: 'SITE', AETERM: 'TERM', AESER: 'SER' },
    },
    { id: 'dm', domain: 'DM', format: 'csv', files: ['dm.csv'], map: { subject: 'SUBJ', SEX: 'SEX' } },
  ],
}
const DM = 'SUBJ,SEX\n0101,F\n0102,M\n'
const AE = [
  'SUBJ,SITE,NO,TERM,SER\n0101,01,1,Headache,N\n0101,01,2,sore thumb blues,N\n0101,01,2,sore thumb blues,N\n0102,01,1,Nausea,Y\n0102,01,2,odd feeling,N\n',
  'SUBJ,SITE,NO,TERM,SER\n0101,01,1,Migraine,N\n0101,01,2,sore thumb blues,N\n0102,01,1,Nausea,Y\n0102,01,2,odd feeling,N\n0103,02,1,Headaches,N\n',
]

/** A published study: two transfers, codes of the machine, of people, for one occurrence, approvals, a rejection. */
let prepared: string
beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), 'aecoder-verify-test-'))
  await writeFile(join(prepared, 'study.json'), JSON.stringify(STUDY_FILE))
  const ambience = toAmbience()
  const study = await openStudy(prepared)
  const options = { actor: DANA, ambience }
  for (const [index, text] of AE.entries()) {
    const input = join(prepared, `transfer-${index + 1}`)
    await mkdir(input)
    await writeFile(join(input, 'ae.csv'), text)
    await writeFile(join(input, 'dm.csv'), DM)
    await runStudy(study, { ...options, input, asOf: `2026-03-0${index + 1}` })
    if (index === 0) await decide(study, ambience)
  }
  await exportStudy(study, options)
})
afterAll(() => rm(prepared, { recursive: true, force: true }))

async function decide(study: Study, ambience: Ambience): Promise<void> {
  const store = await openStudyStore(study, ambience)
  const kits = await openCodingKits(study)
  const code = async (
    name: string,
    by: string,
    term: string,
    of = (target: FoundTarget) => Promise.resolve(target),
  ) => {
    const target = await of(await findTarget(store, study, { name }))
    const actor = { ...DANA, name: by }
    await codeTerm(study, { store, kits, target, codes: [{ term }], actor, reason: `${by} thinks so` })
  }
  const judge = async (name: string, kind: 'approved' | 'rejected') => {
    const target = await findTarget(store, study, { name })
    await judgeTerm(study, { store, target, kind, actor: { ...DANA, name: 'Bob' }, reason: 'looked at' })
  }
  await code('sore thumb blues', 'Ann', 'Low mood')
  await judge('sore thumb blues', 'approved')
  await code('odd feeling', 'Ann', 'Malaise')
  await judge('odd feeling', 'rejected')
  await code('Nausea', 'Ann', 'Vomiting', async (target) => {
    if (target.kind !== 'group') throw new Error('a term is meant')
    const [occurrence] = await listOccurrences(store, study.id, { group: target.group, limit: 1 })
    if (!occurrence) throw new Error('it has an occurrence')
    return { kind: 'occurrence', occurrence }
  })
  await store.close()
}

test('an untouched study is clean, and says what was made again and seen', async () => {
  const report = await verify(await copyStudy())
  expect(report.faults).toEqual([])
  expect(report.rebuilt).toEqual(expect.arrayContaining(['ae.arrow', 'ae.csv']))
  expect(report).toMatchObject({ inputsSeen: 2, inputsGone: [], store: { transfers: 2, verdicts: 2 } })
  expect(report.store.decisions).toBeGreaterThan(5)
  expect(report.runId).not.toBeNull()
})

test('verify itself changes nothing', async () => {
  const folder = await copyStudy()
  const before = await readFile(join(folder, 'aecoder.db'))
  await verify(folder)
  expect(before.equals(await readFile(join(folder, 'aecoder.db')))).toBe(true)
})

test('a study that never ran is clean', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-verify-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'study.json'), JSON.stringify(STUDY_FILE))
  expect(await verify(folder)).toMatchObject({ faults: [], runId: null, store: { events: 0 } })
})

/** Statements on the database, and a fault that must be among those named. */
interface Tampering {
  readonly says: string
  readonly sql: string
  readonly fault: RegExp
}

const IN_STORE: readonly Tampering[] = [
  {
    says: 'a verbatim',
    sql: "update occurrence_version set verbatim = 'Nausea!' where verbatim = 'Nausea'",
    fault: /^occurrence [0-9a-f]{32}: transfer 1: its content was changed/,
  },
  {
    says: 'the case of a verbatim',
    sql: "update occurrence_version set verbatim = 'nausea' where verbatim = 'Nausea'",
    fault: /^occurrence .* its content was changed/,
  },
  {
    says: 'a context',
    sql: `update occurrence_version set context = '{"AESER":"N"}' where context like '%Y%'`,
    fault: /^occurrence .* its content was changed/,
  },
  {
    says: 'a site',
    sql: "update occurrence_version set site = '09' where site = '02'",
    fault: /^occurrence .* its content was changed/,
  },
  {
    says: 'a version that is withdrawn',
    sql: "update occurrence_version set present = 0 where verbatim = 'Nausea'",
    fault: /^transfer 1: the occurrences it brought are not those the chain vouches for/,
  },
  {
    says: 'a line number',
    sql: 'update occurrence_version set line = line + 1',
    fault: /^transfer 1: the occurrences it brought/,
  },
  {
    says: 'a record key',
    sql: `update occurrence set key = replace(key, '"0102"', '"0109"')`,
    fault: /^occurrence .* its id does not follow from its key/,
  },
  {
    says: 'an occurrence that is gone',
    sql: 'delete from occurrence_version where transfer_no = 2',
    fault: /^transfer 2: the occurrences it brought/,
  },
  {
    says: 'a code',
    sql: "update coding set code = '80000004' where decision in (select id from decision where actor = 'Ann')",
    fault: /^decision [0-9a-f]{32}: its content was changed/,
  },
  {
    says: 'the text of a path',
    sql: "update coding set path = replace(path, 'Headache', 'Brain ache')",
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'a code that is gone',
    sql: "delete from coding where decision in (select id from decision where actor = 'Ann')",
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'the coder',
    sql: "update decision set actor = 'Carol' where actor = 'Ann'",
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'the moment of a decision',
    sql: "update decision set at = '2026-01-01T00:00:00Z' where actor = 'Ann'",
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'whether a code waits',
    sql: 'update decision set waits = 0 where waits = 1',
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'why a code was given',
    sql: `update decision set explanation = '{"reason":"other"}' where actor = 'aecoder'`,
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'the text a decision was based on',
    sql: "update decision set based_on = 'Nausea!' where based_on = 'Nausea'",
    fault: /^decision .* its content was changed/,
  },
  {
    says: 'a decision that is gone',
    sql: "delete from decision where id = (select min(id) from decision where actor = 'aecoder')",
    fault: /^event \d+: the decisions recorded with it are not those it vouches for/,
  },
  {
    says: "a person's decision that is gone",
    sql: "delete from decision where actor = 'Ann' and group_no is not null",
    fault: /^event \d+: the decisions it vouches for are missing/,
  },
  {
    says: 'a decision without an event',
    sql: "insert into decision select study, 'f' || substr(id, 2), 99, group_no, occurrence_no, based_on, replaces, outcome, step, confidence, waits, artefacts, explanation, actor, actor_kind, auth, at, reason, terminology from decision where actor = 'Ann' and group_no is not null limit 1",
    fault: /^event 99: the decisions recorded with it are not those it vouches for/,
  },
  {
    says: 'a decision beside those of its event',
    sql: "insert into decision select study, 'f' || substr(id, 2), seq, (select max(no) from term_group), null, based_on, replaces, outcome, step, confidence, waits, artefacts, explanation, actor, actor_kind, auth, at, reason, terminology from decision where actor = 'Ann' and group_no is not null limit 1",
    fault: /^event \d+: the decisions recorded with it are not those it vouches for/,
  },
  {
    says: 'a verdict',
    sql: "update verdict set kind = 'approved' where kind = 'rejected'",
    fault: /^verdict of event \d+: it is not what the event vouches for/,
  },
  {
    says: 'who gave a verdict',
    sql: "update verdict set actor = 'Carol'",
    fault: /^verdict of event \d+: it is not what the event vouches for/,
  },
  {
    says: 'a verdict on another decision',
    sql: "update verdict set decision = (select min(d.id) from decision d where d.id <> verdict.decision) where kind = 'approved'",
    fault: /^verdict of event \d+: it is not what the event vouches for/,
  },
  {
    says: 'a verdict that is gone',
    sql: "delete from verdict where kind = 'rejected'",
    fault: /^event \d+: the verdict it vouches for is missing/,
  },
  {
    says: 'a verdict without an event',
    sql: "insert into verdict select study, 99, decision, kind, actor, auth, at, reason from verdict where kind = 'approved'",
    fault: /^verdicts: 1 without an event/,
  },
  {
    says: 'when a verdict was given',
    sql: "update verdict set at = '2026-01-01T00:00:00Z' where kind = 'approved'",
    fault: /verdict|made again from the decisions/,
  },
  {
    says: "an event's reason",
    sql: "update event set reason = 'other' where reason = 'Ann thinks so'",
    fault: /^event \d+: its hash does not fit its content/,
  },
  {
    says: "an event's actor",
    sql: "update event set actor = 'Carol' where seq = 1",
    fault: /^event 1: its hash does not fit its content/,
  },
  {
    says: "an event's body",
    sql: "update event_body set body = replace(body, '2026-03-01', '2026-03-03') where seq = 2",
    fault: /^event 2: its body was changed/,
  },
  {
    says: "an event's salt",
    sql: "update event_body set salt = 'x' where seq = 2",
    fault: /^event 2: its body was changed/,
  },
  {
    says: "an event's body that is gone",
    sql: 'delete from event_body where seq = 2',
    fault: /^event 2: its body is missing/,
  },
  { says: 'an event that is gone', sql: 'delete from event where seq = 3', fault: /^event 4: follows event 2/ },
  { says: 'the first event, gone', sql: 'delete from event where seq = 1', fault: /^event 2: follows event 0/ },
  {
    says: 'two events in each other’s place',
    sql: 'update event set seq = -seq where seq in (5, 6); update event set seq = 11 + seq where seq < 0',
    fault: /^event 5: does not continue the event before it/,
  },
  {
    says: 'a count of the queue',
    sql: "update current_group set occurrences = occurrences + 1 where group_no = (select no from term_group where folded = 'nausea')",
    fault: /^term group .*\("nausea"\): counts 2 occurrences, there are 1/,
  },
  {
    says: 'a group that is gone from the queue',
    sql: "delete from current_group where group_no = (select no from term_group where folded = 'nausea')",
    fault: /^term group no\. \d+: has occurrences but is not counted/,
  },
  {
    says: 'the decision in force of a group',
    sql: "update current_group set decision = null where group_no = (select no from term_group where folded = 'nausea')",
    fault: /^term group .* its decision in force is not its latest/,
  },
  {
    says: "a group's text",
    sql: "update term_group set folded = 'nausea!' where folded = 'nausea'",
    fault: /^term group .* its id does not follow from its text/,
  },
  {
    says: 'an occurrence in another group',
    sql: "update occurrence_version set group_no = (select no from term_group where folded = 'nausea') where verbatim = 'odd feeling'",
    fault: /occurrence|group|made again/,
  },
  {
    says: 'a sequence number',
    sql: 'update sequence set n = n + 10',
    fault: /^ae\.arrow: made again from the decisions it comes out different/,
  },
  {
    says: 'a sequence number that is gone',
    sql: 'delete from sequence where n = 2',
    fault: /^occurrence .* it has 0 sequence numbers instead of one/,
  },
  {
    says: 'a transfer that is said to be abandoned',
    sql: "update transfer_end set state = 'abandoned' where transfer_no = 2",
    fault: /^transfers: 1 committed in the store, 2 in the chain/,
  },
  {
    says: 'a USUBJID',
    sql: "update occurrence set usubjid = 'ABC-101-0199'; update sequence set usubjid = 'ABC-101-0199' where usubjid = 'ABC-101-0103'",
    fault: /occurrence|made again/,
  },
  {
    says: 'the end of the chain, gone',
    sql: 'delete from event where seq = (select max(seq) from event); delete from event_body where seq = (select max(seq) from event_body)',
    fault: /^dataset of event \d+: the chain does not tell of it/,
  },
  {
    says: 'which run the dataset is of',
    sql: "update dataset set manifest_sha256 = 'f'",
    fault: /^event \d+: the dataset it tells of is not the one on record/,
  },
  {
    says: "a subject's sex",
    sql: "update subject_version set sex = 'M' where sex = 'F'",
    fault: /subject/,
  },
  {
    says: 'the row that a transfer set aside',
    sql: "update set_aside set raw = 'something else'",
    fault: /set.aside|transfer 1/,
  },
  {
    says: 'how many rows a file held',
    sql: 'update transfer_file set read = read + 5, skipped = skipped + 5',
    fault: /file|transfer/,
  },
  {
    says: 'the moment a transfer speaks for',
    sql: "update transfer set as_of = '2026-01-01T00:00:00Z'",
    fault: /transfer/,
  },
  {
    says: 'the dictionary in force',
    sql: "insert into artefact values ('dictionary', 'f', 'Other', '1', null); update setting set sha256 = 'f' where kind = 'dictionary'",
    fault: /setting|artefact|dictionary/,
  },
  {
    says: 'the text of a configuration that was in force',
    sql: "update artefact set content = '{}' where kind = 'config'",
    fault: /artefact|config/,
  },
]

/** What a published dataset would give away too, tried without one: the store alone must vouch for it. */
const BEFORE_A_DATASET: readonly Tampering[] = [
  {
    says: 'an occurrence in another group, with the counts to fit',
    sql: `update occurrence_version set group_no = (select no from term_group where folded = 'nausea') where verbatim = 'odd feeling';
      update current_group set occurrences = 0 where group_no = (select no from term_group where folded = 'odd feeling');
      update current_group set occurrences = 2 where group_no = (select no from term_group where folded = 'nausea')`,
    fault: /^occurrence .*group/,
  },
  {
    says: 'a sequence number',
    sql: 'update sequence set n = n + 10',
    fault: /^(?:occurrence|transfer) .*(?:sequence|brought)/,
  },
  {
    says: 'a USUBJID',
    sql: "update occurrence set usubjid = 'ABC-101-0199' where subject = '0103'; update sequence set usubjid = 'ABC-101-0199' where usubjid = 'ABC-101-0103'",
    fault: /^(?:occurrence|transfer) /,
  },
  {
    says: 'how serious an occurrence is, with the counts to fit',
    sql: 'update occurrence_version set serious = 0; update current_group set serious = 0',
    fault: /^(?:occurrence|transfer) /,
  },
  { says: 'when a verdict was given', sql: "update verdict set at = '2026-01-01T00:00:00Z'", fault: /^verdict / },
]

describe('in the database', () => {
  const isNamed = async ({ sql, fault }: Tampering, folder: string) => {
    await tamper(folder, sql)
    expect(await listFaults(folder)).toContainEqual(expect.stringMatching(fault))
  }
  for (const tampering of IN_STORE) {
    test(`${tampering.says} is named`, async () => isNamed(tampering, await copyStudy()))
  }
  for (const tampering of BEFORE_A_DATASET) {
    test(`${tampering.says} is named without a dataset`, async () => {
      const folder = await copyStudy()
      await rm(join(folder, 'out'), { recursive: true })
      await isNamed(tampering, folder)
    })
  }

  test('any event that is gone is named', async () => {
    const count = countEvents(prepared)
    for (let seq = 1; seq < count; seq++) {
      const folder = await copyStudy()
      await tamper(folder, `delete from event where seq = ${seq}; delete from event_body where seq = ${seq}`)
      expect(await listFaults(folder)).toContainEqual(
        expect.stringContaining(`event ${seq + 1}: follows event ${seq - 1}`),
      )
    }
  })

  test('every trigger that is gone or says something else is named', async () => {
    const folder = await copyStudy()
    const triggers = listTriggers(folder)
    expect(triggers).toHaveLength(54)
    const [first, second] = triggers
    inDatabase(folder, (db) => db.exec(`drop trigger ${first?.name}; drop trigger ${second?.name}`))
    inDatabase(folder, (db) => db.exec((second?.sql ?? '').replace('before', 'after')))
    const named = (trigger: typeof first) =>
      expect.stringMatching(new RegExp(`^store: missing or changed: .*${trigger?.name}`))
    const faults = await listFaults(folder)
    expect(faults).toHaveLength(2)
    expect(faults).toEqual(expect.arrayContaining([named(first), named(second)]))
  })

  test('a trigger that does more than the model is named', async () => {
    const folder = await copyStudy()
    inDatabase(folder, (db) =>
      db.exec('create trigger quiet after insert on verdict begin delete from current_group; end'),
    )
    expect(await listFaults(folder)).toContainEqual(expect.stringContaining('quiet'))
  })

  test('a chain that was rewritten as a whole, consistent in itself, is named by the manifest', async () => {
    const folder = await copyStudy()
    rewriteChain(folder, (event) => event)
    expect(await listFaults(folder)).toEqual([
      expect.stringMatching(/^run .*: its manifest saw event \d+ with another hash: the chain was rewritten/),
    ])
  })

  test('a chain whose events were told anew with another actor is named by the manifest', async () => {
    const folder = await copyStudy()
    rewriteChain(folder, (event) => ({ ...event, actor: event.actor === 'Dana' ? 'Carol' : event.actor }))
    expect(await listFaults(folder)).toContainEqual(expect.stringContaining('the chain was rewritten'))
  })
})

describe('in the output', () => {
  test('a changed byte of a dataset is named', async () => {
    const folder = await copyStudy()
    const file = await open(await toOutput(folder, 'ae.arrow'), 'r+')
    await file.write(Buffer.from([0x5a]), 0, 1, 700)
    await file.close()
    expect(await listFaults(folder)).toEqual([expect.stringMatching(/^ae\.arrow: its content was changed/)])
  })

  for (const name of ['ae.arrow', 'ae.csv', 'coding_ae.arrow', 'set-aside.csv']) {
    test(`${name} is named when it is gone`, async () => {
      const folder = await copyStudy()
      await rm(await toOutput(folder, name))
      expect(await listFaults(folder)).toEqual([`${name}: it is not there any more`])
    })

    test(`${name} is named when a line is added to it`, async () => {
      const folder = await copyStudy()
      await appendFile(await toOutput(folder, name), 'one more\n')
      expect(await listFaults(folder)).toEqual([expect.stringContaining(`${name}: its content was changed`)])
    })
  }

  test('a dataset that is changed together with the manifest does not follow from the decisions', async () => {
    const folder = await copyStudy()
    const path = await toOutput(folder, 'ae.csv')
    const text = (await readFile(path, 'utf8')).replace('Headaches', 'Toothache')
    await writeFile(path, text)
    await rewriteManifest(folder, (manifest) => ({
      ...manifest,
      outputs: manifest.outputs.map((output) =>
        output.name === 'ae.csv' ? { ...output, sha256: toSha256(text), bytes: Buffer.byteLength(text) } : output,
      ),
    }))
    expect(await listFaults(folder)).toContainEqual(expect.stringContaining('ae.csv: made again from the decisions'))
  })

  test('a manifest that was changed is named', async () => {
    const folder = await copyStudy()
    const path = await toOutput(folder, 'manifest.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('"by": "Dana"', '"by": "Carol"'))
    expect(await listFaults(folder)).toEqual([expect.stringContaining('manifest.json: its content was changed')])
  })

  test('a manifest that was changed together with its pointer is named by the chain', async () => {
    const folder = await copyStudy()
    await rewriteManifest(folder, (manifest) => ({ ...manifest, by: 'Carol' }))
    expect(await listFaults(folder)).toContainEqual(expect.stringContaining('manifest'))
  })

  test('a manifest that is gone is named', async () => {
    const folder = await copyStudy()
    await rm(await toOutput(folder, 'manifest.json'))
    expect(await listFaults(folder)).toContainEqual(expect.stringContaining('manifest.json'))
  })

  for (const text of ['', '{}', '[]']) {
    test(`a pointer to the current run that says ${JSON.stringify(text)} is named`, async () => {
      const folder = await copyStudy()
      await writeFile(join(folder, 'out', 'current.json'), text)
      expect(await listFaults(folder)).toContainEqual(expect.stringContaining('current.json'))
    })
  }

  test('a pointer to the current run that is gone is named: the chain knows of a run', async () => {
    const folder = await copyStudy()
    await rm(join(folder, 'out', 'current.json'))
    expect(await listFaults(folder)).toContainEqual(expect.stringContaining('current.json'))
  })

  test('an input file that was changed is named, one that is gone is told', async () => {
    const folder = await copyStudy()
    await appendFile(join(folder, 'transfer-2', 'ae.csv'), '0199,01,1,Rash,N\n')
    expect(await verify(folder)).toMatchObject({
      faults: ['ae.csv: the input file was changed after it was read'],
      inputsSeen: 1,
      inputsGone: [],
    })
    await rename(join(folder, 'transfer-2'), join(folder, 'elsewhere'))
    expect(await verify(folder)).toMatchObject({ faults: [], inputsSeen: 0, inputsGone: ['ae.csv', 'dm.csv'] })
  })
})

test('a study is verified wherever its folder stands', async () => {
  const folder = await copyStudy()
  const moved = `${folder}-moved`
  await rename(folder, moved)
  onTestFinished(() => rm(moved, { recursive: true, force: true }))
  expect(await verify(moved)).toMatchObject({ faults: [], inputsSeen: 2 })
})

async function copyStudy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-verify-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await cp(prepared, folder, { recursive: true })
  return folder
}

async function verify(folder: string) {
  const study = await openStudy(folder)
  const store = await openStudyStore(study, toAmbience())
  try {
    return await verifyStudy(study, store)
  } finally {
    await store.close()
  }
}

async function listFaults(folder: string): Promise<readonly string[]> {
  return (await verify(folder)).faults
}

/** Runs statements with all triggers out of the way, and puts these back as they were. */
async function tamper(folder: string, sql: string): Promise<void> {
  const triggers = listTriggers(folder)
  inDatabase(folder, (db) => {
    for (const { name } of triggers) db.exec(`drop trigger ${name}`)
    const before = db.prepare('select total_changes() as n').get()
    db.exec(sql)
    expect(db.prepare('select total_changes() as n').get(), 'rows to tamper with').not.toEqual(before)
    for (const trigger of triggers) db.exec(trigger.sql)
  })
}

function listTriggers(folder: string): { name: string; sql: string }[] {
  const select = "select name, sql from sqlite_master where type = 'trigger' order by name"
  return inDatabase(folder, (db) => db.prepare(select).all() as { name: string; sql: string }[])
}

function countEvents(folder: string): number {
  return inDatabase(folder, (db) => (db.prepare('select count(*) as n from event').get() as { n: number }).n)
}

function inDatabase<T>(folder: string, act: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(folder, 'aecoder.db'))
  try {
    return act(db)
  } finally {
    db.close()
  }
}

type Event = { readonly [column: string]: string | number | null } & { readonly actor: string }

/** Tells the whole chain anew: other salts, digests and hashes, all fitting together. */
function rewriteChain(folder: string, retell: (event: Event) => Event): void {
  const triggers = listTriggers(folder)
  inDatabase(folder, (db) => {
    for (const { name } of triggers) db.exec(`drop trigger ${name}`)
    let previous = '0'.repeat(64)
    for (const row of db.prepare('select * from event order by seq').all() as Event[]) {
      const { hash: _, ...event } = retell(row)
      const seq = Number(event.seq)
      const { body } = db.prepare('select body from event_body where seq = ?').get(seq) as { body: string }
      const body_digest = toSha256(`new salt\n${body}`)
      const told = { ...event, body_digest, prev_hash: previous }
      previous = toSha256(toCanonicalJson(told as Json))
      db.prepare("update event_body set salt = 'new salt' where seq = ?").run(seq)
      const update = db.prepare('update event set actor = ?, body_digest = ?, prev_hash = ?, hash = ? where seq = ?')
      update.run(retell(row).actor, body_digest, told.prev_hash, previous, seq)
    }
    for (const trigger of triggers) db.exec(trigger.sql)
  })
}

interface ManifestText {
  readonly by: string
  readonly outputs: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[]
}

/** Changes the manifest and makes current.json fit it. */
async function rewriteManifest(folder: string, change: (manifest: ManifestText) => ManifestText): Promise<void> {
  const path = await toOutput(folder, 'manifest.json')
  const text = JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as ManifestText), null, 2)
  await writeFile(path, text)
  const pointer = join(folder, 'out', 'current.json')
  const current = JSON.parse(await readFile(pointer, 'utf8')) as { sha256: string }
  await writeFile(pointer, JSON.stringify({ ...current, sha256: toSha256(text) }))
}

/** A file of the current run. */
async function toOutput(folder: string, name: string): Promise<string> {
  const { runId } = JSON.parse(await readFile(join(folder, 'out', 'current.json'), 'utf8')) as { runId: string }
  return join(folder, 'out', 'runs', runId, name)
}

function toSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function toAmbience(): Ambience {
  let seconds = 0
  return {
    now: () => new Date(Date.UTC(2026, 2, 5, 8, 0, seconds++)).toISOString(),
    salt: () => String(seconds++).padStart(32, '0'),
  }
}
