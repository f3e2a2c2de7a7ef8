/** Changes of transactional files on their way in: what they come to, and where their rows end. */
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { countRekeyed } from '../../pipeline/store/rekeyed.ts'
import type { FileCounts } from '../../pipeline/store/staged-file.ts'
import type { Staging } from '../../pipeline/store/staging.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { compareCodeUnits, toCanonicalJson } from '../../schemas/content-id.ts'
import { toKeyText, toOccurrenceContentId, toOccurrenceId } from '../../schemas/occurrence-id.ts'
import type { CodedDomain, Occurrence, OccurrenceChange, RemovalScope, RowOutcome } from '../../schemas/records.ts'
import { toRandom } from '../generators/random.ts'
import { addFile, commitTransfer, DANA, listFaults, openStage, openTransfer, readRows, STUDY, toRow } from './stage.ts'

/** Where a record stands, as a path: `subject/event/form/line`. */
type Path = string

interface Said {
  readonly term?: string
  readonly sev?: string | null
  readonly site?: string
  /** What people call the subject, where it is known by a key. */
  readonly name?: string
  readonly isUpdate?: boolean
  readonly isOther?: boolean
  readonly isNoEvent?: boolean
  readonly line?: number
  readonly domain?: CodedDomain
}

function toPlace(path: Path, domain: CodedDomain) {
  const [subject = '', event = 'E', form = 'F', group = '1'] = path.split('/')
  return { domain, subject, event, eventRepeat: null, form, formRepeat: null, group, groupRepeat: null }
}

function toOccurrence(
  path: Path,
  { term = '', sev = null, site = '01', name, line = 2, domain = 'AE' }: Said,
): Occurrence {
  const place = toPlace(path, domain)
  const field = `${domain}TERM`
  const key = { ...place, record: {}, item: field }
  const { subject } = place
  const context = { AESER: null, AESEV: sev }
  const said = { verbatim: term, subjectRaw: name ?? subject, site, context }
  return {
    ...said,
    id: toOccurrenceId(STUDY, key),
    key: toKeyText(key),
    domain,
    field,
    subject,
    usubjid: `ABC-101-${name ?? subject}`,
    ...(name === undefined ? {} : { isFollowed: true }),
    context: toCanonicalJson(context),
    isSerious: false,
    contentId: toOccurrenceContentId(said),
    line,
  }
}

function toChange(path: Path, said: Said): RowOutcome {
  const change: OccurrenceChange = {
    occurrence: toOccurrence(path, said),
    isTermStated: said.term !== undefined,
    stated: new Set(said.sev === undefined ? [] : ['AESEV']),
    isSiteStated: said.site !== undefined,
    isSubjectStated: true,
    evidence: ['AESEV'],
  }
  const { isUpdate = false, isOther = null, isNoEvent = null, line = 2 } = said
  return { kind: 'changes', line, changes: [change], conditions: { isUpdate, isOther, isNoEvent }, remarks: [] }
}

function toRemoval(path: Path, line = 2): RowOutcome {
  const [subject = '', event, form, group] = path.split('/')
  const scope: RemovalScope = {
    domain: 'AE',
    subject,
    ...(event === undefined ? {} : { event, eventRepeat: null }),
    ...(form === undefined ? {} : { form, formRepeat: null }),
    ...(group === undefined ? {} : { group, groupRepeat: null }),
  }
  return { kind: 'removal', line, scope }
}

function toWhole(path: Path, said: Said): RowOutcome {
  return { kind: 'occurrences', line: 2, raw: 'raw', occurrences: [toOccurrence(path, said)], remarks: [] }
}

async function commit(store: Store, rows: readonly RowOutcome[], options: { asOf?: string; batch?: number } = {}) {
  const staging = await openTransfer(store, options)
  const counts = await addFile(staging, { rows, kind: 'delta', ...options })
  await staging.commit({ actor: DANA, body: {} })
  return { counts, movement: onlySome({ ...staging.movement }) }
}

