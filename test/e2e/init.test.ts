/** `init` on what data managers have: a folder of files, a zip, and what is neither. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TextReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { expect, onTestFinished, test } from 'vitest'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-init-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('init of a folder proposes a source to each domain, says what to check and what comes next, and its study runs', async () => {
  const folder = await openFolder()
  const transfer = join(folder, 'transfers', '2026-03-02')
  await mkdir(transfer, { recursive: true })
  const files = {
    'ae.csv':
      'STUDYID,DOMAIN,USUBJID,AESPID,AETERM,AESTDTC\nABC101,AE,A-1,1,Headache,2024-01\nABC101,AE,A-1,2,Nausea,2024-02\n',
    'mh.csv': 'STUDYID,DOMAIN,USUBJID,MHSPID,MHTERM\nABC101,MH,A-1,1,Asthma\nABC101,MH,A-2,1,Migraine\n',
    'dm.csv': 'STUDYID,DOMAIN,USUBJID,SEX,BRTHDTC\nABC101,DM,A-1,F,1980\nABC101,DM,A-2,M,1990\n',
    'vs.csv': 'STUDYID,DOMAIN,USUBJID,VSSEQ,VSORRES\nABC101,VS,A-1,1,120\n',
    'readme.json': '{"by": "somebody"}',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(transfer, name), text)
  const out = join(folder, 'study.json')
  const { stdout } = await runAecoder(['init', transfer, '--out', out])
  expect(stdout).toContain('3 files: an export of CDISC SDTM (sure: ')
  expect(stdout).toContain('readme.json: JSON that is no Dataset-JSON')
  expect(stdout).toMatch(/To check by hand\n {2}- AESEQ and MHSEQ are often numbered anew/)
  expect(stdout).toMatch(/Next\n.*run --study /)
  const { sources, input } = JSON.parse(await readFile(out, 'utf8')) as { sources: { id: string }[]; input: string }
  expect({ input, ids: sources.map(({ id }) => id) }).toEqual({
    input: join('transfers', '2026-03-02'),
    ids: ['ae', 'mh', 'dm'],
  })
  const { transfer: taken } = await askAecoder<{ transfer: { files: object[] } }>(['run', '--study', out])
  expect(taken.files).toMatchObject([
    { name: 'ae.csv', accepted: 2 },
    { name: 'mh.csv', accepted: 2 },
    { name: 'dm.csv', accepted: 2 },
  ])
})

test('init tells what cannot be looked at, and writes nothing', async () => {
  const folder = await openFolder()
  await mkdir(join(folder, 'empty'))
  await writeFile(join(folder, 'book.xls'), Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]))
  await writeFile(join(folder, 'damaged.zip'), Buffer.from('PK\u0003\u0004 and no more'))
  await writeFile(join(folder, 'ae.csv'), 'SUBJID,AESPID,AETERM\n1,1,Headache\n')
  const out = ['--out', join(folder, 'study.json')]
  expect([
    await refusedBy(['init', join(folder, 'nowhere'), ...out]),
    await refusedBy(['init', join(folder, 'empty'), ...out]),
    await refusedBy(['init', join(folder, 'book.xls'), ...out]),
    await refusedBy(['init', join(folder, 'damaged.zip'), ...out]),
    await refusedBy(['init', join(folder, 'ae.csv'), '--out', join(folder, 'no', 'such', 'folder.json')]),
  ]).toMatchObject([
    { code: 'FILE_NOT_FOUND' },
    { code: 'FORMAT_UNKNOWN' },
    { code: 'FORMAT_UNKNOWN' },
    { code: 'FORMAT_DAMAGED' },
    { code: 'WRITE_FAILED' },
  ])
  expect((await runAecoder(['init'])).exitCode).toBe(2)
  await expect(readFile(join(folder, 'study.json'))).rejects.toThrow('ENOENT')
})

test('init of an encrypted archive asks for the password and for nothing else', async () => {
  const folder = await openFolder()
  const writer = new ZipWriter(new Uint8ArrayWriter(), { password: 'Seven-Lamps-19' })
  for (const name of ['ae.csv', 'mh.csv']) await writer.add(name, new TextReader('SUBJID,AESPID,AETERM\n1,1,Rash\n'))
  await writeFile(join(folder, 'x.zip'), await writer.close())
  const command = ['init', join(folder, 'x.zip'), '--out', join(folder, 'study.json')]
  for (const [password, found] of [
    ['', 'an encrypted file, and no password'],
    ['wrong', 'the password does not open this file'],
  ] as const) {
    const { exitCode, stderr } = await runAecoder(command, { variables: { AECODER_EXPORT_PASSWORD: password } })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(`x.zip: ae.csv: ${found}. Give the password that came with the archive`) as string,
    })
  }
  expect((await runAecoder(command, { variables: { AECODER_EXPORT_PASSWORD: 'Seven-Lamps-19' } })).exitCode).toBe(0)
})
