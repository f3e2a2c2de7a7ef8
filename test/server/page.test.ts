/** Building the page: when its sources changed, once, and without ever showing half of it. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ensurePage, type PagePlaces } from '../../pipeline/server/page.ts'

async function openPlaces(): Promise<PagePlaces> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-vite-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const sources = join(folder, 'workbench')
  await mkdir(sources)
  await mkdir(join(folder, 'schemas'))
  await writeFile(join(folder, 'schemas', 'word.ts'), "export const word: string = 'first'\n")
  await writeFile(join(sources, 'vite.config.ts'), 'export default {}\n')
  await writeFile(join(sources, 'main.ts'), "import { word } from '../schemas/word.ts'\ndocument.title = word\n")
  await writeFile(
    join(sources, 'index.html'),
    '<!doctype html><title>x</title><script type="module" src="./main.ts"></script>',
  )
  return { sources, beside: [join(folder, 'schemas')], built: join(folder, 'dist', 'page') }
}

async function readScript(built: string): Promise<string> {
  const [name = ''] = (await readdir(join(built, 'assets'))).filter((file) => file.endsWith('.js'))
  return readFile(join(built, 'assets', name), 'utf8')
}

test('the page is built once, and anew when a source or a contract changed', async () => {
  const places = await openPlaces()
  expect(await ensurePage(places)).toBe(places.built)
  expect(await readScript(places.built)).toContain('first')
  const { mtimeMs } = await stat(join(places.built, 'index.html'))
  await ensurePage(places)
  expect((await stat(join(places.built, 'index.html'))).mtimeMs).toBe(mtimeMs)
  await writeFile(join(places.beside[0] ?? '', 'word.ts'), "export const word: string = 'second'\n")
  await ensurePage(places)
  expect(await readScript(places.built)).toContain('second')
  // Nothing is left over beside it, and nothing in it of the build before.
  expect(await readdir(join(places.built, '..'))).toEqual(['page'])
  expect(await readdir(join(places.built, 'assets'))).toHaveLength(1)
})

test('those who build at the same time all get the page', async () => {
  const places = await openPlaces()
  await Promise.all([ensurePage(places), ensurePage(places), ensurePage(places)])
  expect(await readScript(places.built)).toContain('first')
  expect(await readdir(join(places.built, '..'))).toEqual(['page'])
})

test('sources that cannot be built leave the page as it was', async () => {
  const places = await openPlaces()
  await ensurePage(places)
  await writeFile(join(places.sources, 'main.ts'), 'const = \n')
  await expect(ensurePage(places)).rejects.toThrow()
  expect(await readScript(places.built)).toContain('first')
  expect(await readdir(join(places.built, '..'))).toEqual(['page'])
})

test('an installed package has the page and no sources; without either there is none', async () => {
  const places = await openPlaces()
  await ensurePage(places)
  await rm(places.sources, { recursive: true })
  expect(await ensurePage(places)).toBe(places.built)
  await rm(places.built, { recursive: true })
  expect(await ensurePage(places)).toBeUndefined()
  expect(existsSync(places.built)).toBe(false)
})
