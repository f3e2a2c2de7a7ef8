/** A release as it is downloaded: read from the archive as from its folder. */
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js'
import { expect, test } from 'vitest'
import { openDictionaryZip } from '../../dictionaries/dictionary-zip.ts'
import { readMeddraAscii } from '../../dictionaries/meddra/read-meddra-ascii.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { type Release, SMALL_RELEASE, toDictionaryFiles } from './meddra/small-release.ts'

async function pack(release: Release, password?: string): Promise<SourceFile> {
  const writer = new ZipWriter(new BlobWriter(), password === undefined ? {} : { password, encryptionStrength: 3 })
  for (const [name, text] of Object.entries(release)) await writer.add(name, new TextReader(String(text)))
  const bytes = new Uint8Array(await (await writer.close()).arrayBuffer())
  return {
    name: 'MedDRA_7_1_English.zip',
    async *open() {
      yield await Promise.resolve(bytes)
    },
  }
}

/** As a delivery unpacks, with what an archive made on a Mac adds. */
const DELIVERY: Release = {
  'MedDRA_7_1_English/whatsnew.pdf': '%PDF',
  '__MACOSX/MedDRA_7_1_English/MedAscii/llt.asc': 'no',
  'MedDRA_7_1_English/MedAscii/._llt.asc': 'no',
  ...Object.fromEntries(
    Object.entries(SMALL_RELEASE).map(([name, text]) => [`MedDRA_7_1_English/MedAscii/${name.toUpperCase()}`, text]),
  ),
}

test('an encrypted archive gives the same dictionary as its folder', async () => {
  const zip = await pack(DELIVERY, 'Seven-Lamps-19')
  const files = await openDictionaryZip(zip, { askPassword: () => Promise.resolve('Seven-Lamps-19') })
  const [packed, folder] = [await readMeddraAscii(files), await readMeddraAscii(toDictionaryFiles(SMALL_RELEASE))]
  expect(packed.ref).toEqual(folder.ref)
  expect(packed.report).toEqual(folder.report)
})

test('a wrong password is said, with archive and file, and not shown', async () => {
  const files = await openDictionaryZip(await pack(DELIVERY, 'Seven-Lamps-19'), {
    askPassword: () => Promise.resolve('Six-Lamps'),
  })
  await expect(readMeddraAscii(files)).rejects.toMatchObject({
    code: 'USAGE',
    message:
      'MedDRA_7_1_English.zip: MedDRA_7_1_English/MedAscii/MEDDRA_RELEASE.ASC: the password does not open this file. ' +
      'Give the password that came with the archive',
  })
})

test('errors name the file in the archive, and an archive of two releases is refused', async () => {
  const damaged = {
    ...DELIVERY,
    'MedDRA_7_1_English/MedAscii/PT.ASC': SMALL_RELEASE['pt.asc'].replace('81000102', '8100 1'),
  }
  await expect(openDictionaryZip(await pack(damaged)).then(readMeddraAscii)).rejects.toMatchObject({
    facts: { where: 'MedDRA_7_1_English/MedAscii/PT.ASC:2' },
  })
  const two = { ...DELIVERY, 'MedDRA_7_0_English/MedAscii/llt.asc': SMALL_RELEASE['llt.asc'] }
  await expect(openDictionaryZip(await pack(two)).then(readMeddraAscii)).rejects.toMatchObject({
    facts: {
      where: 'MedDRA_7_1_English.zip',
      found: expect.stringContaining('llt.asc is there twice: MedDRA_7_0_English/MedAscii/llt.asc and ') as string,
    },
  })
})
