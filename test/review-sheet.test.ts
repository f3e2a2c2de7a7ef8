/** What changed since the last signature, as a list and as a spreadsheet that comes back marked. */
import { expect, test } from 'vitest'
import { listSince, previewVerdicts, readSheet, redactTerm, unlockStudy, writeSheet } from '../pipeline/index.ts'
import { findHead } from '../pipeline/store/chain.ts'
import { openSmallStudy, type SmallStudy, toAsserted, toSignedIn } from './small-study.ts'

const ROWS = ['101 Headache', '102 bad head', '103 =1+1', '104 queasy tum !']

async function listTexts({ study, desk }: SmallStudy, change: Partial<Parameters<typeof listSince>[1]> = {}) {
  const { terms } = await listSince(study, { store: desk.store, limit: 100, ...change })
  return terms.map(
    ({ verbatim, decision }) =>
      `${verbatim}: ${decision === null ? 'new' : (decision.verdict?.kind ?? decision.codings[0]?.path.at(-1)?.text ?? decision.outcome)}`,
  )
}

function unlock({ study, desk }: SmallStudy) {
  return unlockStudy(study, { store: desk.store, actor: toSignedIn('eva'), fullName: 'Eva Meyer', reason: 'more came' })
}

/** The sheet as a spreadsheet program would give it back, with marks by verbatim. */
async function toMarked(
  small: SmallStudy,
  marks: { readonly [verbatim: string]: string },
  { delimiter = ',' } = {},
): Promise<string> {
  const { text } = await writeSheet(small.study, { store: small.desk.store })
  const [header = '', ...rows] = text.replace('\ufeff', '').trimEnd().split('\r\n')
  const marked = rows.map((row) => {
    const mark = Object.entries(marks).find(([verbatim]) => row.split(',')[2] === verbatim)?.[1]
    return mark === undefined ? row : row.replace(/,,$/, `,${mark}`)
  })
  return [header, ...marked].map((row) => `${row.replaceAll(',', delimiter)}\r\n`).join('')
}

function bringBack({ study, desk }: SmallStudy, text: string, actor = toSignedIn('Ben')) {
  const file = {
    name: 'sheet.csv',
    async *open() {
      yield Buffer.from(text)
    },
  }
  return readSheet(study, { store: desk.store, actor, file })
}

test('before the first signature everything is new; after it only what was decided, judged or reported since', async () => {
  const small = await openSmallStudy(ROWS)
  expect(await listTexts(small)).toEqual([
    'queasy tum: low-confidence',
    expect.any(String),
    expect.any(String),
    expect.any(String),
  ])
  for (const term of ['bad head', '=1+1', 'queasy tum']) await small.code(term, 'Headache')
  await small.judge('bad head', 'approved')
  await small.judge('=1+1', 'approved')
  await small.judge('queasy tum', 'approved')
  const signature = await small.sign()
  expect(await listTexts(small)).toEqual([])
  expect((await listSince(small.study, { store: small.desk.store, limit: 5 })).since).toBe(signature.coversSeq)

  await small.run([...ROWS, '105 Cough', '106 bad head'])
  expect(await listTexts(small), 'held: new, and nobody decided').toEqual(['Cough: new'])
  await unlock(small)
  await small.code('Headache', 'Migraine')
  await small.code('bad head', 'Migraine')
  await small.judge('bad head', 'rejected')
  expect((await listTexts(small)).sort(), 'still against the last signature').toEqual([
    'Cough: new',
    'Headache: Migraine',
    'bad head: rejected',
  ])
  expect(await listTexts(small, { state: 'to-approve' })).toEqual(['Headache: Migraine'])
})

test('pages follow each other without a gap or a repeat, serious and frequent terms first', async () => {
  const small = await openSmallStudy([...ROWS, '105 bad head', '106 Cough', '107 Rash'])
  const whole = await listTexts(small)
  const paged: string[] = []
  let cursor: string | undefined
  do {
    const page = await listSince(small.study, { store: small.desk.store, limit: 2, ...(cursor ? { cursor } : {}) })
    paged.push(...page.terms.map(({ verbatim }) => verbatim))
    cursor = page.next ?? undefined
    // It stands in URLs: ids and counts, no words of a term.
    if (cursor !== undefined) expect(cursor).toMatch(/^[01]\.\d+\.[0-9a-f]{32}\.[0-9a-f]{32}$/)
  } while (cursor !== undefined)
  expect(paged).toEqual(whole.map((text) => text.split(':')[0]))
  expect(paged.slice(0, 2)).toEqual(['queasy tum', 'bad head'])
  await expect(
    listSince(small.study, { store: small.desk.store, limit: 2, cursor: "1.2'; drop table" }),
  ).rejects.toMatchObject({ code: 'USAGE' })
})

