/** Approving in bulk, by spreadsheet, and signing off at the command line: acts of a person who proved who they are. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { askAecoder, refusedBy } from './command-line.ts'
import { openReviewers } from './people.ts'
import { copySampleForTest } from './sample.ts'
import { openStored } from './stored.ts'

test('an approver approves what waits, signs the study off, and unlocks it with a reason', async () => {
  const study = await copySampleForTest()
  const at = ['--study', study]
  await askAecoder(['run', ...at])
  const { Bea, Cleo } = await openReviewers(study, { Bea: ['approver'], Cleo: ['coder'] })
  const bulk = await askAecoder<{ count: number; token: string }>(['approve-all', ...at], Bea)
  expect(bulk.count).toBeGreaterThan(0)
  const confirm = ['approve-all', '--confirm', String(bulk.count), '--token', bulk.token, ...at]
  expect((await refusedBy(confirm)).code).toBe('SIGN_IN_NEEDED')
  expect((await refusedBy(confirm, Cleo)).code).toBe('NOT_PERMITTED')
  expect(await askAecoder(confirm, Bea)).toMatchObject({ isDone: true, count: bulk.count })
  await askAecoder(['code', 'diarhea', '--term', 'Diarrhoea', '--reason', 'to be judged by sheet', ...at], Cleo)

  const sheet = join(study, 'sheet.csv')
  await askAecoder(['sheet', '--to', sheet, ...at], Bea)
  const { data: rows } = Papa.parse<{ [column: string]: string }>(await readFile(sheet, 'utf8'), { header: true })
  const marked = rows.map((row) => (Object.values(row).includes('diarhea') ? { ...row, VERDICT: 'approve' } : row))
  await writeFile(sheet, Papa.unparse(marked))
  const back = ['sheet', '--from', sheet, ...at]
  expect((await refusedBy(back)).code).toBe('SIGN_IN_NEEDED')
  expect(await askAecoder(back, Bea)).toMatchObject({ approved: 1, rejected: 0 })

  const { headSeq } = await askAecoder<{ headSeq: number }>(['sign-off', ...at], Bea)
  const sign = ['sign-off', '--meaning', 'reviewed', '--incomplete', 'first look', '--seen', String(headSeq), ...at]
  expect((await refusedBy(sign)).code).toBe('SIGN_IN_NEEDED')
  expect((await refusedBy(sign, Cleo)).code).toBe('NOT_PERMITTED')
  const wrong = { variables: { ...Bea.variables, AECODER_PASSWORD: 'not this one' } }
  expect((await refusedBy(sign, wrong)).code).toBe('SIGN_IN_REFUSED')
  expect(await askAecoder(sign, Bea)).toMatchObject({ isSigned: true })
  const code = ['code', 'neusea', '--term', 'Nausea', '--reason', 'x', ...at]
  expect((await refusedBy(code, Cleo)).code).toBe('STUDY_SIGNED_OFF')
  expect((await refusedBy(['unlock', '--reason', 'x', ...at])).code).toBe('SIGN_IN_NEEDED')
  await askAecoder(['unlock', '--reason', 'a late transfer', ...at], Bea)
  await askAecoder(code, Cleo)

  const db = openStored(study)
  try {
    const signed = db.prepare('select kind, actor, full_name, auth from signature order by seq').all()
    expect(signed.map((row) => Object.values(row))).toEqual([
      ['signed-off', 'Bea', 'Bea', 'signed in with password, password given again'],
      ['unlocked', 'Bea', 'Bea', 'signed in with password, password given again'],
    ])
  } finally {
    db.close()
  }
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })
}, 240_000)
