/** What `npm run bench:formats` stands on: exports of any size that are whole, and parsers that read the same of them. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, onTestFinished, test } from 'vitest'
import { WRITTEN_FORMATS, writeExport } from '../generators/exports.ts'
import { countBareRows, countRows } from './read-format.ts'

/** More than two of the pieces that exports are written in, and no multiple of them. */
const ROWS = 10_007

test.each(WRITTEN_FORMATS)(
  '%s: the reader and the bare parser find every row that was written',
  { timeout: 60_000 },
  async (format) => {
    const folder = await mkdtemp(join(tmpdir(), 'aecoder-bench-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'export')
    await pipeline(Readable.from(writeExport(format, { rows: ROWS, seed: 1 })), createWriteStream(path))
    expect({ reader: await countRows(format, path), bare: await countBareRows(format, path) }).toEqual({
      reader: ROWS,
      bare: ROWS,
    })
  },
)
