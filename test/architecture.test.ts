/** The rooms and who may import whom (ARCHITECTURE.md): read from the imports themselves. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Each room may import itself and the rooms named here; siblings are never named. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  schemas: [],
  'pipeline/formats': ['schemas'],
  dictionaries: ['schemas', 'pipeline/formats'],
  'pipeline/autocode': ['schemas', 'pipeline/formats', 'dictionaries'],
  'pipeline/review': ['schemas', 'pipeline/formats', 'dictionaries'],
  'pipeline/ingest': ['schemas', 'pipeline/formats', 'dictionaries', 'pipeline/autocode', 'pipeline/review'],
  'pipeline/store': ['schemas', 'pipeline/formats', 'dictionaries', 'pipeline/autocode', 'pipeline/review'],
  'pipeline/dataset': ['schemas', 'pipeline/formats', 'dictionaries', 'pipeline/autocode', 'pipeline/review'],
  'pipeline/storage': ['schemas', 'pipeline/formats', 'dictionaries', 'pipeline/autocode', 'pipeline/review'],
  'pipeline/access': ['schemas'],
  // The files of pipeline/ itself: run.ts and the other whole acts.
  pipeline: [
    'schemas',
    'pipeline/formats',
    'dictionaries',
    'pipeline/autocode',
    'pipeline/review',
    'pipeline/ingest',
    'pipeline/store',
    'pipeline/dataset',
    'pipeline/storage',
    'pipeline/access',
  ],
  'pipeline/index.ts': [
    'schemas',
    'dictionaries',
    'pipeline',
    'pipeline/autocode',
    'pipeline/review',
    'pipeline/ingest',
    'pipeline/store',
    'pipeline/access',
  ],
  'pipeline/server': ['schemas', 'pipeline/index.ts'],
  'pipeline/cli': ['schemas', 'pipeline/index.ts', 'pipeline/server'],
  // The page speaks HTTP only: of the contracts it takes the types.
  'pipeline/workbench': ['schemas'],
}

/** A heavy package is imported in one room only, so that replacing it touches one room only. */
const ONE_IMPORTER: { readonly [name: string]: string } = {
  papaparse: 'pipeline/formats',
  saxes: 'pipeline/formats',
  'iconv-lite': 'pipeline/formats',
  '@zip.js/zip.js': 'pipeline/formats',
  'apache-arrow': 'pipeline/dataset',
  '@aws-sdk/client-s3': 'pipeline/storage',
  '@aws-sdk/lib-storage': 'pipeline/storage',
  'p-queue': 'pipeline/storage',
  ajv: 'schemas',
  natural: 'dictionaries',
  kysely: 'pipeline/store',
  'node:sqlite': 'pipeline/store',
  commander: 'pipeline/cli',
  'cli-progress': 'pipeline/cli',
  typebox: 'schemas',
  '@node-rs/argon2': 'pipeline/access',
  fastify: 'pipeline/server',
  'openid-client': 'pipeline/server',
  preact: 'pipeline/workbench',
}

/** Rooms whose result follows from their arguments alone: no files, no clock, no chance. */
const PURE = ['pipeline/autocode', 'pipeline/review']
const IMPURE = /^node:(?:fs|os|net|http|child_process|worker_threads)|^node:sqlite/
const IMPURE_CALLS = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandom(?:Bytes|UUID)\(|\bprocess\./

interface Import {
  readonly file: string
  readonly room: string
  readonly target: string
}

test('every import points to a room that its own room may know', () => {
  const wrong = listImports().filter(({ room, target }) => {
    if (!target.startsWith('/')) return false
    const other = toRoom(target.slice(1))
    return other !== room && !MAY_IMPORT[room]?.includes(other)
  })
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

test('every source file stands in a room', () => {
  expect(listSources().filter((file) => MAY_IMPORT[toRoom(file)] === undefined)).toEqual([])
})

test('each heavy package has one importing room', () => {
  const wrong = listImports().filter(({ room, target }) => {
    const owner = Object.entries(ONE_IMPORTER).find(([name]) => target === name || target.startsWith(`${name}/`))?.[1]
    return owner !== undefined && owner !== room
  })
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

test('the pure rooms touch no file, clock or chance', () => {
  const imports = listImports().filter(({ room, target }) => PURE.includes(room) && IMPURE.test(target))
  const calls = listSources().filter(
    (file) => PURE.includes(toRoom(file)) && IMPURE_CALLS.test(readFileSync(join(ROOT, file), 'utf8')),
  )
  expect([...imports.map(({ file, target }) => `${file} imports ${target}`), ...calls]).toEqual([])
})

test('natural is imported by subpath only, since its root loads database drivers and prints', () => {
  expect(listImports().filter(({ target }) => target === 'natural')).toEqual([])
})

function listSources(): string[] {
  return ['schemas', 'dictionaries', 'pipeline'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => /\.(?:ts|mts|tsx|mjs)$/.test(name) && !name.endsWith('.d.ts')),
  )
}

function listImports(): Import[] {
  return listSources().flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    const specifiers = [
      ...text.matchAll(
        /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
      ),
    ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    return specifiers.map((specifier) => ({
      file,
      room: toRoom(file),
      target: specifier.startsWith('.') ? `/${relative(ROOT, join(ROOT, dirname(file), specifier))}` : specifier,
    }))
  })
}

/** `pipeline/store/chain.ts` → `pipeline/store`; the files directly in pipeline/ are a room, its index another. */
function toRoom(file: string): string {
  if (file === 'pipeline/index.ts') return file
  const [first = '', second = '', third] = file.split('/')
  return first === 'pipeline' && third !== undefined ? `${first}/${second}` : first
}
