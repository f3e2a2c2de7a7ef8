/**
 * The main job from the command line, on a copy of the sample study: a transfer in, a term looked at, coded, approved,
 * exported and proved; the next transfer. Then what every command promises: help, JSON, messages for wrong arguments.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from '@uwdata/flechette'
import { expect, onTestFinished, test } from 'vitest'
import { COMMANDS } from '../../pipeline/cli/commands.ts'
import { writeMeddraShaped } from '../generators/meddra-shaped.ts'
import { OPENAE_0_1 } from '../openae.ts'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'
import { openReviewers } from './people.ts'
import { copySampleForTest } from './sample.ts'
import { openStored, readCurrentFiles } from './stored.ts'

interface Term {
  readonly id: string
  readonly verbatim: string
  readonly occurrences: number
  readonly subjects: number
  readonly outcome: string
  readonly coder: string | null
  readonly verdict: { readonly kind: string; readonly actor: string; readonly reason: string | null } | null
  readonly candidates: readonly { readonly path: readonly { readonly text: string }[] }[]
}
interface Counts {
  readonly openGroups: number
  readonly toApproveGroups: number
}
interface RunAnswer {
  readonly status: string
  readonly transfer: {
    readonly isRepeat: boolean
    readonly movement: { readonly [move: string]: number }
    readonly files: readonly { readonly name: string; readonly [bucket: string]: unknown }[]
  }
  readonly run: { readonly runId: string }
}

const SYSTEM_USER = `${userInfo().username}@${hostname()}`

test('a term goes from the export into the dataset by a code and a second person, and the next transfer takes it along', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  const at = ['--study', study] as const
  const transfer = (date: string) => ['--input', join(study, 'transfers', date)] as const

  const first = await askAecoder<RunAnswer>(['run', ...at])
  expect(first.status).toBe('complete')
  expect(
    first.transfer.files.map(({ name, read, accepted, duplicate, skipped }) => [
      name,
      read,
      accepted,
      duplicate,
      skipped,
    ]),
  ).toEqual([
    ['ae.csv', 423, 393, 1, 29],
    ['mh.xml', 219, 97, 0, 122],
    ['dm.csv', 62, 62, 0, 0],
  ])

  const { term, waiting } = await findWaiting(study, 'diarhea')
  expect(term).toMatchObject({ occurrences: 7, subjects: 7, outcome: 'low-confidence', coder: null, verdict: null })
  expect(term?.candidates[0]?.path.at(-2)?.text).toBe('Diarrhoea')
  expect(await readCoded(study, 'diarhea')).toEqual(Array(7).fill(null))

  const explained = await askAecoder<{
    now: { outcome: string; reason: string }
    history: unknown[]
    occurrences: unknown[]
  }>(['explain', 'diarhea', ...at])
  expect(explained.now).toMatchObject({
    outcome: 'low-confidence',
    reason: expect.stringContaining('Diarrhoea') as string,
  })
  expect([explained.history.length, explained.occurrences.length]).toEqual([1, 7])

  const code = ['code', 'diarhea', '--term', 'Diarrhoea', '--as', 'Ann Coder', ...at]
  expect(await askAecoder(code)).toMatchObject({ verbatim: 'diarhea', occurrences: 7, approval: 'pending' })
  const approve = ['approve', 'diarhea', ...at]
  // A name that is only asserted approves nothing, and nobody's does even less.
  expect(await refusedBy([...approve, '--as', 'Bea'])).toEqual({ code: 'SIGN_IN_NEEDED', exitCode: 1 })
  expect(await refusedBy(approve)).toEqual({ code: 'SIGN_IN_NEEDED', exitCode: 1 })
  const {
    Bea,
    'ann CODER': sameAnn,
    Cleo,
  } = await openReviewers(study, {
    Bea: ['approver'],
    'ann CODER': ['coder', 'approver'],
    Cleo: ['coder'],
  })
  // Her own spelling of her own name makes no second person.
  expect(await refusedBy(approve, sameAnn)).toEqual({ code: 'DECISION_NOT_ALLOWED', exitCode: 1 })
  expect(await refusedBy(approve, Cleo)).toEqual({ code: 'NOT_PERMITTED', exitCode: 1 })
  const wrong = { variables: { ...Bea.variables, AECODER_PASSWORD: 'not this one' } }
  expect(await refusedBy(approve, wrong)).toEqual({ code: 'SIGN_IN_REFUSED', exitCode: 1 })
  expect(await askAecoder(approve, Bea)).toMatchObject({ verbatim: 'diarhea', approval: 'approved' })
  expect(await findWaiting(study, 'diarhea')).toEqual({ term: undefined, waiting: waiting - 1 })
  expect(await readCoded(study, 'diarhea')).toEqual(Array(7).fill(null))

  const exported = await askAecoder<{ isUnchanged: boolean; runId: string }>(['export', ...at])
  expect(exported.isUnchanged).toBe(false)
  expect(exported.runId).not.toBe(first.run.runId)
  expect(await readCoded(study, 'diarhea')).toEqual(Array(7).fill('Diarrhoea'))
  expect(listEvents(study)).toEqual([
    ['settings-changed', `system user ${SYSTEM_USER}`],
    ['transfer-committed', `system user ${SYSTEM_USER}`],
    ['autocoded', 'internal'],
    ['context-checked', 'internal'],
    ['dataset-written', `system user ${SYSTEM_USER}`],
    ['coded', `asserted with --as by ${SYSTEM_USER}`],
    ['approved', 'signed in with password, password given again'],
    ['dataset-written', `system user ${SYSTEM_USER}`],
  ])
  expect(listActors(study)).toEqual(['Ann Coder', 'Bea', 'aecoder', userInfo().username].sort())
  expect(await askAecoder<{ isUnchanged: boolean }>(['export', ...at])).toMatchObject({ isUnchanged: true })
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [], runId: exported.runId, inputsSeen: 3 })

  const second = await askAecoder<RunAnswer>(['run', ...at, ...transfer('2026-03-09')])
  expect(second.transfer.movement).toEqual({
    new: 15,
    unchanged: 475,
    changedVerbatim: 6,
    changedContext: 5,
    returned: 0,
    withdrawn: 4,
  })
  // One site corrected its spelling, another subject has the old one now: its code waits for nobody.
  expect(await readCoded(study, 'diarhea')).toEqual(Array(7).fill('Diarrhoea'))
  const again = await askAecoder<RunAnswer>(['run', ...at, ...transfer('2026-03-09')])
  expect([again.status, again.transfer.isRepeat, again.run.runId]).toEqual(['unchanged', true, second.run.runId])
  const status = await askAecoder<{ transfers: { input: string; state: string }[]; current: unknown }>([
    'status',
    ...at,
  ])
  expect(status.transfers.map(({ input, state }) => [input, state])).toEqual([
    ['transfers/2026-03-02', 'committed'],
    ['transfers/2026-03-09', 'committed'],
  ])
  expect(status.current).toMatchObject({ state: 'whole', manifest: { runId: second.run.runId } })
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [], runId: second.run.runId })
})

test('what people make of confident codes stands beside what the threshold promises', async () => {
  const study = await copySampleForTest()
  const at = ['--study', study] as const
  await askAecoder(['run', ...at])
  interface Status {
    promise: {
      gold: { coded: number; right: number; lowerBound: number }
      reviewed: { judged: number; right: number }
      pooled: { coded: number; right: number; lowerBound: number }
    }
  }
  const before = (await askAecoder<Status>(['status', ...at])).promise
  expect(before.reviewed).toEqual({ judged: 0, right: 0 })
  expect(before.pooled).toEqual(before.gold)
  expect(before.gold.lowerBound).toBeLessThan(before.gold.right / before.gold.coded)

  const { Bea } = await openReviewers(study, { Bea: ['approver'] })
  await askAecoder(['approve', 'vomitting', ...at], Bea)
  await askAecoder(['reject', 'dizzyness', '--reason', 'vertigo?', ...at], Bea)
  // Another term of the same concept is no other code; one of another concept is.
  await askAecoder(['code', 'diarhea', '--term', 'Loose stools', '--as', 'Ann', '--reason', 'nearer', ...at])
  await askAecoder(['code', 'neusea', '--term', 'Vomiting', '--as', 'Ann', '--reason', 'said so', ...at])
  const after = (await askAecoder<Status>(['status', ...at])).promise
  expect(after.reviewed).toEqual({ judged: 4, right: 2 })
  expect(after.gold).toEqual(before.gold)
  expect([after.pooled.coded, after.pooled.right]).toEqual([before.gold.coded + 4, before.gold.right + 2])
  expect(after.pooled.lowerBound).toBeLessThan(before.gold.lowerBound)
  const { stdout } = await runAecoder(['status', ...at])
  expect(stdout).toContain('people judged 4, and found 2 right')
})

test('a rejected code goes back to the queue with its reason and never enters the dataset', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  const at = ['--study', study] as const
  await askAecoder(['run', ...at])
  await askAecoder(['code', 'neusea', '--term', 'Nausea', '--as', 'Ann', ...at])
  expect((await findWaiting(study, 'neusea')).term).toBeUndefined()
  const { Bea } = await openReviewers(study, { Bea: ['approver'] })
  expect(await refusedBy(['reject', 'neusea', ...at], Bea)).toEqual({ code: 'DECISION_NOT_ALLOWED', exitCode: 1 })
  await askAecoder(['reject', 'neusea', '--reason', 'ask the site', ...at], Bea)
  const { term } = await findWaiting(study, 'neusea')
  expect(term).toMatchObject({
    outcome: 'manual',
    coder: 'Ann',
    verdict: { kind: 'rejected', actor: 'Bea', reason: 'ask the site' },
  })
  expect(await refusedBy(['approve', 'neusea', '--as', 'Cleo', ...at])).toEqual({
    code: 'DECISION_NOT_ALLOWED',
    exitCode: 1,
  })
  await askAecoder(['export', ...at])
  const coded = await readCoded(study, 'neusea')
  expect(coded).toEqual(Array(term?.occurrences ?? 0).fill(null))
  expect(coded.length).toBeGreaterThan(0)
  expect(listEvents(study).map(([kind]) => kind)).toEqual([
    'settings-changed',
    'transfer-committed',
    'autocoded',
    'context-checked',
    'dataset-written',
    'coded',
    'rejected',
    'dataset-written',
  ])
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })
})

test('verify finds a changed file and a changed input, and says so with its own exit code', async () => {
  const study = await copySampleForTest()
  const { run } = await askAecoder<RunAnswer>(['run', '--study', study])
  const csv = join(study, 'out', 'runs', run.runId, 'ae.csv')
  await writeFile(csv, (await readFile(csv, 'utf8')).replace('Headache', 'Heartache'))
  await writeFile(join(study, 'transfers', '2026-03-02', 'dm.csv'), 'Subject;Sex\n')
  const { exitCode, stdout } = await runAecoder(['verify', '--study', study, '--json'])
  expect(exitCode).toBe(4)
  expect((JSON.parse(stdout) as { faults: string[] }).faults).toEqual([
    expect.stringMatching(/^ae\.csv: its content was changed/),
    expect.stringMatching(/^dm\.csv: the input file was changed/),
  ])
})

test('a transfer with a row that cannot be taken in leaves everything as it was and ends with exit code 3', async () => {
  const study = await copySampleForTest()
  const { run } = await askAecoder<RunAnswer>(['run', '--study', study])
  const input = join(study, 'transfers', '2026-03-09')
  await writeFile(join(input, 'ae.csv'), `${await readFile(join(input, 'ae.csv'), 'utf8')}AUR-101,too,short\n`)
  const refused = await runAecoder(['run', '--study', study, '--input', input, '--json'])
  expect([refused.exitCode, (JSON.parse(refused.stdout) as RunAnswer).status]).toEqual([3, 'incomplete'])
  expect((await readCurrentFiles(study))?.runId).toBe(run.runId)
  const accepted = await askAecoder<RunAnswer>(['run', '--study', study, '--input', input, '--accept', 'ragged-row'])
  expect(accepted.status).toBe('complete')
  expect((await readCurrentFiles(study))?.runId).toBe(accepted.run.runId)
})

test.each(COMMANDS.map(({ name }) => name))(
  '%s has help with what it does, its options and an example',
  async (name) => {
    const command = COMMANDS.find((each) => each.name === name)
    const { exitCode, stdout } = await runAecoder([...name.split(' '), '--help'])
    expect(exitCode).toBe(0)
    const plain = stdout.replaceAll(/\s+/g, ' ')
    expect(plain).toContain(command?.summary.replaceAll(/\s+/g, ' '))
    for (const [option, { kind }] of Object.entries(command?.options ?? {})) {
      const named = `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      expect(plain).toContain(kind === 'flag' ? `${named} ` : `${named} <`)
    }
    expect(command?.example).toMatch(new RegExp(`^aecoder ${name}\\b`))
    expect(stdout).toContain(`Example:\n  $ ${command?.example}\n`)
  },
)

test.each([
  ['nosuch', "unknown command 'nosuch'"],
  ['queue --bogus', "unknown option '--bogus'"],
  ['queue --limit few', 'It must be a whole number above 0.'],
])('wrong arguments (%s) are answered in JSON where JSON was asked for', async (line, found) => {
  const { exitCode, stdout, stderr } = await runAecoder([...line.split(' '), '--json'])
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', found: expect.stringContaining(found) } })
  expect(stderr).toContain(found)
})

test('a study.json that cannot be read is named', async () => {
  const study = await copySampleForTest()
  await rm(join(study, 'study.json'))
  await mkdir(join(study, 'study.json'))
  const { exitCode, stderr } = await runAecoder(['status', '--study', join(study, 'study.json', '..')])
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/^aecoder: .*study\.json: it cannot be read \(EISDIR\)/)
})

test('--json of every command is JSON that other programs can read', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  await cp(join(study, 'transfers', '2026-03-02', 'ae.csv'), join(study, 'listing.csv'))
  await writeFile(
    join(study, 'codes.csv'),
    'verbatim,term,coder,coded_at\noff food,Decreased appetite,Carl,2024-05-01\n',
  )
  const at = ['--study', study]
  const calls: { [name: string]: readonly string[] } = {
    init: [join(study, 'listing.csv'), '--out', join(study, 'new.json')],
    run: at,
    diff: at,
    status: at,
    queue: at,
    explain: ['diarhea', ...at],
    code: ['diarhea', '--term', 'Diarrhoea', '--as', 'Ann', ...at],
    approve: ['diarhea', ...at],
    reject: ['neusea', '--reason', 'ask the site', ...at],
    split: ['diarhea', ...at],
    undo: ['diarhea', '--as', 'Ann', ...at],
    ask: ['diarhea', ...at],
    'site-queries': at,
    outbox: at,
    redact: ['dizzyness', '--word', 'dizzyness', '--reason', 'a name', '--as', 'Dan', ...at],
    'approve-all': at,
    'reject-all': at,
    sheet: ['--to', join(study, 'sheet.csv'), ...at],
    'take-over': [join(study, 'codes.csv'), '--from', 'Old Coder 5.2', '--domain', 'AE', '--as', 'Dan', ...at],
    'sign-off': at,
    login: ['Bea', ...at],
    logout: at,
    report: at,
    audit: at,
    'synonyms list': at,
    'synonyms propose': ['off food', '--term', 'Headache', '--as', 'Ann', ...at],
    export: at,
    verify: at,
    'account add': ['cleo', '--role', 'coder', ...at],
    'account list': at,
    'account roles': ['cleo', '--role', 'approver', ...at],
    'account password': ['cleo', ...at],
    'account deactivate': ['cleo', ...at],
    'account activate': ['cleo', ...at],
    'dictionary check': [],
    'dictionary search': ['headache'],
    'dictionary show': ['80001194'],
  }
  // `match` prints one JSON line for each line it reads and `watch` for each event, `workbench` serves until it is stopped,
  // `unlock` needs a study that is signed, and the other commands for synonyms and site queries ids or files: they have tests of their own.
  const others = [
    ...['approve', 'reject', 'retire', 'import', 'export'].map((verb) => `synonyms ${verb}`),
    ...['show', 'edit', 'close', 'reopen'].map((verb) => `site-query ${verb}`),
  ]
  expect([...Object.keys(calls), ...others, 'answers', 'match', 'unlock', 'watch', 'workbench'].sort()).toEqual(
    COMMANDS.map(({ name }) => name).sort(),
  )
  const { Adm, Bea } = await openReviewers(study, { Adm: ['admin'], Bea: ['approver'] })
  for (const { name } of COMMANDS) {
    const args = calls[name]
    // What is undone is coded again, so that there is something to approve.
    if (name === 'approve') await askAecoder(['code', ...(calls.code ?? [])])
    if (name === 'reject') await askAecoder(['code', 'neusea', '--term', 'Nausea', '--as', 'Ann', ...at])
    const given = name.startsWith('account') ? Adm : Bea
    if (args !== undefined) expect(await askAecoder([...name.split(' '), ...args], given), name).toBeTypeOf('object')
  }
}, 240_000)

test('a wrong call ends with exit code 2 and says what is wrong', async () => {
  const study = await copySampleForTest()
  const folder = await openFolder()
  await writeFile(join(folder, 'study.json'), '{ "study": ')
  const calls: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['nonsense'], /unknown command 'nonsense'/],
    [['dictionary', 'nonsense'], /unknown command 'nonsense'/],
    [['run', '--nonsense'], /unknown option '--nonsense'/],
    [['run', 'extra'], /too many arguments/],
    [['run', '--study', study, '--accept', 'anything'], /--accept: "anything" \(expected ragged-row, /],
    [['run', '--study', study, '--as-of', 'tomorrow'], /--as-of: "tomorrow" \(expected a date or time/],
    [['code', 'diarhea', '--study', study], /--term: no term \(expected the code or text/],
    [['explain'], /missing required argument 'verbatim'/],
    [['queue', '--limit', 'many'], /'many' is invalid.*a whole number above 0/],
    [['queue', '--state', 'odd'], /'odd' is invalid\. Allowed choices are open, to-approve, any/],
    [['status', '--study', join(folder, 'nowhere')], /nowhere: there is no such file \(expected a study\.json\)/],
    [['status', '--study', folder], /study\.json: not JSON/],
  ]
  for (const [args, message] of calls) {
    const { exitCode, stdout, stderr } = await runAecoder(args)
    expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
  }
})

test('init writes a study.json that run refuses while a field is unsure, and never writes over a file', async () => {
  const folder = await openFolder()
  const out = join(folder, 'study.json')
  await writeFile(
    join(folder, 'ae-listing.csv'),
    'Who,Nr,What happened\n1001,1,Headache\n1001,2,bad headache\n1002,1,Nausea\n',
  )
  const { evidence } = await askAecoder<{ evidence: { field: string; confidence: string }[] }>([
    'init',
    join(folder, 'ae-listing.csv'),
    '--out',
    out,
  ])
  const unsure = evidence.filter(({ confidence }) => confidence === 'unsure').map(({ field }) => field)
  expect(unsure).toContain('sources[0].map.subject')
  const refused = await runAecoder(['run', '--study', folder])
  expect(refused.exitCode).toBe(2)
  for (const field of unsure) expect(refused.stderr).toContain(`- ${field}`)
  expect(existsSync(join(folder, 'aecoder.db'))).toBe(false)

  const written = await readFile(out, 'utf8')
  expect(await refusedBy(['init', join(folder, 'ae-listing.csv'), '--out', out])).toEqual({
    code: 'USAGE',
    exitCode: 2,
  })
  expect(await readFile(out, 'utf8')).toBe(written)
})

test('init of an export that explains itself writes a study.json that runs', async () => {
  const study = await copySampleForTest()
  const folder = await openFolder()
  await cp(join(study, 'transfers', '2026-03-02', 'ae.csv'), join(folder, 'ae.csv'))
  const out = join(folder, 'study.json')
  await askAecoder(['init', join(folder, 'ae.csv'), '--out', out])
  const { status, transfer } = await askAecoder<RunAnswer>(['run', '--study', out])
  expect(status).toBe('complete')
  expect(transfer.files).toMatchObject([
    { name: 'ae.csv', read: 423, accepted: 393, duplicate: 1, skipped: 29, rejected: 0 },
  ])
})

test('match answers every line with one JSON line, in order, whatever ends the lines', async () => {
  const verbatims = [
    'Headache',
    '',
    'diarhea',
    'N/V',
    ' nausea ',
    'Kopfschmerz ↑ 頭痛',
    'no fever',
    'xqzt vvk',
    'HEADACHE',
  ]
  const pinned = ['--dictionary', OPENAE_0_1]
  const lines = await match(verbatims.join('\n'), pinned)
  expect(lines.map(({ verbatim }) => verbatim)).toEqual(verbatims)
  expect(lines.map(({ outcome }) => outcome)).toEqual([
    'exact',
    'not-codable',
    'confident',
    expect.stringMatching(/^(?:low-confidence|compound)$/),
    'exact',
    expect.any(String),
    'negated',
    'no-match',
    'exact',
  ])
  for (const line of lines) {
    expect(Object.keys(line)).toEqual([
      'verbatim',
      'outcome',
      'auto',
      'reason',
      'confidence',
      'candidates',
      'alignment',
      'parts',
      'siteQuery',
    ])
    expect(line.auto).toBe(['exact', 'normalised', 'synonym', 'confident'].includes(line.outcome))
    expect([typeof line.reason, typeof line.confidence]).toEqual(['string', 'number'])
    for (const candidate of line.candidates) {
      expect(Object.keys(candidate)).toEqual(['llt', 'pt', 'soc', 'confidence', 'why'])
      for (const level of ['llt', 'pt', 'soc'] as const) expect(Object.keys(candidate[level])).toEqual(['code', 'name'])
    }
  }
  // The chosen term stands first; without one, the closest does.
  expect([lines[0], lines[2]].map((line) => line?.candidates[0]?.pt.name)).toEqual(['Headache', 'Diarrhoea'])
  expect(lines[0]?.candidates).toHaveLength(1)
  expect(lines[1]?.candidates).toEqual([])

  expect(await match(`${verbatims.join('\n')}\n`, pinned)).toEqual(lines)
  expect(await match(verbatims.join('\r\n'), pinned)).toEqual(lines)
  expect(await match(`\uFEFF${verbatims.join('\r\n')}\r\n`, pinned)).toEqual(lines)
  expect(await match('')).toEqual([])
  expect(await match(verbatims.join('\n'), ['--json', ...pinned])).toEqual(lines)
  expect((await match('\n\n')).map(({ verbatim }) => verbatim)).toEqual(['', ''])
  // More than the pipes hold at once.
  const many = Array.from({ length: 3000 }, (_, index) => `Headache ${index}`)
  expect((await match(many.join('\n'))).map(({ verbatim }) => verbatim)).toEqual(many)
})

test('match codes in the dictionary it is given, and refuses a folder that holds none', async () => {
  const folder = await openFolder()
  await mkdir(join(folder, 'dictionary'))
  writeMeddraShaped(join(folder, 'dictionary'), { llts: 60, pts: 30, seed: 3 })
  const [code = '', name = ''] = (await readFile(join(folder, 'dictionary', 'pt.asc'), 'utf8')).split('$')
  const [own] = await match(`${name}\n`, ['--dictionary', join(folder, 'dictionary')])
  expect(own).toMatchObject({ outcome: 'exact', candidates: [{ llt: { name }, pt: { code, name } }] })
  expect((await match(`${name}\n`))[0]?.outcome).not.toBe('exact')
  expect((await match('Headache', ['--dictionary', OPENAE_0_1]))[0]?.outcome).toBe('exact')
  const { exitCode, stderr } = await runAecoder(['match', '--dictionary', join(folder, 'nothing')], {
    input: 'Headache\n',
  })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(
    /nothing: there is no such file or folder \(expected a folder with the files of a dictionary, a zip of them/,
  )
})

test('the launcher runs the command line, too', () => {
  const launcher = new URL('../../pipeline/cli/aecoder.mjs', import.meta.url).pathname
  const { status, stdout } = spawnSync(process.execPath, [launcher, '--version'], { encoding: 'utf8' })
  expect([status, stdout.trim()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+$/)])
})

interface MatchLine {
  readonly auto: boolean
  readonly verbatim: string
  readonly outcome: string
  readonly reason: string
  readonly confidence: number
  readonly candidates: readonly ({
    readonly [level in 'llt' | 'pt' | 'soc']: { readonly code: string; readonly name: string }
  } & {
    readonly confidence: number
    readonly why: string
  })[]
}

async function match(input: string, options: readonly string[] = []): Promise<MatchLine[]> {
  const { exitCode, stdout, stderr } = await runAecoder(['match', ...options], { input })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const lines = stdout.split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => JSON.parse(line) as MatchLine)
}

async function openFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-cli-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The term in the queue, if it waits there, and how many terms do. */
async function findWaiting(study: string, verbatim: string): Promise<{ term: Term | undefined; waiting: number }> {
  const { terms, counts } = await askAecoder<{ terms: Term[]; counts: Counts }>([
    'queue',
    '--study',
    study,
    '--domain',
    'AE',
    '--limit',
    '1000',
  ])
  return { term: terms.find((term) => term.verbatim === verbatim), waiting: counts.openGroups }
}

