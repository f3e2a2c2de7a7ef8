/** Tables read to their end, from files as folders give them and as archives do, and what refused ones say. */
import { openTable } from '../../pipeline/formats/open-table.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { TableFormat } from '../../schemas/formats.ts'
import { collect } from './sources.ts'

/** A file as a folder or bucket gives it. */
export function toRandomFile(bytes: Uint8Array, name = 'file'): SourceFile {
  return {
    ...toStreamFile(bytes, { name, chunkSize: 4096 }),
    random: { size: async () => bytes.length, readAt: async (at, length) => bytes.subarray(at, at + length) },
  }
}

/** A file as an archive gives it: from its start to its end. */
export function toStreamFile(bytes: Uint8Array, { name = 'file', chunkSize = 7 } = {}): SourceFile {
  return {
    name,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize)
    },
  }
}

/** All of a table. */
export async function readTable(
  file: SourceFile,
  options: { readonly format: TableFormat; readonly encoding?: string },
) {
  const { rows, ...table } = await openTable(file, options)
  const all = await collect(rows)
  return {
    ...table,
    rows: all.map(({ fields }) => fields),
    lines: all.map(({ line }) => line),
    problems: all.flatMap(({ line, problem }) =>
      problem === undefined ? [] : [`${line}: ${problem.code}: ${problem.text}`],
    ),
  }
}

/** The message of the refusal, and its code. */
export async function refusalOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
  } catch (error) {
    if (error instanceof AecoderError) return `${error.code} ${error.message}`
    throw error
  }
  return 'not refused'
}