function onlySome(counts: { readonly [name: string]: number }): { [name: string]: number } {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

/** What stands, a line for each record: path, term, severity. */
async function readState(store: Store): Promise<string[]> {
  const rows = await readRows(store)
  return rows
    .map(({ key, verbatim, context }) => {
      const { subject, event, form, group } = JSON.parse(key) as { [part: string]: string }
      return `${subject}/${event}/${form}/${group} ${verbatim}|${context.AESEV ?? '-'}`
    })
    .sort(compareCodeUnits)
}

const BUCKETS = ['accepted', 'superseded', 'rejected'] as const
function toBuckets(counts: FileCounts) {
  return {
    ...onlySome(Object.fromEntries(BUCKETS.map((bucket) => [bucket, counts[bucket]]))),
    ...counts.skippedBy,
  }
}

describe('a change', () => {
  test('leaves what it does not name as the store keeps it, and makes blank what it names so', async () => {
    const store = await openStage()
    await commit(store, [toChange('1/E/F/1', { term: 'Headache', sev: 'MILD' })])
    await commit(store, [toChange('1/E/F/1', { term: 'Migraine' })])
    expect(await readState(store)).toEqual(['1/E/F/1 Migraine|MILD'])
    await commit(store, [toChange('1/E/F/1', { sev: '' })])
    expect(await readState(store)).toEqual(['1/E/F/1 Migraine|'])
    const { movement } = await commit(store, [toChange('1/E/F/1', { sev: '' })])
    expect(movement).toEqual({ unchanged: 1 })
    expect(await listFaults(store)).toEqual([])
  })

  test('changes what a snapshot brought, and a snapshot states it anew', async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: [toWhole('1/E/F/1', { term: 'Headache', sev: 'MILD' })] })
    await commit(store, [toChange('1/E/F/1', { sev: 'SEVERE' })])
    expect(await readState(store)).toEqual(['1/E/F/1 Headache|SEVERE'])
    const { movement } = await commitTransfer(store, { rows: [toWhole('1/E/F/1', { term: 'Headache' })] })
    expect(onlySome({ ...movement })).toEqual({ changedContext: 1 })
    expect(await readState(store)).toEqual(['1/E/F/1 Headache|-'])
  })

  test('of the same record as another one folds into it, in whatever file or batch it stands', async () => {
    const store = await openStage()
    const staging = await openTransfer(store)
    const first = await addRows(staging, [
      toChange('1/E/F/1', { term: 'Head', line: 2 }),
      toChange('1/E/F/1', { term: 'Headache', line: 3 }),
    ])
    const second = await addRows(staging, [toChange('1/E/F/1', { sev: 'MILD', line: 9 })])
    await staging.settle()
    await staging.commit({ actor: DANA, body: {} })
    expect([toBuckets(first), toBuckets(second)]).toEqual([{ superseded: 2 }, { accepted: 1 }])
    expect(second.read).toBe(1)
    expect(await readState(store)).toEqual(['1/E/F/1 Headache|MILD'])
    expect(await listFaults(store)).toEqual([])
  })

  test('that leaves nothing filled in withdraws the record, as a snapshot without it would', async () => {
    const store = await openStage()
    await commit(store, [toChange('1/E/F/1', { term: 'Headache', sev: 'MILD' })])
    const blank = await commit(store, [toChange('1/E/F/1', { term: '' }), toChange('1/E/F/1', { sev: null })])
    expect(blank.movement).toEqual({ withdrawn: 1 })
    expect(toBuckets(blank.counts)).toEqual({ superseded: 1, accepted: 1 })
    const more = await commit(store, [toChange('1/E/F/1', { sev: '' })])
    expect([more.movement, toBuckets(more.counts)]).toEqual([{}, { 'empty-record': 1 }])
    expect(await listFaults(store)).toEqual([])
  })

  test('that takes the record to another form withdraws it; one that says no event does unless it names one', async () => {
    const store = await openStage()
    await commit(store, [
      toChange('1/E/F/1', { term: 'Headache' }),
      toChange('1/E/F/2', { term: 'Rash' }),
      toChange('1/E/F/3', { term: 'Cough', sev: 'MILD' }),
    ])
    const { movement } = await commit(store, [
      toChange('1/E/F/1', { isOther: true }),
      toChange('1/E/F/2', { isNoEvent: true }),
      toChange('1/E/F/3', { isNoEvent: true, term: '' }),
    ])
    expect(movement).toEqual({ unchanged: 1, withdrawn: 2 })
    expect(await readState(store)).toEqual(['1/E/F/2 Rash|-'])
  })

  test('that updates what is not known is taken, and told', async () => {
    const store = await openStage()
    const { counts } = await commit(store, [toChange('1/E/F/1', { term: 'Headache', isUpdate: true, line: 7 })])
    expect(counts.remarks).toEqual({
      'update-unknown': {
        count: 1,
        examples: ['line 7: subject "1", event "E", form "F", group "1" is updated, but was not known'],
      },
    })
    const again = await commit(store, [toChange('1/E/F/1', { sev: 'MILD', isUpdate: true })])
    expect(again.counts.remarks).toEqual({})
  })

  test('of a record that the same transfer states as a whole is refused', async () => {
    const store = await openStage()
    const staging = await openTransfer(store)
    await addRows(staging, [toWhole('1/E/F/1', { term: 'Headache' })], 'snapshot')
    const counts = await addRows(staging, [toChange('1/E/F/1', { term: 'Migraine' })])
    await staging.settle()
    expect(counts).toMatchObject({ read: 1, rejected: 1, superseded: 0, rejectedBy: { 'conflicting-key': 1 } })
    await staging.commit({ actor: DANA, body: {} })
    expect(await readState(store)).toEqual(['1/E/F/1 Headache|-'])
    expect(await listFaults(store)).toEqual([])
  })

  test('is refused there also where it comes to the same', async () => {
    const store = await openStage()
    const staging = await openTransfer(store)
    await addRows(staging, [toWhole('1/E/F/1', { term: 'Headache' })], 'snapshot')
    const counts = await addRows(staging, [toChange('1/E/F/1', { term: 'Headache', site: '01' })])
    await staging.settle()
    expect(counts).toMatchObject({ read: 1, rejected: 1, superseded: 0 })
    await staging.commit({ actor: DANA, body: {} })
    expect(await listFaults(store)).toEqual([])
  })

  test('keeps the doubts about what it does not name, and no others', async () => {
    const store = await openStage()
    const doubt = { code: 'date-not-understood', line: 2, text: 'MILD is no date', variable: 'AESEV' } as const
    const doubted = (path: Path): RowOutcome => {
      const row = toChange(path, { term: 'Rash', sev: 'MILD' })
      return row.kind === 'changes' ? { ...row, remarks: [doubt] } : row
    }
    const { counts } = await commit(store, [
      doubted('1/E/F/1'),
      toChange('1/E/F/1', { term: 'Cough' }),
      doubted('1/E/F/2'),
      toChange('1/E/F/2', { sev: '' }),
    ])
    expect(counts.remarks['date-not-understood']?.count).toBe(1)
  })

  test('that does not name the site gives no other USUBJID', async () => {
    const store = await openStage()
    await commit(store, [toChange('1/E/F/1', { term: 'Rash', site: '01' })])
    const row = toChange('1/E/F/1', { term: 'Cough' })
    if (row.kind !== 'changes') throw new Error('a row of changes')
    const changes = row.changes.map((of) => ({ ...of, occurrence: { ...of.occurrence, usubjid: 'of no site' } }))
    const staging = await openTransfer(store)
    await addFile(staging, { rows: [{ ...row, changes }], kind: 'delta' })
    expect([staging.movement.changedVerbatim, staging.usubjidChanged]).toEqual([1, 0])
    await staging.abandon({ actor: DANA, reason: 'a test' })
  })

  test('has no effect when the transfer is abandoned, and its rows are on record', async () => {
    const store = await openStage()
    await commit(store, [toChange('1/E/F/1', { term: 'Headache' })])
    const staging = await openTransfer(store)
    await addRows(staging, [toChange('1/E/F/1', { term: 'Migraine' }), toRemoval('1')])
    await staging.abandon({ actor: DANA, reason: 'the next file is broken' })
    expect(await readState(store)).toEqual(['1/E/F/1 Headache|-'])
    const files = await store.db.selectFrom('transfer_file').select(['transfer_no', 'read']).execute()
    expect(files.map(({ transfer_no, read }) => `${transfer_no}: ${read}`)).toEqual(['1: 1', '2: 2'])
    expect(await listFaults(store)).toEqual([])
  })

  test('must be settled before the transfer is committed', async () => {
    const staging = await openTransfer(await openStage())
    await addRows(staging, [toChange('1/E/F/1', { term: 'Headache' })])
    await expect(staging.commit({ actor: DANA, body: {} })).rejects.toThrow('settle comes first')
  })

  test('cannot be changed afterwards without verify telling', async () => {
    const store = await openStage()
    await commit(store, [toChange('1/E/F/1', { term: 'Headache' }), toChange('1/E/F/2', { term: 'Rash' })])
    await commit(store, [toChange('1/E/F/1', { term: 'Migraine', line: 5 }), toRemoval('1/E/F/2', 6)])
    expect(await listFaults(store)).toEqual([])
    await sql`drop trigger occurrence_version_no_update`.execute(store.db)
    await sql`update occurrence_version set line = 7 where transfer_no = 2 and present = 0`.execute(store.db)
    expect(await listFaults(store)).toContainEqual(expect.stringMatching(/^transfer 2: the occurrences it brought/))
  })
})

