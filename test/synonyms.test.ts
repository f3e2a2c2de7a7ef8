/** What people do with synonyms, end to end on a small dictionary: propose, judge, lists as files, what is coded by them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import {
  type Actor,
  codeTerm,
  type Desk,
  exportSynonyms,
  findTarget,
  importSynonyms,
  judgeSynonym,
  type ListScope,
  listSynonyms,
  openDesk,
  openStudy,
  proposeCoded,
  proposeSynonym,
  readAudit,
  redactTerm,
  runStudy,
  type Synonym,
  verifyStudy,
} from '../pipeline/index.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import { toAmbience } from './store/stage.ts'

const ANN: Actor = { name: 'Ann', kind: 'person', auth: 'asserted' }
const BEA: Actor = { name: 'Bea', kind: 'person', auth: 'asserted' }

const TERMS =
  'code,term,parent,synonyms,assignable\nA,Head,,,N\nA1,Sore head,A,head hurts,\nA2,New head ache,A,,\nB,Skin,,,N\nB1,Red skin,B,rash,\n'
const AE = 'SUBJID,AESEQ,AETERM\n101,1,zzqx\n102,1,Sore head\n103,1,zz red\n104,1,sore heads\n'

const ambience = toAmbience()

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-synonyms-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A study in a folder, run once, with its desk. Studies of one folder share the store. */
async function openWork(
  options: { folder?: string; protocol?: string; terms?: string; sponsor?: string; synonyms?: string } = {},
): Promise<Desk> {
  const { folder = await openFolder(), protocol = 'SYN-1', terms = TERMS, sponsor, synonyms } = options
  const at = (name: string) => join(folder, `${protocol}-${name}`)
  await writeFile(at('terms.csv'), terms)
  await writeFile(at('ae.csv'), AE)
  if (synonyms !== undefined) await writeFile(at('synonyms.csv'), synonyms)
  const config = {
    study: { protocol, environment: 'test', ...(sponsor === undefined ? {} : { sponsor }) },
    dictionary: { name: 'Terms', version: '1', path: at('terms.csv') },
    output: `out-${protocol}`,
    sources: [
      {
        id: 'ae',
        domain: 'AE',
        format: 'csv',
        files: [`${protocol}-ae.csv`],
        key: ['AESEQ'],
        map: { subject: 'SUBJID', AETERM: 'AETERM' },
      },
    ],
    ...(synonyms === undefined ? {} : { lists: { synonyms: [`${protocol}-synonyms.csv`] } }),
    approval: 'none',
  }
  await writeFile(at('study.json'), JSON.stringify(config))
  const study = await openStudy(at('study.json'))
  await run(study)
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  return desk
}

function run(study: Desk['study']) {
  return runStudy(study, { actor: ANN, ambience, asOf: '2026-03-01' })
}

function propose(
  { study, store, kits }: Desk,
  [verbatim, term]: readonly [verbatim: string, term: string],
  scope: ListScope = 'study',
): Promise<Synonym> {
  const proposal = { scope, verbatim, term, domain: null }
  return proposeSynonym(study, { store, kits, proposal, actor: ANN, reason: null })
}

function judge(
  { study, store, kits }: Desk,
  { entry }: Synonym,
  { kind = 'approved' as 'approved' | 'rejected' | 'retired', actor = BEA } = {},
): Promise<Synonym> {
  return judgeSynonym(study, { store, kits, entry: entry.id, kind, actor, reason: 'so it is' })
}

async function approve(desk: Desk, said: readonly [string, string], scope: ListScope = 'study'): Promise<Synonym> {
  return judge(desk, await propose(desk, said, scope))
}

async function listAll({ study, store, kits }: Desk, filter: { scope?: ListScope } = {}): Promise<Synonym[]> {
  return (await listSynonyms(study, { store, kits, limit: 100, ...filter })).synonyms
}

test('an approved entry codes what is open on the next run, and a desk that looks again has it at once', async () => {
  const desk = await openWork()
  const [kit] = desk.kits.all
  await approve(desk, ['zzqx', 'Sore head'])
  expect(desk.kits.all[0]?.lists.synonyms.size, 'before the desk looks again').toBe(0)
  await desk.refreshKits()
  const [now] = desk.kits.all
  expect(now?.lists.synonyms.get('zzqx')).toMatchObject({ lltCode: 'A1' })
  expect([now?.dictionary === kit?.dictionary, now?.matcher === kit?.matcher], 'shared').toEqual([true, true])
  const before = desk.kits
  await desk.refreshKits()
  expect(desk.kits, 'nothing was approved since').toBe(before)
  const { autocoded } = await run(desk.study)
  expect(autocoded).toMatchObject({ synonym: 1 })
  const found = await findTarget(desk.store, desk.study, { name: 'zzqx' })
  const decision = found.kind === 'group' ? found.group.decision : null
  expect(decision).toMatchObject({ outcome: 'synonym', step: 'synonym-list' })
  expect(decision?.explanation.reason).toMatch(/^Approved synonym \(study list, entry [0-9a-f]{8}\)$/)
  expect((await verifyStudy(desk.study, desk.store)).faults).toEqual([])
})

