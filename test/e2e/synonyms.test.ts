/** The synonym lists from the command line, on a copy of the sample study: proposed, approved by another, used, as files. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'
import { openReviewers } from './people.ts'
import { copySampleForTest } from './sample.ts'

interface Entry {
  readonly id: string
  readonly verbatim: string
  readonly state: string
  readonly scope: string
  readonly contradictions: readonly string[]
}

test('a synonym is proposed, approved by another person and codes on the next run; the list goes out and comes back', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  const at = ['--study', study] as const
  await askAecoder(['run', ...at])
  const propose = ['synonyms', 'propose', 'diarhea', '--term', 'Diarrhoea', '--reason', 'misspelt']
  const entry = await askAecoder<Entry>([...propose, '--as', 'Ann', ...at])
  expect(entry).toMatchObject({ verbatim: 'diarhea', state: 'proposed', scope: 'study', contradictions: [] })
  const id = entry.id.slice(0, 8)
  expect((await refusedBy([...propose, '--as', 'Bea', ...at])).code).toBe('ENTRY_NOT_ALLOWED')
  const approve = ['synonyms', 'approve', id, ...at]
  expect((await refusedBy([...approve, '--as', 'Bea'])).code, 'a name that is only asserted').toBe('SIGN_IN_NEEDED')
  const { ANN, Bea, Cleo } = await openReviewers(study, { ANN: ['approver'], Bea: ['approver'], Cleo: ['coder'] })
  expect((await refusedBy(approve, ANN)).code, 'her own proposal').toBe('ENTRY_NOT_ALLOWED')
  expect((await refusedBy(approve, Cleo)).code).toBe('NOT_PERMITTED')
  expect(await askAecoder(approve, Bea)).toMatchObject({ state: 'approved' })
  const { autocoded } = await askAecoder<{ autocoded: object }>(['run', ...at])
  expect(autocoded).toMatchObject({ synonym: 1 })
  const { stdout: explained } = await runAecoder(['explain', 'diarhea', ...at])
  expect(explained).toContain(`Approved synonym (study list, entry ${id})`)

  const { stdout: csv } = await runAecoder(['synonyms', 'export', ...at])
  expect(csv.split('\r\n')).toHaveLength(3)
  const file = join(study, 'out.csv')
  await writeFile(file, csv)
  const imported = ['synonyms', 'import', file, '--as', 'Ann', ...at]
  expect(await askAecoder(imported)).toEqual({ proposed: 0, known: 1, passedOver: 0 })
  expect(await askAecoder([...imported, '--scope', 'global'])).toMatchObject({ proposed: 1 })
  const everywhere = await askAecoder<{ synonyms: Entry[] }>(['synonyms', 'list', '--scope', 'global', ...at])
  const wide = ['synonyms', 'approve', everywhere.synonyms[0]?.id ?? '', ...at]
  expect((await refusedBy(wide, Bea)).code, 'an approver of one study').toBe('NOT_PERMITTED')

  expect((await refusedBy(['synonyms', 'retire', id, ...at], Bea)).code).toBe('ENTRY_NOT_ALLOWED')
  const retire = ['synonyms', 'retire', id, '--reason', 'too wide', ...at]
  expect(await askAecoder(retire, Bea)).toMatchObject({ state: 'retired' })
  const { synonyms } = await askAecoder<{ synonyms: Entry[] }>(['synonyms', 'list', 'DIARHEA', ...at])
  expect(synonyms.map(({ scope, state }) => `${scope} ${state}`)).toEqual(['study retired', 'global proposed'])
  const { stdout: status } = await runAecoder(['status', ...at])
  expect(status).toContain('Synonyms of the global list: 0 in force, 1 wait for a second person')
  const { stdout: table } = await runAecoder(['synonyms', 'list', '--state', 'proposed', ...at])
  expect(table).toMatch(/^id +list +state/)
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })
})