describe('a removal', () => {
  const DATA = [
    ...['1/E/F/1', '1/E/F/2', '1/E/G/1', '1/V/F/1'].map((path) =>
      toChange(path, { term: 'Rash', sev: 'MILD', site: '01' }),
    ),
    toChange('2/E/F/1', { term: 'Rash' }),
  ]
  test.each([
    ['1', ['2/E/F/1']],
    ['1/E', ['1/V/F/1', '2/E/F/1']],
    ['1/E/F', ['1/E/G/1', '1/V/F/1', '2/E/F/1']],
    ['1/E/F/2', ['1/E/F/1', '1/E/G/1', '1/V/F/1', '2/E/F/1']],
  ])('of %s takes all below it along, and nothing else', async (path, left) => {
    const store = await openStage()
    await commit(store, DATA)
    const { counts, movement } = await commit(store, [toRemoval(path)])
    expect(movement).toEqual({ withdrawn: 5 - left.length })
    expect(toBuckets(counts)).toEqual({ accepted: 1 })
    expect((await readState(store)).map((line) => line.split(' ')[0])).toEqual(left)
    const again = await commit(store, [toRemoval(path)])
    expect([again.movement, toBuckets(again.counts)]).toEqual([{}, { 'not-there': 1 }])
    expect(await listFaults(store)).toEqual([])
  })

  test('is said by name: what it takes along is gone, but not missing, also where it comes again under another key', async () => {
    const store = await openStage()
    await commit(store, DATA)
    const staging = await openTransfer(store)
    const rows = [toRemoval('1/E'), toChange('1/E/F/7', { term: 'Rash', sev: 'MILD', site: '01' })]
    await addFile(staging, { rows, kind: 'delta' })
    expect(staging.keys.get('ae')).toMatchObject({ new: 1, gone: 3 })
    expect(staging.missing).toEqual(new Map())
    expect(await countRekeyed(store.db, STUDY, staging.transferNo)).toEqual([{ source: 'ae', all: 1, missing: 0 }])
    await staging.abandon({ actor: DANA, reason: 'a test' })
  })

  test('lets a record begin anew when it is stated again, in the same transfer or a later one', async () => {
    const store = await openStage()
    await commit(store, DATA)
    const { counts, movement } = await commit(store, [toRemoval('1'), toChange('1/E/F/1', { term: 'Cough' })])
    expect(movement).toEqual({ changedVerbatim: 1, withdrawn: 3 })
    expect(toBuckets(counts)).toEqual({ accepted: 2 })
    const later = await commit(store, [
      toChange('1/V/F/1', { sev: 'SEVERE', term: 'Rash' }),
      toChange('1/E/F/2', { term: 'Rash' }),
    ])
    expect(later.movement).toEqual({ returned: 2 })
    expect(await readState(store)).toEqual([
      '1/E/F/1 Cough|-',
      '1/E/F/2 Rash|-',
      '1/V/F/1 Rash|SEVERE',
      '2/E/F/1 Rash|-',
    ])
    expect(await listFaults(store)).toEqual([])
  })

  test('leaves nothing of what was said before it: neither another form nor that there was no event', async () => {
    const store = await openStage()
    await commit(store, [
      toChange('1/E/F/1', { term: 'Rash', isOther: true }),
      toChange('1/E/F/2', { sev: 'MILD', isNoEvent: true }),
      toRemoval('1'),
      toChange('1/E/F/1', { term: 'Rash' }),
      toChange('1/E/F/2', { sev: 'MILD' }),
    ])
    expect(await readState(store)).toEqual(['1/E/F/1 Rash|-', '1/E/F/2 |MILD'])
  })

  test('takes along nothing of another domain, whose records may stand at the same place', async () => {
    const store = await openStage()
    await commit(store, [toChange('1/E/F/1', { term: 'Rash' }), toChange('1/E/F/1', { term: 'Rash', domain: 'MH' })])
    const { movement } = await commit(store, [toRemoval('1')])
    expect(movement).toEqual({ withdrawn: 1 })
    expect(await readRows(store, { domain: 'MH' })).toHaveLength(1)
  })

  test('that all comes back from is superseded', async () => {
    const store = await openStage()
    await commit(store, DATA)
    const { counts, movement } = await commit(store, [
      toRemoval('1/E/F/1'),
      toChange('1/E/F/1', { term: 'Rash', sev: 'MILD' }),
    ])
    expect([movement, toBuckets(counts)]).toEqual([{ unchanged: 1 }, { superseded: 1, accepted: 1 }])
  })

  test('in a snapshot leaves alone what another record of it states', async () => {
    const store = await openStage()
    await commit(store, DATA)
    const staging = await openTransfer(store)
    const counts = await addRows(staging, [toRemoval('1/E'), toWhole('1/E/F/1', { term: 'Rash', sev: 'MILD' })], 'ae')
    await staging.settle()
    await staging.withdrawMissing('ae')
    await staging.commit({ actor: DANA, body: {} })
    expect(onlySome({ ...staging.movement })).toEqual({ unchanged: 1, withdrawn: 4 })
    expect(toBuckets(counts)).toEqual({ accepted: 2 })
    expect(await readState(store)).toEqual(['1/E/F/1 Rash|MILD'])
    expect(await listFaults(store)).toEqual([])
  })
})

