/** A study coded in two dictionaries, and a dictionary in an encrypted zip, as their users work: on the command line. */
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from '@uwdata/flechette'
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js'
import { expect, onTestFinished, test } from 'vitest'
import { OPENAE_0_1 } from '../openae.ts'
import { askAecoder, runAecoder } from './command-line.ts'
import { openReviewers } from './people.ts'

const ICD = join(import.meta.dirname, '../../samples/icd-10-cm')

interface Queue {
  readonly terms: readonly { readonly id: string; readonly terminology: string; readonly verbatim: string }[]
}

test('medical history waits, is coded, explained, counted and published in each of its two dictionaries', async () => {
  const folder = await openScratch()
  const study = {
    study: { protocol: 'TWO-1', environment: 'uat' },
    dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
    dictionaries: [{ id: 'ICD', domains: ['MH'], role: 'beside', name: 'ICD-10-CM', version: '2026', path: ICD }],
    approval: 'all',
    precision: 'exact-only',
    sources: [
      {
        id: 'mh',
        domain: 'MH',
        format: 'csv',
        files: ['mh.csv'],
        key: ['NO'],
        map: { subject: 'SUBJ', MHTERM: 'TERM' },
      },
    ],
  }
  await writeFile(join(folder, 'study.json'), JSON.stringify(study))
  await writeFile(join(folder, 'mh.csv'), 'SUBJ,NO,TERM\n01,1,hypertension NOS\n02,1,hypertension NOS\n02,2,Headache\n')
  const at = ['--study', folder]
  await askAecoder(['run', ...at])

  const queue = await askAecoder<Queue>(['queue', ...at])
  expect(queue.terms.map(({ terminology, verbatim }) => `${terminology}: ${verbatim}`)).toEqual([
    'OpenAE: hypertension NOS',
    'ICD-10-CM: hypertension NOS',
    'ICD-10-CM: Headache',
  ])
  const inIcd = await askAecoder<Queue>(['queue', '--dictionary', 'ICD-10-CM', ...at])
  expect(inIcd.terms.map(({ verbatim }) => verbatim)).toEqual(['hypertension NOS', 'Headache'])

  const term = 'hypertension NOS'
  const icd = ['--dictionary', 'ICD-10-CM']
  await askAecoder(['code', term, '--term', 'I10', ...icd, '--as', 'Ann', ...at])
  await askAecoder(['code', term, '--term', 'Hypertension', '--as', 'Ann', ...at])
  const { Bea } = await openReviewers(folder, { Bea: ['approver'] })
  await askAecoder(['approve', term, ...icd, ...at], Bea)
  const explained = await askAecoder<{
    dictionary: { name: string }
    history: { codings: { dictionary: string }[]; verdict: { kind: string } | null }[]
  }>(['explain', term, ...icd, ...at])
  expect(explained.dictionary.name).toBe('ICD-10-CM')
  expect(explained.history.map(({ codings, verdict }) => [codings[0]?.dictionary, verdict?.kind])).toEqual([
    [undefined, undefined],
    ['ICD-10-CM 2026', 'approved'],
  ])
  const status = await askAecoder<{ counts: { toApproveGroups: number; beside: { toApproveGroups: number }[] } }>([
    'status',
    ...at,
  ])
  expect([status.counts.toApproveGroups, status.counts.beside[0]?.toApproveGroups]).toEqual([2, 0])

  await askAecoder(['export', ...at])
  expect(await readTable(folder, 'mh.arrow', ['MHTERM', 'MHDECOD', 'MHICDCD', 'MHICD'])).toEqual([
    ['hypertension NOS', null, 'I10', 'Essential (primary) hypertension'],
    ['hypertension NOS', null, 'I10', 'Essential (primary) hypertension'],
    ['Headache', null, null, null],
  ])
  expect(await readTable(folder, 'coding_mh_icd.arrow', ['CODER', 'APPROVER', 'DICTIONARY', 'APPROVAL'])).toEqual([
    ['Ann', 'Bea', 'ICD-10-CM', 'approved'],
    ['Ann', 'Bea', 'ICD-10-CM', 'approved'],
    ['aecoder', null, 'ICD-10-CM', 'none-needed'],
  ])
  expect(await askAecoder(['verify', ...at])).toMatchObject({ faults: [] })

  for (const command of [['explain', term], ['queue']]) {
    const { exitCode, stderr } = await runAecoder([...command, '--dictionary', 'MedDRA', ...at])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/MedDRA.*OpenAE, ICD-10-CM/)
  }
})

test('an encrypted dictionary opens with the password of the environment, and with nothing else', async () => {
  const folder = await openScratch()
  const zip = join(folder, 'release.zip')
  const writer = new ZipWriter(new BlobWriter(), { password: 'open sesame', encryptionStrength: 3 })
  for (const name of await readdir(OPENAE_0_1))
    await writer.add(`Release_0_1/MedAscii/${name}`, new Uint8ArrayReader(await readFile(join(OPENAE_0_1, name))))
  const blob = await writer.close()
  await writeFile(zip, Buffer.from(await blob.arrayBuffer()))

  const check = ['dictionary', 'check', '--dictionary', zip]
  const opened = await runAecoder(check, { variables: { AECODER_DICTIONARY_PASSWORD: 'open sesame' } })
  expect(opened).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^OpenAE 0\.1 \(English\)/) })
  const refused = [
    await runAecoder(check),
    await runAecoder(check, { variables: { AECODER_DICTIONARY_PASSWORD: 'x9#y' } }),
  ]
  for (const { exitCode, stdout, stderr } of refused) {
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/release\.zip.*password/)
    expect(stderr).not.toContain('x9#y')
  }
})

async function openScratch(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-dictionaries-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Columns of a file of the current run, row by row. */
async function readTable(folder: string, name: string, columns: readonly string[]): Promise<unknown[][]> {
  const { runId } = JSON.parse(await readFile(join(folder, 'out/current.json'), 'utf8')) as { runId: string }
  const table = tableFromIPC(await readFile(join(folder, 'out/runs', runId, name)))
  return table.toArray().map((row: { [column: string]: unknown }) => columns.map((column) => row[column]))
}
