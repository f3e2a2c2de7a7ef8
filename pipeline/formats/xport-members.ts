/** The datasets of a SAS XPORT library, each as a file of its own. Knows where they begin; reads no rows. */
import type { SourceFile } from '../../schemas/files.ts'
import { ByteReader } from './byte-reader.ts'
import { toDamaged } from './table-shape.ts'
import { isMemberHeader, LIBRARY_BYTES, RECORD_BYTES, readLibrary, type XportVersion } from './xport-header.ts'

const FIRST_LETTER = 0x48
const RECORDS_AT_ONCE = 4096

/** A library holds at most so many datasets; a submission's has some fifty. */
const MOST_MEMBERS = 10_000

export interface XportMember {
  readonly name: string
  /** Its first byte, and the one behind its last. */
  readonly start: number
  readonly end: number
}

/** Lists the datasets of a library in file order: the file is read once. @throws AecoderError FORMAT_DAMAGED */
export async function listXportMembers(file: SourceFile): Promise<readonly XportMember[]> {
  const reader = new ByteReader(file)
  try {
    const { version } = await readLibrary(reader, file.name)
    const begun: { readonly name: string; readonly start: number }[] = []
    let start: number | undefined
    for (;;) {
      const at = reader.offset
      const bytes = await reader.read(RECORDS_AT_ONCE * RECORD_BYTES)
      if (bytes.length === 0) break
      for (let record = 0; record + RECORD_BYTES <= bytes.length; record += RECORD_BYTES) {
        // Its name stands two records behind its header.
        if (start === at + record - 2 * RECORD_BYTES) {
          begun.push({ name: toMemberName(bytes.subarray(record, record + RECORD_BYTES), version), start })
        }
        if (bytes[record] !== FIRST_LETTER || !isMemberHeader(bytes.subarray(record, record + RECORD_BYTES), version))
          continue
        start = at + record
        if (begun.length >= MOST_MEMBERS)
          throw toDamaged({ file: file.name }, { found: `more than ${MOST_MEMBERS} datasets` })
      }
    }
    checkNames(file.name, begun)
    return begun.map((member, index) => ({ ...member, end: begun[index + 1]?.start ?? reader.offset }))
  } finally {
    await reader.close()
  }
}

function toMemberName(record: Buffer, version: XportVersion): string {
  return record.toString('latin1', 8, 8 + (version === 5 ? 8 : 32)).replace(/[\0 ]+$/, '')
}

function checkNames(file: string, members: readonly { readonly name: string; readonly start: number }[]): void {
  const seen = new Set<string>()
  for (const { name, start } of members) {
    if (name === '' || /[/\0]/.test(name) || seen.has(name)) {
      throw toDamaged(
        { file, at: `byte offset ${start}` },
        { found: `a dataset named ${JSON.stringify(name)}`, expected: 'a name of its own' },
      )
    }
    seen.add(name)
  }
}

/** One dataset of a library as a library of its own. @param name of the file that comes of it */
export function toXportFile(file: SourceFile, { name, start, end }: XportMember): SourceFile {
  return {
    name,
    async *open() {
      let at = 0
      for await (const chunk of file.open()) {
        const before = Math.min(LIBRARY_BYTES, at + chunk.byteLength)
        if (before > at) yield chunk.subarray(0, before - at)
        const [from, to] = [Math.max(start, at), Math.min(end, at + chunk.byteLength)]
        if (to > from) yield chunk.subarray(from - at, to - at)
        at += chunk.byteLength
        if (at >= end) return
      }
    },
  }
}