describe('a subject known by its key', () => {
  test('keeps the USUBJID it was first given, also for what comes later', async () => {
    const store = await openStage()
    await commit(store, [toChange('u1/E/F/1', { term: 'Rash', name: 'S-1' })])
    const { counts, movement } = await commit(store, [toChange('u1/E/F/2', { term: 'Cough', name: '101', line: 8 })])
    expect(movement).toEqual({ new: 1, changedContext: 1 })
    expect(counts.remarks).toEqual({
      'subject-renamed': { count: 1, examples: ['line 8: S-1 → 101, still ABC-101-S-1'] },
    })
    const rows = await readRows(store)
    expect(rows.map(({ usubjid, subject, sequence }) => `${usubjid} ${subject} #${sequence}`)).toEqual([
      'ABC-101-S-1 101 #1',
      'ABC-101-S-1 101 #2',
    ])
    expect(await listFaults(store)).toEqual([])
  })

  test('is renamed by a row that says nothing else, which counts when it is news', async () => {
    const store = await openStage()
    await commit(store, [toChange('u1/E/F/1', { term: 'Rash', name: 'S-1' })])
    const toName = (subjectRaw: string): RowOutcome => ({
      kind: 'subject-name',
      line: 4,
      name: { subject: 'u1', subjectRaw, site: null },
    })
    const renamed = await commit(store, [toName('S-2'), toName('101')])
    expect([renamed.movement, toBuckets(renamed.counts)]).toEqual([
      { changedContext: 1 },
      { accepted: 1, 'nothing-stated': 1 },
    ])
    const same = await commit(store, [toName('101')])
    expect([same.movement, toBuckets(same.counts)]).toEqual([{}, { 'nothing-stated': 1 }])
    expect((await readRows(store)).map(({ subject }) => subject)).toEqual(['101'])
    expect(await listFaults(store)).toEqual([])
  })

  test('takes its records of that source along, with their site, also those without a term', async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: [toWhole('u1/E/F/1', { term: 'Rash', name: 'S-1' })], source: 'mh' })
    await commit(store, [toWhole('u1/E/F/2', { sev: 'MILD', name: 'S-1' })])
    const { movement } = await commit(store, [
      { kind: 'subject-name', line: 4, name: { subject: 'u1', subjectRaw: '101', site: '01' } },
      { kind: 'subject-name', line: 5, name: { subject: 'u1', subjectRaw: 'S-1', site: '02' } },
    ])
    expect(movement).toEqual({ changedContext: 1 })
    const rows = await readRows(store)
    expect(rows.map(({ subject, verbatim, site }) => [subject, verbatim, site])).toEqual([
      ['S-1', 'Rash', '01'],
      ['S-1', '', '02'],
    ])
  })

  test('is renamed with very many others', async () => {
    const store = await openStage()
    const subjects = Array.from({ length: 2001 }, (_, index) => `u${index}`)
    await commit(
      store,
      subjects.map((subject) => toChange(`${subject}/E/F/1`, { term: 'Rash', name: subject })),
      { batch: 5000 },
    )
    const { movement } = await commit(
      store,
      subjects.map(
        (subject): RowOutcome => ({
          kind: 'subject-name',
          line: 4,
          name: { subject, subjectRaw: `S-${subject}`, site: null },
        }),
      ),
      { batch: 5000 },
    )
    expect(movement).toEqual({ changedContext: subjects.length })
  })

  test('is renamed where its record is emptied in the same transfer, which is withdrawn all the same', async () => {
    const store = await openStage()
    await commit(store, [toChange('u1/E/F/1', { term: 'Rash', sev: 'MILD', name: 'S-1' })])
    const emptied = toChange('u1/E/F/1', { term: '', name: '101' })
    if (emptied.kind !== 'changes') throw new Error('a row of changes')
    // Severity alone is no record here.
    const changes = emptied.changes.map((change) => ({ ...change, evidence: [] }))
    const { movement } = await commit(store, [{ ...emptied, changes }])
    expect(movement).toEqual({ withdrawn: 1 })
    expect(await listFaults(store)).toEqual([])
  })

  test('without a key another id is another USUBJID', async () => {
    const store = await openStage()
    const staging = await openTransfer(store)
    await addFile(staging, { rows: [toRow({ subject: '1', term: 'Rash' })] })
    expect(staging.usubjidChanged).toBe(0)
    await staging.commit({ actor: DANA, body: {} })
    const next = await openTransfer(store)
    const row = toRow({ subject: '1', term: 'Rash' })
    if (row.kind !== 'occurrences') throw new Error('a row of occurrences')
    await addFile(next, { rows: [{ ...row, occurrences: row.occurrences.map((of) => ({ ...of, usubjid: 'other' })) }] })
    expect(next.usubjidChanged).toBe(1)
  })
})