test('what is coded is proposed in the same breath, with the decision it came from; a split is not', async () => {
  const desk = await openWork()
  const { study, store, kits } = desk
  const target = await findTarget(store, study, { name: 'zz red' })
  const act = { store, kits, target, actor: ANN, reason: null }
  const report = await codeTerm(study, { ...act, codes: [{ term: 'B1' }] })
  const { entry, scope } = await proposeCoded(study, { ...act, report, scope: 'study' })
  expect(scope).toBe('study')
  expect(entry).toMatchObject({
    verbatim: 'zz red',
    domain: 'AE',
    state: 'proposed',
    origin: `decision ${report.decision}`,
  })
  expect(entry.path.at(-1)?.code).toBe('B1')
  const other = await findTarget(store, study, { name: 'zzqx' })
  const codes = [
    { term: 'A1', part: 'zz' },
    { term: 'B1', part: 'qx' },
  ]
  const split = await codeTerm(study, { ...act, target: other, codes })
  await expect(proposeCoded(study, { ...act, target: other, report: split, scope: 'study' })).rejects.toThrow(
    'it was split into 2 parts',
  )
})

test('what cannot be an entry is refused, and nothing is written', async () => {
  const desk = await openWork()
  await expect(propose(desk, ['???', 'A1'])).rejects.toMatchObject({ code: 'ENTRY_NOT_ALLOWED' })
  await expect(propose(desk, ['██████ zz', 'A1']), 'of a term with a hidden name').rejects.toThrow('hidden words')
  await expect(propose(desk, ['z'.repeat(501), 'A1'])).rejects.toMatchObject({ code: 'ENTRY_NOT_ALLOWED' })
  await expect(propose(desk, ['zz', 'no such'])).rejects.toMatchObject({ code: 'TERM_NOT_FOUND' })
  await expect(propose(desk, ['zz', 'A'])).rejects.toMatchObject({ code: 'TERM_NOT_CURRENT' })
  await expect(propose(desk, ['zz', 'A1'], 'sponsor')).rejects.toThrow('study.json names no sponsor')
  expect(await listAll(desk)).toEqual([])
})

test('contradictions are shown: other lists, files, terms of the same words, codes that stand', async () => {
  const desk = await openWork({ sponsor: 'ACME', synonyms: 'verbatim,code\nzz filed,B1\n' })
  await approve(desk, ['zzqx', 'A1'], 'sponsor')
  const said = async (verbatim: string, term: string, scope: ListScope = 'study') =>
    (await propose(desk, [verbatim, term], scope)).contradictions
  expect(await said('zzqx', 'B1')).toEqual(['The sponsor list says "Sore head" (A1)'])
  expect(await said('zz filed', 'A1')).toEqual(['SYN-1-synonyms.csv:2 says "Red skin" (B1)'])
  expect(await said('rash', 'A2')).toEqual([
    '"rash" (B1) has these very words: the verbatim is ambiguous and waits for a person',
  ])
  expect(await said('sore head', 'A2', 'global')).toEqual([
    '"Sore head" (A1) has these very words: the verbatim is ambiguous and waits for a person',
    'This study\'s term is coded to "Sore head" (A1) by aecoder',
  ])
  expect(await said('head hurts a lot', 'A1')).toEqual([])
})

test('an entry whose term another version of the dictionary does not assign is left out there and told, and the run goes on', async () => {
  const folder = await openFolder()
  const first = await openWork({ folder, sponsor: 'ACME' })
  await approve(first, ['zzqx', 'A2'], 'sponsor')
  await approve(first, ['zz red', 'B1'], 'global')
  const later = await openWork({
    folder,
    protocol: 'SYN-2',
    sponsor: 'ACME',
    terms: TERMS.replace('A2,New head ache,A,,', 'A2,New head ache,A,,N'),
  })
  const report = await run(later.study)
  expect(report.status).toBe('unchanged')
  expect(report.leftOut).toMatchObject([{ verbatim: 'zzqx', scope: 'sponsor', term: { code: 'A2' } }])
  expect(report.counts.byOutcome.map(({ outcome }) => outcome)).toContain('synonym')
  const shown = await listAll(later, { scope: 'sponsor' })
  expect(shown.map(({ contradictions }) => contradictions)).toEqual([
    ['"New head ache" (A2) is not current any more in Terms 1: it is left out'],
  ])
  const [entry] = shown
  if (entry === undefined) throw new Error('it is in the list')
  await expect(propose(later, ['zzqy', 'A2'], 'sponsor')).rejects.toMatchObject({ code: 'TERM_NOT_CURRENT' })
  await judge(later, entry, { kind: 'retired' })
  expect((await run(later.study)).leftOut).toEqual([])
})

