import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDictionaryFiles, openDictionaryFolder } from '../../pipeline/storage/dictionary-files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aecoder-dictionary-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function put(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

test('files in the folder and two folders below are listed; hidden and deeper ones are not', async () => {
  const names = [
    'LICENCE',
    'MedAscii/llt.asc',
    'MedAscii/PT.ASC',
    '.DS_Store',
    'MedAscii/.x',
    'a/b/c.asc',
    'a/b/c/d.asc',
  ]
  for (const name of names) put(name, '')
  const files = openDictionaryFolder(root)
  expect(files.where).toBe(root)
  expect(await files.list()).toEqual(['LICENCE', 'MedAscii/PT.ASC', 'MedAscii/llt.asc', 'a/b/c.asc'])
})

test('one file is a dictionary of one file, whatever lies beside it', async () => {
  put('codes.csv', 'code,term\n1,Sore\n')
  put('other.csv', 'not this')
  const files = await openDictionaryFiles(join(root, 'codes.csv'), { askPassword: () => Promise.resolve(undefined) })
  expect(await files.list()).toEqual(['codes.csv'])
  let text = ''
  for await (const chunk of files.open('codes.csv')) text += Buffer.from(chunk).toString()
  expect(text).toBe('code,term\n1,Sore\n')
})

test('a listed file is read as its bytes', async () => {
  put('MedAscii/llt.asc', '1$Kopfschmerz\n')
  let text = ''
  for await (const chunk of openDictionaryFolder(root).open('MedAscii/llt.asc')) text += Buffer.from(chunk).toString()
  expect(text).toBe('1$Kopfschmerz\n')
})

test('a missing folder and an empty one are told apart', async () => {
  await expect(openDictionaryFolder(join(root, 'nowhere')).list()).rejects.toMatchObject({
    code: 'DICTIONARY_NOT_FOUND',
    facts: { where: join(root, 'nowhere'), found: 'no such folder' },
  })
  await expect(openDictionaryFolder(root).list()).rejects.toMatchObject({
    code: 'DICTIONARY_NOT_FOUND',
    facts: { where: root, found: 'no files in this folder' },
  })
})
