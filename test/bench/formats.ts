/**
 * `npm run bench:formats`: every reader over an export of 200 MB, in MB/s and rows/s, beside the bare library over the
 * same file: how much do we add? Prints JSON. Each reading is a process of its own, so that its peak memory is its own;
 * that of a file of a quarter of the size stands beside it: where memory is flat the two are alike.
 *
 * Options: --megabytes 200   --formats csv,odm (all)   --rounds 1 (the best of them counts)
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { toExport, WRITTEN_FORMATS, type WrittenFormat, writeExport } from '../generators/exports.ts'
import { measure } from './measure.ts'

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '200' },
    formats: { type: 'string', default: WRITTEN_FORMATS.join(',') },
    rounds: { type: 'string', default: '1' },
  },
})
/** Of the bare parser's speed, at least. */
const AIMS: { readonly [format in WrittenFormat]?: number } = { csv: 0.6, odm: 0.6, 'odm-transactional': 0.6 }
const SAMPLE_ROWS = 10_000
const SCRIPT = join('test', 'bench', 'read-format.ts')

const folder = await mkdtemp(join(tmpdir(), 'aecoder-bench-'))
try {
  const results = []
  for (const format of WRITTEN_FORMATS.filter((one) => values.formats.split(',').includes(one)))
    results.push(await measureFormat(format))
  const machine = {
    node: process.version,
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
  process.stdout.write(`${JSON.stringify({ bench: 'formats', machine, results }, null, 2)}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measureFormat(format: WrittenFormat) {
  const bytesPerRow = (await toExport(format, { rows: SAMPLE_ROWS, seed: 1 })).length / SAMPLE_ROWS
  const rows = Math.ceil((Number(values.megabytes) * 1e6) / bytesPerRow)
  const quarter = await writeFile(format, Math.ceil(rows / 4))
  const small = await readFile(format, { path: quarter, by: 'reader' })
  await rm(quarter)
  const path = await writeFile(format, rows)
  const megabytes = (await stat(path)).size / 1e6
  const own = await readFile(format, { path, by: 'reader' })
  const bare = await readFile(format, { path, by: 'bare' })
  await rm(path)
  if (own.rows !== rows || bare.rows !== rows)
    throw new Error(`${format}: ${rows} rows were written, ${own.rows} read, ${bare.rows} found by the bare parser`)
  const aim = AIMS[format]
  return {
    format,
    megabytes: toTenth(megabytes),
    rows,
    seconds: toTenth(own.seconds),
    megabytesPerSecond: toTenth(megabytes / own.seconds),
    rowsPerSecond: Math.round(rows / own.seconds),
    peakRssMb: Math.round(own.peakRssMb),
    peakRssMbOfAQuarter: Math.round(small.peakRssMb),
    bareParser: {
      seconds: toTenth(bare.seconds),
      megabytesPerSecond: toTenth(megabytes / bare.seconds),
      peakRssMb: Math.round(bare.peakRssMb),
    },
    shareOfBareSpeed: Math.round((100 * bare.seconds) / own.seconds) / 100,
    ...(aim === undefined ? {} : { aim }),
  }
}

async function writeFile(format: WrittenFormat, rows: number): Promise<string> {
  const path = join(folder, `${format}-${rows}`)
  await pipeline(Readable.from(writeExport(format, { rows, seed: 1 })), createWriteStream(path))
  return path
}

/** The quickest round. */
async function readFile(format: WrittenFormat, { path, by }: { path: string; by: 'reader' | 'bare' }) {
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round += 1)
    rounds.push((await measure([SCRIPT, format, path, by])) as Reading)
  const [best] = rounds.sort((a, b) => a.seconds - b.seconds)
  if (best === undefined) throw new Error('--rounds must be 1 or more')
  return best
}

interface Reading {
  readonly seconds: number
  readonly peakRssMb: number
  readonly rows: number
}

function toTenth(n: number): number {
  return Math.round(n * 10) / 10
}
