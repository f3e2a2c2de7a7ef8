/** Site queries from the command line: proposed, asked, sent as a file, answered, closed and reopened. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'
import { copySampleForTest } from './sample.ts'

interface Row {
  readonly id: string
  readonly state: string
  readonly site: string | null
  readonly text: string
  readonly answer: { readonly text: string } | null
}
interface Listed {
  readonly rows: readonly Row[]
  readonly summary: { readonly ages: readonly { readonly age: string; readonly open: number }[] }
}

test('what sites are asked goes out as a file and comes back answered', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  const at = ['--study', study] as const
  const as = ['--as', 'Ann', ...at] as const
  await askAecoder(['run', ...at, '--input', join(study, 'transfers', '2026-03-02')])

  const proposal = await askAecoder<{ text: string; free: number }>(['ask', 'diarhea', ...at])
  expect(proposal).toMatchObject({ free: 7, text: expect.stringContaining('"diarhea"') as string })
  expect((await askAecoder<Listed>(['site-queries', ...at])).rows).toEqual([])
  expect(await refusedBy(['ask', 'diarhea', '--text', 'Was it headache?', ...as])).toEqual({
    code: 'SITE_QUERY_NOT_ALLOWED',
    exitCode: 1,
  })
  const raised = await askAecoder<{ siteQueries: Row[] }>(['ask', 'diarhea', '--text', proposal.text, ...as])
  expect(raised.siteQueries).toHaveLength(7)
  const id = raised.siteQueries[0]?.id.slice(0, 8) ?? ''
  await askAecoder(['site-query', 'edit', id, '--text', 'What was it?', ...as])

  const file = join(study, 'out.csv')
  await writeFile(join(study, 'there.csv'), 'something')
  expect((await refusedBy(['outbox', '--to', join(study, 'there.csv'), ...as])).code).toBe('WRITE_FAILED')
  const sent = await askAecoder<{ seq: number; count: number }>(['outbox', '--to', file, ...as])
  expect(sent.count).toBe(7)
  expect(await refusedBy(['outbox', '--to', join(study, 'none.csv'), ...as])).toMatchObject({ exitCode: 1 })
  const text = await readFile(file, 'utf8')
  const again = join(study, 'again.csv')
  await askAecoder(['outbox', '--again', String(sent.seq), '--to', again, ...as])
  expect(await readFile(again, 'utf8')).toBe(text)
  expect(await askAecoder(['outbox', ...at])).toMatchObject({ outboxes: [{ seq: sent.seq, count: 7, by: 'Ann' }] })

  const answers = join(study, 'answers.csv')
  await writeFile(answers, text.replace(/,,,\r\n/, ',Loose stools,2026-03-05,Dr. May\r\n'))
  expect(await askAecoder(['answers', answers, ...as])).toMatchObject({ answered: 1, blank: 6, late: [] })
  expect((await refusedBy(['answers', answers, ...as])).code).toBe('ANSWERS_INVALID')
  const answered = await askAecoder<Listed>(['site-queries', '--state', 'answered', ...at])
  expect(answered.rows.map(({ answer }) => answer?.text)).toEqual(['Loose stools'])
  expect(answered.summary.ages[0]).toMatchObject({ age: '0-7', open: 6 })

  await askAecoder(['site-query', 'close', id, '--reason', 'a mistake', ...as])
  await askAecoder(['site-query', 'reopen', id, '--reason', 'no mistake', ...as])
  const shown = await askAecoder<{ state: string; steps: { kind: string }[] }>(['site-query', 'show', id, ...at])
  expect([shown.state, shown.steps.map(({ kind }) => kind).filter((kind) => kind !== 'answered')]).toEqual([
    'reopened',
    ['raised', 'edited', 'sent', 'closed', 'reopened'],
  ])
  await askAecoder(['code', 'diarhea', '--term', 'Diarrhoea', ...as])
  const { stdout } = await runAecoder(['site-queries', '--state', 'closed', ...at])
  expect(stdout).toMatch(/Site queries: 7 closed/)
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })
})