/** AELLT of every row with this AETERM in the current dataset; ae.csv and ae.arrow must agree. */
async function readCoded(study: string, verbatim: string): Promise<(string | null)[]> {
  const files = (await readCurrentFiles(study))?.files
  const rows = tableFromIPC(files?.get('ae.arrow') ?? new Uint8Array()).toArray() as {
    AETERM: string
    AELLT: string | null
  }[]
  const fromArrow = rows.filter(({ AETERM }) => AETERM === verbatim).map(({ AELLT }) => AELLT)
  // The columns up to AELLT hold neither commas nor line breaks for the terms asked for here.
  const [header = '', ...records] = (files?.get('ae.csv') ?? Buffer.alloc(0)).toString('utf8').split('\n')
  const [term, llt] = ['AETERM', 'AELLT'].map((name) => header.split(',').indexOf(name))
  const fromCsv = records.map((record) => record.split(',')).filter((cells) => cells[term ?? -1] === verbatim)
  expect(fromCsv.map((cells) => cells[llt ?? -1] || null)).toEqual(fromArrow)
  return fromArrow
}

/** Kind of every event of the chain, and how its actor was known. */
function listEvents(study: string): [kind: unknown, auth: unknown][] {
  const db = openStored(study)
  try {
    return db
      .prepare("select kind, auth from event where study <> '@people' order by seq")
      .all()
      .map(({ kind, auth }) => [kind, auth])
  } finally {
    db.close()
  }
}

function listActors(study: string): unknown[] {
  const db = openStored(study)
  try {
    return db
      .prepare("select distinct actor from event where study <> '@people' order by actor")
      .all()
      .map(({ actor }) => actor)
  } finally {
    db.close()
  }
}
