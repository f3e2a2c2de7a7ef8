/** The built page: made anew in a checkout when its sources changed; as it came in an installed package. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { toPackageRoot } from '../index.ts'

export interface PagePlaces {
  /** The page's sources with their `vite.config.ts`. */
  readonly sources: string
  /** What the page is made of beside its own sources, e.g. the contracts. */
  readonly beside: readonly string[]
  /** Where the built page lies. */
  readonly built: string
}

/** Beside the built page: the hash of what it was built from. */
const MARK = '.built-from'

/**
 * The folder of the built page.
 * @returns undefined where there is neither a page nor anything to build it from
 */
export async function ensurePage(places: PagePlaces = toPlaces()): Promise<string | undefined> {
  const { sources, built } = places
  const isBuilt = () => existsSync(join(built, 'index.html'))
  if (!existsSync(join(sources, 'vite.config.ts'))) return isBuilt() ? built : undefined
  const mark = await hashSources(places)
  if (isBuilt() && (await readMark(built)) === mark) return built
  await build(places, mark)
  return built
}

function toPlaces(): PagePlaces {
  const root = toPackageRoot()
  return {
    sources: join(root, 'pipeline', 'workbench'),
    beside: [join(root, 'schemas'), join(root, 'package-lock.json')],
    built: join(root, 'dist', 'page'),
  }
}

/** Builds beside the place and moves there: whoever builds at the same time gets the same, and nobody sees half a page. */
async function build({ sources, built }: PagePlaces, mark: string): Promise<void> {
  const fresh = `${built}-${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  await mkdir(fresh, { recursive: true })
  try {
    // Only a checkout builds, and only a checkout has vite.
    const vite = await import('vite')
    await vite.build({
      root: sources,
      configFile: join(sources, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: fresh, emptyOutDir: true },
    })
    await writeFile(join(fresh, MARK), mark)
    await moveTo(built, { fresh, mark })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

async function moveTo(built: string, { fresh, mark }: { fresh: string; mark: string }): Promise<void> {
  const old = `${fresh}.old.tmp`
  try {
    await rename(built, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    await rename(fresh, built)
  } catch (error) {
    // Another process built it meanwhile, from the same sources.
    if ((await readMark(built)) !== mark) throw error
  } finally {
    await rm(old, { recursive: true, force: true })
  }
}

async function hashSources({ sources, beside }: PagePlaces): Promise<string> {
  const digest = createHash('sha256')
  for (const place of [sources, ...beside])
    for (const file of await listFiles(place))
      digest
        .update(`${relative(place, file).replaceAll('\\', '/')}\0`)
        .update(await readFile(file))
        .update('\0')
  return digest.digest('hex')
}

async function listFiles(place: string): Promise<string[]> {
  try {
    const entries = await readdir(place, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR') return [place]
    if (code === 'ENOENT') return []
    throw error
  }
}

async function readMark(built: string): Promise<string | undefined> {
  return readFile(join(built, MARK), 'utf8').catch(() => undefined)
}