test('demographics change by what is named, and a removal leaves nothing known', async () => {
  const store = await openStage()
  const toDm = (said: { sex?: 'M' | 'F' | null; birthYear?: number | null }): RowOutcome => ({
    kind: 'subject-change',
    line: 2,
    subject: {
      subject: '1',
      usubjid: 'ABC-101-1',
      site: '01',
      sex: said.sex ?? null,
      birthYear: said.birthYear ?? null,
      line: 2,
    },
    isSexStated: said.sex !== undefined,
    isBirthYearStated: said.birthYear !== undefined,
    isSiteStated: true,
    remarks: [],
  })
  const read = async () => {
    const rows = await store.db
      .selectFrom('subject_version')
      .select(['sex', 'birth_year'])
      .orderBy('transfer_no')
      .execute()
    return rows.map(({ sex, birth_year }) => `${sex} ${birth_year}`)
  }
  await commit(store, [toDm({ sex: 'F' }), toDm({ birthYear: 1970 })])
  await commit(store, [toDm({ sex: 'M' })])
  await commit(store, [{ kind: 'removal', line: 3, scope: { domain: 'DM', subject: '1' } }])
  const { counts } = await commit(store, [{ kind: 'removal', line: 3, scope: { domain: 'DM', subject: '1' } }])
  expect(await read()).toEqual(['F 1970', 'M 1970', 'null null'])
  expect(toBuckets(counts)).toEqual({ 'not-there': 1 })
  expect(await listFaults(store)).toEqual([])
})

