/** How one transfer follows another, through the library: which is the newer one, and what people did before it came. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  codeTerm,
  diffStudy,
  findTarget,
  listOccurrences,
  listTransfers,
  openDesk,
  openStudy,
  type RunOptions,
  raiseSiteQueries,
  runStudy,
  type Study,
  toShortPath,
} from '../pipeline/index.ts'
import { findNamedAsOf } from '../pipeline/run-transfer.ts'
import { AE_SOURCE, writeSmallStudy, writeTransfer } from './csv-study.ts'
import { openSmallStudy, toAsserted, toSignedIn } from './small-study.ts'
import { toAmbience } from './store/stage.ts'

const DANA = toAsserted('Dana')

test('a snapshot that nothing dates is as old as when it was first taken in: once more, it is refused', async () => {
  const { run } = await openUndated(['Headache'], ['Headache', 'Nausea'])
  const first = await run('transfer-1')
  expect(first.transfer.asOfFrom).toBe('clock')
  await run('transfer-2')
  await expect(run('transfer-1')).rejects.toMatchObject({ code: 'TRANSFER_OLDER' })
  expect((await run('transfer-2')).status).toBe('unchanged')
  const meant = await run('transfer-1', { accept: ['older-transfer'] })
  expect(meant.transfer).toMatchObject({ asOf: first.transfer.asOf, asOfFrom: 'earlier', movement: { withdrawn: 1 } })
})

test('of a delta the same change may come again: the clock dates it', async () => {
  const { run } = await openUndated(['Headache'], ['Nausea'], { transfer: 'delta' })
  await run('transfer-1')
  await run('transfer-2')
  expect((await run('transfer-1')).transfer).toMatchObject({ asOfFrom: 'clock', movement: { changedVerbatim: 1 } })
})

test('diff holds a study against its run also where another run ends between its looks', async () => {
  const { study, folder: root, run } = await openUndated(['Headache'], ['Headache', 'Nausea'])
  await run('transfer-1')
  const input = join(root, 'transfer-2')
  const folder = join(root, 'later')
  for (const name of ['study.json', 'aecoder.db', 'out'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  const later = await openStudy(folder)
  const act = { actor: DANA, ambience: toAmbience(), input, asOf: '2026-03-09' }
  await runStudy(later, act)
  // Of store and output the one that is looked at first is as before that run, the other one as after it.
  let looks = -Object.keys(study.paths).length
  let first: string | symbol | undefined
  const paths = new Proxy(study.paths, {
    get(_, name: keyof Study['paths']) {
      if (++looks <= 0) return study.paths[name] // copied as a whole
      first ??= name
      return (name === first ? study : later).paths[name]
    },
  })
  const seen = await diffStudy({ ...study, paths }, act)
  expect(looks).toBeGreaterThan(1)
  expect(seen.transfer.isRepeat).toBe(true)
})

test('what is wrong with the store is told of the store, not of the copy that diff makes', async () => {
  const { study, run } = await openUndated(['Headache'], ['Nausea'])
  await run('transfer-1')
  await writeFile(study.paths.store, 'no database')
  for (const name of ['-wal', '-shm']) await rm(`${study.paths.store}${name}`, { force: true })
  const seen = diffStudy(study, { actor: DANA, ambience: toAmbience() })
  await expect(seen).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', facts: { where: study.paths.store } })

  await rm(study.paths.store)
  const older = diffStudy(study, { actor: DANA, ambience: toAmbience() })
  await expect(older).rejects.toMatchObject({
    code: 'STORE_OLDER',
    facts: {
      where: toShortPath(study.paths.store),
      action: expect.stringContaining(toShortPath(study.paths.output)) as string,
    },
  })
})

test('what people did to a record that stands under another key now is told: its code stays, and the site is not taken to have answered', async () => {
  const small = await openSmallStudy(['101 Headache', '101 felt off', '101 Rash'])
  const { study, desk } = small
  const { store } = desk
  const found = await small.find('felt off')
  if (found.kind !== 'group') throw new Error('a verbatim names a group')
  const [occurrence] = await listOccurrences(store, study.id, { group: found.group, limit: 1 })
  if (occurrence === undefined) throw new Error('it was reported')
  const asked = { store, kits: desk.kits, group: found.group, text: 'What was felt?', actor: toSignedIn('Ann') }
  await raiseSiteQueries(study, asked)
  const rash = await small.find('Rash')
  if (rash.kind !== 'group') throw new Error('a verbatim names a group')
  const [own] = await listOccurrences(store, study.id, { group: rash.group, limit: 1 })
  if (own === undefined) throw new Error('it was reported')
  await codeTerm(study, {
    store,
    kits: desk.kits,
    target: { kind: 'occurrence', occurrence: own },
    codes: [{ term: 'Fever' }],
    actor: toSignedIn('Ann'),
    reason: 'the narrative',
  })

  const report = await small.run(['101 Fever', '101 Headache', '101 felt off', '101 Rash'])
  expect(report.transfer.keys[0]?.rekeyed).toBe(3)
  expect(report.run.moved).toMatchObject({ rekeyed: 4, ownLeftBehind: 1 })
  expect(report.siteQueries).toEqual({ changed: 0, withdrawn: 0, rekeyed: 1 })
  expect(report.counts.ownOpen).toBe(1)
  expect(await small.listFaults()).toEqual([])
})

test('a site that answers by changing the term has answered, whatever else moves', async () => {
  const small = await openSmallStudy(['101 felt off', '102 Rash'])
  const found = await small.find('felt off')
  if (found.kind !== 'group') throw new Error('a verbatim names a group')
  const { store, kits } = small.desk
  await raiseSiteQueries(small.study, {
    store,
    kits,
    group: found.group,
    text: 'What was it?',
    actor: toSignedIn('Ann'),
  })
  expect((await small.run(['101 Fever', '102 Rash'])).siteQueries).toEqual({ changed: 1, withdrawn: 0, rekeyed: 0 })
})

test('a refused transfer was not taken in, and of one that was taken in often the last time counts', async () => {
  const { folder, run } = await openUndated(['Headache'], ['Nausea'])
  await run('transfer-1', { asOf: '2026-03-01' })
  const good = await readFile(join(folder, 'transfer-2/ae.csv'))
  await writeFile(join(folder, 'transfer-2/ae.csv'), 'SUBJID,AESEQ,AETERM\n101,1,Nausea,x\n')
  expect((await run('transfer-2')).status).toBe('incomplete')
  expect((await run('transfer-2', { accept: ['ragged-row'] })).transfer.asOfFrom).toBe('clock')
  await writeFile(join(folder, 'transfer-2/ae.csv'), good)
  await run('transfer-2', { asOf: '2026-03-02' })
  await run('transfer-1', { asOf: '2026-03-03' })
  await run('transfer-2', { asOf: '2026-03-04' })
  const again = await run('transfer-1', { accept: ['older-transfer'] })
  expect(again.transfer).toMatchObject({ asOf: '2026-03-03T00:00:00Z', asOfFrom: 'earlier' })
})

test('a name says its date in its last part', () => {
  expect(findNamedAsOf(['archive-2026-01-01/transfer-20260302', 's3://bucket/2026-03-03/ae.csv'])).toBe(
    '2026-03-02T00:00:00Z',
  )
})

test('a row that was kept out, and accepted as such, withdraws nothing', async () => {
  const { run } = await openStudyOf([AE_SOURCE])
  await run({ 'ae.csv': 'SUBJID,AESEQ,AETERM\n101,1,Headache\n102,1,Nausea\n' })
  const rows = 'SUBJID,AESEQ,AETERM\n101,1,Headache\n102,1,Nausea,x\n'
  const report = await run({ 'ae.csv': rows }, { accept: ['ragged-row'] })
  expect([report.status, report.transfer.movement.withdrawn]).toEqual(['complete', 0])
})

test('two transfers may speak for the same day', async () => {
  const { run } = await openStudyOf([AE_SOURCE])
  await run({ 'ae.csv': 'SUBJID,AESEQ,AETERM\n101,1,Headache\n' }, { asOf: '2026-03-02' })
  const report = await run({ 'ae.csv': 'SUBJID,AESEQ,AETERM\n101,1,Nausea\n' }, { asOf: '2026-03-02' })
  expect(report.transfer.movement.changedVerbatim).toBe(1)
})

test('a record that would get another USUBJID refuses the transfer; accepted, it keeps its own', async () => {
  const source = { ...AE_SOURCE, map: { ...AE_SOURCE.map, site: 'SITE' } }
  const { study, run } = await openStudyOf([source], { usubjid: '{protocol}-{site}-{subject}' })
  const of = (site: string) => ({ 'ae.csv': `SUBJID,SITE,AESEQ,AETERM\n101,${site},1,Headache\n` })
  await run(of('01'))
  const refused = await run(of('02'))
  expect([refused.status, refused.transfer.refusedFor]).toEqual([
    'incomplete',
    [{ reason: 'usubjid-changed', count: 1 }],
  ])
  expect((await run(of('02'), { accept: ['usubjid-changed'] })).status).toBe('complete')
  const desk = await openDesk(study, { ambience: toAmbience() })
  onTestFinished(() => desk.close())
  const found = await findTarget(desk.store, study, { name: 'Headache' })
  if (found.kind !== 'group') throw new Error('a verbatim names a group')
  const [occurrence] = await listOccurrences(desk.store, study.id, { group: found.group, limit: 1 })
  expect(occurrence?.usubjid).toBe('SML-001-01-101')
})

test('a file that cannot be read to its end leaves an abandoned transfer behind, with the reason', async () => {
  const { study, run } = await openStudyOf([AE_SOURCE])
  await run({ 'ae.csv': 'SUBJID,AESEQ,AETERM\n101,1,Headache\n' })
  const broken = run({ 'ae.csv': 'SUBJID,AESEQ,AETERM\n101,1,Nausea\n102,1,"Rash\n' })
  await expect(broken).rejects.toMatchObject({ code: 'CSV_UNTERMINATED_QUOTE' })
  const desk = await openDesk(study, { ambience: toAmbience() })
  onTestFinished(() => desk.close())
  expect((await listTransfers(desk.store, study.id)).map(({ state }) => state)).toEqual(['committed', 'abandoned'])
})

test('a source that states only what is new misses no form, and is counted also where it says nothing', async () => {
  const odm = {
    id: 'ae',
    domain: 'AE',
    format: 'odm',
    files: ['ae*.xml'],
    transfer: 'delta',
    forms: ['*'],
    map: { AETERM: 'TERM' },
  }
  const mh = { ...AE_SOURCE, id: 'mh', domain: 'MH', files: ['mh.csv'], transfer: 'delta' }
  const { run } = await openStudyOf([odm, { ...mh, map: { subject: 'SUBJID', MHTERM: 'AETERM' } }])
  const toForm = (form: string) =>
    `<FormData FormOID="${form}"><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="TERM" Value="Rash"/></ItemGroupData></FormData>`
  const toOdm = (...forms: string[]) =>
    `<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"><ClinicalData StudyOID="S"><SubjectData SubjectKey="101"><StudyEventData StudyEventOID="E">${forms.map(toForm).join('')}</StudyEventData></SubjectData></ClinicalData></ODM>`
  await run({ 'ae.xml': toOdm('A', 'B'), 'mh.csv': 'SUBJID,AESEQ,AETERM\n101,1,Asthma\n' })
  const report = await run({ 'ae.xml': toOdm('A') })
  expect([report.status, report.transfer.structure]).toEqual(['complete', []])
  const none = { matched: 0, new: 0, returned: 0, gone: 0, rekeyed: 0 }
  expect(report.transfer.keys).toEqual([
    { source: 'ae', known: 2, ...none, matched: 1 },
    { source: 'mh', known: 1, ...none },
  ])
})

test('what comes again under a key that was withdrawn, or changes places by its date alone, is counted', async () => {
  const source = { ...AE_SOURCE, map: { ...AE_SOURCE.map, AESTDAT: 'DAY' } }
  const { run } = await openStudyOf([source])
  const of = (...rows: string[]) => ({
    'ae.csv': `SUBJID,AESEQ,AETERM,DAY\n${rows.map((row) => `101,${row}\n`).join('')}`,
  })
  const rekeyed: (number | undefined)[] = []
  for (const rows of [
    ['1,Rash,2026-01-01'],
    ['2,Rash,2026-01-01'],
    ['1,Rash,2026-01-01'],
    ['1,Rash,2026-01-01', '2,Rash,2026-02-02'],
    ['1,Rash,2026-02-02', '2,Rash,2026-01-01'],
  ])
    rekeyed.push((await run(of(...rows))).transfer.keys[0]?.rekeyed)
  expect(rekeyed).toEqual([0, 1, 1, 0, 2])
})

/** A study of these sources, whose transfers are files by their names, a day apart. */
async function openStudyOf(sources: readonly object[], settings: object = {}) {
  const folder = await writeSmallStudy([], { ...settings, sources })
  const study = await openStudy(folder)
  const ambience = toAmbience()
  let transfers = 1
  const run = async (files: { readonly [name: string]: string }, options: Partial<RunOptions> = {}) => {
    const input = join(folder, `transfer-${++transfers}`)
    await mkdir(input)
    for (const [name, text] of Object.entries(files)) await writeFile(join(input, name), text)
    return await runStudy(study, { actor: DANA, ambience, input, asOf: `2026-03-0${transfers}`, ...options })
  }
  return { study, run }
}

/** A study whose transfers, `transfer-1` and `transfer-2`, nothing dates. */
async function openUndated(
  first: readonly string[],
  second: readonly string[],
  { transfer = 'snapshot' }: { transfer?: string } = {},
) {
  const map = { subject: 'SUBJID', AETERM: 'AETERM' }
  const source = { id: 'ae', domain: 'AE', format: 'csv', files: ['ae.csv'], key: ['AESEQ'], transfer, map }
  const folder = await writeSmallStudy(first, { sources: [source] })
  await writeTransfer(folder, { name: 'transfer-2', terms: second })
  const study = await openStudy(folder)
  const ambience = toAmbience()
  const run = (input: string, options: Partial<RunOptions> = {}) =>
    runStudy(study, { actor: DANA, ambience, input: join(folder, input), ...options })
  return { study, folder, run }
}
