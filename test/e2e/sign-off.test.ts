/** Approval in bulk, the review sheet and the signature from the command line, each as its own process. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'
import { openReviewers } from './people.ts'
import { copySampleForTest } from './sample.ts'

interface Preview {
  readonly isDone: boolean
  readonly count: number
  readonly token: string
}
interface State {
  readonly headSeq: number
  readonly owed: { readonly open: number; readonly toApprove: number }
}

test('codes are approved in bulk, a sheet comes back marked, the study is signed, holds a transfer and is unlocked', async () => {
  const folder = await copySampleForTest()
  const at = ['--study', folder]
  const transfer = (name: string) => ['--input', join(folder, 'transfers', name)]
  await askAecoder(['run', ...at, ...transfer('2026-03-02')])
  const { bea } = await openReviewers(folder, { bea: ['approver'] })

  const bulk = ['approve-all', '--outcome', 'confident', '--serious', 'none', ...at]
  const preview = await askAecoder<Preview>(bulk)
  expect(preview).toMatchObject({ isDone: false, count: expect.any(Number) as number })
  const confirm = [...bulk, '--token', preview.token, '--confirm']
  // To look needs nobody; to approve needs somebody, and just the number and the codes that were shown.
  expect(await refusedBy([...confirm, `${preview.count}`])).toEqual({ code: 'SIGN_IN_NEEDED', exitCode: 1 })
  expect(await askAecoder([...confirm, `${preview.count}`], bea)).toMatchObject({ isDone: true, count: preview.count })

  const sheet = join(folder, 'review.csv')
  const written = await askAecoder<{ rows: number }>(['sheet', '--to', sheet, '--state', 'to-approve', ...at])
  expect(written.rows).toBeGreaterThan(0)
  expect(await refusedBy(['sheet', '--to', sheet, ...at])).toEqual({ code: 'WRITE_FAILED', exitCode: 1 })
  const text = await readFile(sheet, 'utf8')
  await writeFile(sheet, text.replaceAll(/,,\r\n/g, ',reject,ask the site\r\n'))
  const taken = await askAecoder(['sheet', '--from', sheet, ...at], bea)
  expect(taken).toMatchObject({ rows: written.rows, approved: 0, rejected: written.rows, unmarked: 0 })

  const state = await askAecoder<State>(['sign-off', ...at])
  expect(state.owed).toMatchObject({ toApprove: 0 })
  const sign = ['sign-off', '--meaning', 'interim review', '--seen', `${state.headSeq}`, ...at]
  expect(await refusedBy([...sign, '--incomplete', 'interim'])).toEqual({ code: 'SIGN_IN_NEEDED', exitCode: 1 })
  expect(await refusedBy(sign, bea)).toEqual({ code: 'DECISION_NOT_ALLOWED', exitCode: 1 })
  expect(await askAecoder([...sign, '--incomplete', 'interim'], bea)).toMatchObject({
    isSigned: true,
    signature: { actor: 'bea', fullName: 'bea', auth: 'signed in with password, password given again' },
  })
  const code = ['code', 'diarhea', '--term', 'Nausea', '--as', 'Ann', '--reason', 'late', ...at]
  expect(await refusedBy(code)).toEqual({ code: 'STUDY_SIGNED_OFF', exitCode: 1 })

  const signed = await askAecoder<{ runId: string }>(['export', ...at])
  const held = await runAecoder(['run', ...at, ...transfer('2026-03-09')])
  expect(held.exitCode).toBe(3)
  expect(held.stdout).toContain('HELD: the study is signed off.')
  expect(held.stdout).toMatch(/terms reported since the signature: \d+ new, .*unlock .*--reason TEXT/s)
  expect(await askAecoder(['status', ...at])).toMatchObject({
    signature: { meaning: 'interim review' },
    held: { transfers: [{ input: 'transfers/2026-03-09' }] },
    current: { manifest: { runId: signed.runId, signature: { fullName: 'bea' } } },
  })
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [], runId: signed.runId })

  const unlock = ['unlock', ...at]
  await askAecoder([...unlock, '--reason', 'the second transfer came'], bea)
  await askAecoder(code)
  const run = await askAecoder<{ status: string }>(['run', ...at, ...transfer('2026-03-09')])
  expect(run.status).toBe('complete')
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })
}, 240_000)