test('demographics that one file states as a whole are not changed by another one', async () => {
  const store = await openStage()
  const subject = { subject: '1', usubjid: 'ABC-101-1', site: '01', sex: 'F', birthYear: 1970, line: 2 } as const
  const staging = await openTransfer(store)
  await addRows(staging, [{ kind: 'subject', line: 2, raw: 'raw', subject, remarks: [] }], 'dm')
  const change = { isSexStated: true, isBirthYearStated: false, isSiteStated: false, remarks: [] }
  const changed = { ...subject, sex: 'M' } as const
  const counts = await addRows(staging, [{ kind: 'subject-change', line: 3, subject: changed, ...change }])
  await staging.settle()
  expect(counts).toMatchObject({ read: 1, rejected: 1, superseded: 0, rejectedBy: { 'conflicting-key': 1 } })
  await staging.abandon({ actor: DANA, reason: 'a test' })
})

test.each([1, 2, 3, 4, 5, 6])('any sequence of changes ends as replaying it in memory does (seed %d)', async (seed) => {
  const random = toRandom(seed)
  const store = await openStage()
  const known = new Map<Path, { term: string; sev: string | null }>()
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  for (let transfer = 0; transfer < 8; transfer++) {
    const before = new Map(known)
    const rows = Array.from({ length: 1 + Math.floor(random() * 30) }, (_, index): RowOutcome => {
      const parts = [pick(['1', '2']), pick(['E', 'V']), pick(['F', 'G']), pick(['1', '2'])]
      if (random() < 0.25) {
        const path = parts.slice(0, 1 + Math.floor(random() * 4)).join('/')
        for (const one of known.keys()) if (`${one}/`.startsWith(`${path}/`)) known.delete(one)
        return toRemoval(path, index)
      }
      const path = parts.join('/')
      const said = {
        ...(random() < 0.6 ? { term: pick(['Rash', 'Cough', '']) } : {}),
        ...(random() < 0.6 ? { sev: pick(['MILD', '', null]) } : {}),
      }
      known.set(path, { term: '', sev: null, ...known.get(path), ...said })
      return toChange(path, { ...said, line: index })
    })
    const isFilled = ({ term, sev }: { term: string; sev: string | null }) => term !== '' || (sev ?? '') !== ''
    if (random() < 0.2) {
      const staging = await openTransfer(store)
      await addRows(staging, rows)
      if (random() < 0.5) await staging.settle()
      await staging.abandon({ actor: DANA, reason: 'a test says so' })
      known.clear()
      for (const [path, state] of before) known.set(path, state)
    } else {
      const { counts } = await commit(store, rows, { batch: 1 + Math.floor(random() * 40) })
      expect(counts.read).toBe(rows.length)
      expect(counts.accepted + counts.superseded + counts.skipped).toBe(counts.read)
    }
    // Nothing is kept of a record that holds nothing: it begins anew.
    for (const [path, state] of known) if (!isFilled(state)) known.delete(path)
    const expected = [...known].map(([path, { term, sev }]) => `${path} ${term}|${sev ?? '-'}`).sort(compareCodeUnits)
    expect(await readState(store)).toEqual(expected)
  }
  expect(await listFaults(store)).toEqual([])
})

/** Adds a file without settling what it changes. */
async function addRows(staging: Staging, rows: readonly RowOutcome[], source = 'ae') {
  staging.beginFile({ source, name: `${source}.xml` })
  await staging.add(rows)
  return await staging.endFile({ sha256: 'f'.repeat(64), bytes: 1, encoding: 'utf-8' })
}