test('a study proves the lists over several studies that its codes rested on', async () => {
  const desk = await openWork()
  const { entry } = await approve(desk, ['zzqx', 'A1'], 'global')
  await run(desk.study)
  const faults = async () => (await verifyStudy(desk.study, desk.store)).faults
  expect(await faults()).toEqual([])
  const { db } = desk.store
  const trigger = await sql<{ sql: string }>`select sql from sqlite_master where name = 'list_step_no_delete'`.execute(
    db,
  )
  await sql`drop trigger list_step_no_delete`.execute(db)
  await sql`delete from list_step where kind = 'approved'`.execute(db)
  await sql.raw(trigger.rows[0]?.sql ?? '').execute(db)
  expect(await faults()).toEqual([
    `list entry ${entry.id}: codes rested on it, and the list of @global never had it in force`,
    '@global: event 2: what it tells of the list is not what stands there',
  ])
})

test('what is coded stays, and a run tells where an entry says otherwise by now', async () => {
  const desk = await openWork()
  expect((await run(desk.study)).disagreements.count).toBe(0)
  await approve(desk, ['sore heads', 'B1'])
  await approve(desk, ['zzqx', 'B1'])
  const { disagreements } = await run(desk.study)
  expect(disagreements.examples).toMatchObject([
    {
      verbatim: 'sore heads',
      standing: { code: 'A1' },
      by: 'aecoder',
      now: { outcome: 'synonym', llt: { code: 'B1' } },
    },
  ])
  expect(disagreements.count).toBe(1)
})

test('a list that is written out and proposed elsewhere says the same, also where a spreadsheet would calculate', async () => {
  const desk = await openWork()
  const { study, store } = desk
  await approve(desk, ['zzqx', 'A1'])
  await propose(desk, ['=1+zz "a", b', 'B1'])
  await judge(desk, await propose(desk, ['zz gone', 'B1']), { kind: 'rejected' })
  const { text, entries } = await exportSynonyms(study, { store, scope: 'study' })
  expect(entries).toBe(3)
  expect(text).toContain(`"'=1+zz ""a"", b",,Terms,B1,Red skin,proposed`)
  const importTo = (scope: ListScope, content: string) => {
    const file = { name: 'list.csv', open: () => toBytes(content) }
    return importSynonyms(study, { store, kits: desk.kits, scope, file, actor: ANN })
  }
  expect(await importTo('study', text)).toEqual({ proposed: 0, known: 2, passedOver: 1 })
  expect(await importTo('global', text)).toEqual({ proposed: 2, known: 0, passedOver: 1 })
  const taken = await listAll(desk, { scope: 'global' })
  expect(taken.map(({ entry }) => `${entry.verbatim} ${entry.state} ${entry.origin}`).sort(compareCodeUnits)).toEqual([
    '=1+zz "a", b proposed list.csv:3',
    'zzqx proposed list.csv:4',
  ])
})

test('a file with a faulty row is refused whole, every fault with its line', async () => {
  const desk = await openWork()
  const content =
    'verbatim,code,domain,state\nzz a,A1,,\nzz b,ZZ,,\n,A1,,\nzz c,A,,\nzz d,A1,DM,\nzz e,A1,ae,maybe\nzz f,,,\n'
  const file = { name: 'list.csv', open: () => toBytes(content) }
  const { study, store, kits } = desk
  const refused = importSynonyms(study, { store, kits, scope: 'study', file, actor: ANN })
  await expect(refused).rejects.toMatchObject({ code: 'LIST_INVALID' })
  await expect(refused).rejects.toThrow(
    [
      'list.csv: 6 rows need a change; nothing was taken in:',
      '  - list.csv:3: no term of Terms 1 has this code or text',
      '  - list.csv:4: "" holds no word (expected what a site writes)',
      '  - list.csv:5: "Head" (A) is a heading of Terms 1 (expected a code that can be assigned)',
      '  - list.csv:6: domain "DM" (expected AE, MH or nothing)',
      '  - list.csv:7: state "maybe" (expected proposed, approved, rejected, retired)',
      '  - list.csv:8: no code (expected the code of a current term)',
    ].join('\n'),
  )
  expect(await listAll(desk)).toEqual([])
})

test('a term with hidden words comes into no list, and an entry of its words shows them to nobody', async () => {
  const desk = await openWork()
  const { study, store, kits } = desk
  await approve(desk, ['zz red', 'B1'])
  const target = await findTarget(store, study, { name: 'zz red' })
  await redactTerm(study, { store, target, words: ['zz'], actor: ANN, reason: 'a name' })
  await expect(propose(desk, ['ZZ red', 'A1'])).rejects.toThrow('"██ red" holds hidden words')
  await expect(propose(desk, ['██ red', 'A1'])).rejects.toThrow('holds hidden words')
  const [entry] = await listAll(desk)
  expect(JSON.stringify(entry)).not.toContain('zz')
  expect(entry?.entry).toMatchObject({ verbatim: '██ red', folded: '██ red' })
  const { text } = await exportSynonyms(study, { store, scope: 'study' })
  expect(text).not.toContain('zz')
  const file = { name: 'list.csv', open: () => toBytes(text) }
  const imported = await importSynonyms(study, { store, kits, scope: 'global', file, actor: ANN })
  expect(imported).toEqual({ proposed: 0, known: 0, passedOver: 1 })
  const audit = await readAudit(desk, {})
  expect(JSON.stringify(audit.rows.filter(({ kind }) => kind.startsWith('list-')))).not.toContain('zz')
})

async function* toBytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