test('a sheet opens in a spreadsheet program, and what a site typed is no formula there', async () => {
  const small = await openSmallStudy(ROWS)
  await small.code('bad head', 'Headache')
  const { text, rows, name } = await writeSheet(small.study, { store: small.desk.store })
  expect(rows).toBe(4)
  expect(name).toMatch(/^review-ABC-101-test-0-\d+\.csv$/)
  expect(text.startsWith('\ufeffDECISION,DOMAIN,VERBATIM,')).toBe(true)
  expect(text).toContain(",AE,'=1+1,1,1,0,")
  expect(text).toMatch(/[0-9a-f]{32},AE,bad head,1,1,0,OpenAE,\d+,Headache,Headache,Brain and nerves,manual,1.000,Ann,/)
})

test('a hidden word stands neither in the sheet nor in what is said of its rows', async () => {
  const small = await openSmallStudy(['101 head of Smith'])
  await small.code('head of Smith', 'Headache')
  const { desk, study } = small
  const act = { store: desk.store, target: await small.find('head of Smith'), words: ['Smith'] }
  await redactTerm(study, { ...act, actor: toSignedIn('dan'), reason: 'a name' })
  const { text } = await writeSheet(study, { store: desk.store })
  expect(text).toContain(',head of █████,')
  const sheet = text.replace(/,,\r\n$/, ',reject,\r\n')
  await expect(bringBack(small, sheet)).rejects.toMatchObject({
    facts: { found: expect.stringMatching(/^line 2: "head of █+": a rejection without a reason$/) },
  })
  const { listed } = await previewVerdicts(study, { store: desk.store, actor: toSignedIn('Ben'), filter: {} })
  expect(listed.map(({ verbatim }) => verbatim)).toEqual(['head of █████'])
})

test('marks come back as verdicts, all in one go; rows without a mark are left for later', async () => {
  const small = await openSmallStudy(ROWS)
  await small.code('bad head', 'Headache')
  await small.code('=1+1', 'Malaise')
  const sheet = await toMarked(small, { "'=1+1": 'reject,no event', 'bad head': 'approve,' }, { delimiter: ';' })
  expect(await bringBack(small, sheet)).toEqual({ rows: 4, approved: 1, rejected: 1, unmarked: 2 })
  expect((await listTexts(small)).sort()).toContain('=1+1: rejected')
  expect((await listTexts(small)).sort()).toContain('bad head: approved')
  expect(await small.listFaults()).toEqual([])
})

test('one row that cannot be taken, and nothing of the sheet is: each is told with its line', async () => {
  const small = await openSmallStudy(ROWS)
  await small.code('bad head', 'Headache')
  await small.code('=1+1', 'Malaise', 'Ben')
  const sheet = await toMarked(small, { "'=1+1": 'approve,', 'bad head': 'approve,', 'queasy tum': 'reject,' })
  await small.code('bad head', 'Migraine')
  const head = await findHead(small.desk.store.db, small.study.id)
  await expect(bringBack(small, sheet)).rejects.toMatchObject({
    code: 'SHEET_INVALID',
    facts: {
      where: 'sheet.csv',
      found: expect.stringMatching(
        /^(?=.*line \d: "bad head" was decided anew)(?=.*Ben coded this term)(?=.*line 2: .*no code)/,
      ),
    },
  })
  expect(await findHead(small.desk.store.db, small.study.id)).toEqual(head)
})

const REFUSED = [
  { says: 'without the columns of a sheet', text: 'A,B\n1,2\n', found: /there is no column DECISION/ },
  { says: 'with no mark at all', text: 'DECISION,TERM,VERDICT,REASON\nf,x,,\n', found: /no row has a mark/ },
  {
    says: 'with a row that broke',
    text: 'DECISION,TERM,VERDICT,REASON\nf,x,approve\n',
    found: /line 2/,
  },
  {
    says: "with another study's decision",
    text: `DECISION,TERM,VERDICT,REASON\n${'f'.repeat(32)},x,approve,\n`,
    found: /line 2: no decision of this study has this id/,
  },
] as const
test('what is no sheet of this study is refused, and so is a name that was only said', async () => {
  const small = await openSmallStudy(ROWS)
  for (const { says, text, found } of REFUSED)
    await expect(bringBack(small, text), says).rejects.toMatchObject({
      code: 'SHEET_INVALID',
      facts: { found: expect.stringMatching(found) },
    })
  const sheet = await toMarked(small, { Headache: 'approve,' })
  await expect(bringBack(small, sheet, toAsserted('Ben'))).rejects.toMatchObject({ code: 'SIGN_IN_NEEDED' })
  expect(await bringBack(small, sheet)).toMatchObject({ approved: 1 })
})
