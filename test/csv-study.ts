/** A study of a few reports in a folder of its own, coded in OpenAE 0.1. Knows no command and no act. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { OPENAE_0_1 } from './openae.ts'

/** Adverse events of three columns. */
export const AE_SOURCE = {
  id: 'ae',
  domain: 'AE',
  format: 'csv',
  files: ['ae.csv'],
  key: ['AESEQ'],
  map: { subject: 'SUBJID', AETERM: 'AETERM' },
}

/**
 * Writes the study; it is gone with the test.
 * @param terms the reported terms, one for each subject, `101` on
 * @param settings members of study.json beside or in place of the usual ones
 * @returns the folder, whose `transfer-1` holds the reports
 */
export async function writeSmallStudy(terms: readonly string[], settings: object = {}): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-small-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const config = {
    study: { protocol: 'SML-001', environment: 'test' },
    precision: 'exact-only',
    dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
    input: 'transfer-1',
    sources: [AE_SOURCE],
    ...settings,
  }
  await writeFile(join(folder, 'study.json'), JSON.stringify(config))
  await writeTransfer(folder, { name: 'transfer-1', terms })
  return folder
}

/** Writes a transfer beside the first one. */
export async function writeTransfer(
  folder: string,
  { name, terms }: { name: string; terms: readonly string[] },
): Promise<void> {
  await mkdir(join(folder, name))
  const rows = terms.map((term, index) => `${101 + index},1,"${term.replaceAll('"', '""')}"`)
  await writeFile(join(folder, name, 'ae.csv'), `SUBJID,AESEQ,AETERM\n${rows.join('\n')}\n`)
}
