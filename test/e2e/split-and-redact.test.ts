/** `split`, `undo` and `redact` from the command line, and what follows in queue, explain, status and the dataset. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeSmallStudy } from '../csv-study.ts'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'

const PARTS = ['--part', 'fever=Fever', '--part', 'HA=Headache']

test('a report is split as proposed, taken back and split again; its parts are rows of the dataset', async () => {
  const folder = await writeSmallStudy(['fever and HA', 'Cough'])
  const study = ['--study', folder]
  await runAecoder(['run', ...study])
  const proposed = await runAecoder(['split', 'fever and HA', ...study])
  expect(proposed).toMatchObject({ exitCode: 0, stderr: '' })
  expect(proposed.stdout).toMatch(/reads as 2 events[\s\S]*fever +\S+ +\d+ +Fever\n *HA +\S+ +\d+ +Headache/)
  expect(proposed.stdout).toMatch(/split [0-9a-f]{8} --part "?fever=\d+"? --part "?HA=\d+"? --as NAME/)
  expect(await refusedBy(['split', 'fever and HA', '--part', 'fever=Fever', '--as', 'Ann', ...study])).toMatchObject({
    code: 'USAGE',
  })
  expect(await refusedBy(['split', 'fever and HA', '--part', 'a', '--part', 'b', ...study])).toMatchObject({
    code: 'USAGE',
  })

  const split = await runAecoder(['split', 'fever and HA', ...PARTS, '--as', 'Ann', ...study])
  expect(split.stdout).toMatch(/^Split: "fever and HA" \(1 occurrence\) → Fever \(\d+\) \+ Headache \(\d+\)\n/)
  expect((await runAecoder(['queue', '--state', 'any', ...study])).stdout).toMatch(/Fever \(\d+\) \+ Headac/)
  const undone = await runAecoder(['undo', 'fever and HA', '--as', 'Ann', ...study])
  expect(undone.stdout).toContain('→ no code: it waits to be coded')
  await runAecoder(['split', 'fever and HA', ...PARTS, '--as', 'Ann', ...study])
  expect((await runAecoder(['explain', 'fever and HA', ...study])).stdout).toMatch(
    /Ann +manual +Fever \(\d+\) \+ Headache \(\d+\)[\s\S]*Ann +reopened +- /,
  )
  const { folder: run } = await askAecoder<{ folder: string }>(['export', ...study])
  const lines = (await readFile(join(run, 'ae.csv'), 'utf8')).trim().split('\n')
  expect(lines.map((line) => line.split(',').slice(5, 9).join(','))).toEqual([
    'AESEQ,AETERM,AEMODIFY,AELLT',
    '1,fever and HA,fever,Fever',
    '2,fever and HA,HA,Headache',
    '1,Cough,,Cough',
  ])
  expect(await runAecoder(['verify', ...study])).toMatchObject({ exitCode: 0 })
})

test('a hidden name is in no answer of the command line, and status says that the data still hold it', async () => {
  const folder = await writeSmallStudy(['Miller: fever and HA', 'Cough'])
  const study = ['--study', folder]
  await runAecoder(['run', ...study])
  const [term] = (await askAecoder<{ terms: { id: string }[] }>(['queue', ...study])).terms
  const id = term?.id ?? ''
  expect(await refusedBy(['redact', id, '--word', 'Miller', '--as', 'Dana', ...study])).toMatchObject({
    code: 'DECISION_NOT_ALLOWED',
  })
  const hidden = await runAecoder(['redact', id, '--word', 'Miller', '--reason', 'a name', '--as', 'Dana', ...study])
  expect(hidden.stdout).toContain('Hidden: 1 word. The term is shown as "██████: fever and HA".')
  const answers = await Promise.all(
    [
      ['queue'],
      ['queue', '--json'],
      ['explain', id],
      ['explain', id, '--json'],
      ['split', id],
      ['split', id, '--json'],
    ].map(async (args) => (await runAecoder([...args, ...study])).stdout),
  )
  for (const answer of answers) {
    expect(answer).toContain('██████: fever and HA')
    expect(answer).not.toMatch(/miller/i)
  }
  expect((await runAecoder(['status', ...study])).stdout).toContain(
    '1 term with hidden words still in the data (1 record): ask the site to correct them',
  )
  expect((await runAecoder(['run', ...study])).stdout).toContain('noticed        1 term with hidden words')
  expect(await runAecoder(['verify', ...study])).toMatchObject({ exitCode: 0 })
})
