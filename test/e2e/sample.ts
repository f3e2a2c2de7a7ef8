/** A copy of the sample study that tests may run: in a folder of its own, without what earlier runs left. */
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { OPENAE_0_1 } from '../openae.ts'

const SAMPLE = fileURLToPath(new URL('../../samples/aurora-101', import.meta.url))

/** Copies samples/aurora-101; who calls it removes the folder, or lets `copySampleForTest` do so. */
export async function copySample(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-aurora-')))
  const isResult = (path: string) => basename(path) === 'out' || basename(path).startsWith('aecoder.db')
  await cp(SAMPLE, folder, { recursive: true, filter: (path) => !isResult(path) })
  const text = await readFile(join(folder, 'study.json'), 'utf8')
  await writeFile(join(folder, 'study.json'), text.replace('../../dictionaries/openae/0.1', OPENAE_0_1))
  return folder
}

/** Leaves every misspelt term to people: what they do is then what a test sees. */
export async function codeExactTermsOnly(folder: string): Promise<void> {
  const config = JSON.parse(await readFile(join(folder, 'study.json'), 'utf8')) as object
  await writeFile(join(folder, 'study.json'), JSON.stringify({ ...config, precision: 'exact-only' }))
}

/** A copy that is gone with the test. */
export async function copySampleForTest(options: { readonly isExactOnly?: true } = {}): Promise<string> {
  const folder = await copySample()
  if (options.isExactOnly) await codeExactTermsOnly(folder)
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
