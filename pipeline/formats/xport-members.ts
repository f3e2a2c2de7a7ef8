/** The datasets of a SAS XPORT library, each as a file of its own. Knows where they begin; reads no rows. */
import type { SourceFile } from '../../schemas/files.ts'
import { ByteReader } from './byte-reader.ts'
import { toDamaged } from './table-shape.ts'
import { isMemberHeader, LIBRARY_BYTES, RECORD_BYTES, readLibrary } from './xport-header.ts'

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
    const nameLength = version === 5 ? 8 : 32
    const begun: { readonly name: string; readonly start: number }[] = []
    /** Records since a member's header: its name stands two records behind it. */
    let behind = Number.POSITIVE_INFINITY
    for (;;) {
      const at = reader.offset
      const record = await reader.read(RECORD_BYTES)
      if (record.length === 0) break
      if (record[0] === 0x48 && isMemberHeader(record, version)) behind = 0
      else behind++
      if (behind === 2) {
        const name = record.toString('latin1', 8, 8 + nameLength).replace(/[\0 ]+$/, '')
        if (name === '' || /[/\0]/.test(name) || begun.some((member) => member.name === name)) {
          throw toDamaged(
            { file: file.name, at: `byte offset ${at}` },
            { found: `a dataset named ${JSON.stringify(name)}`, expected: 'a name of its own' },
          )
        }
        begun.push({ name, start: at - 2 * RECORD_BYTES })
        if (begun.length > MOST_MEMBERS)
          throw toDamaged({ file: file.name }, { found: `more than ${MOST_MEMBERS} datasets` })
      }
    }
    return begun.map((member, index) => ({ ...member, end: begun[index + 1]?.start ?? reader.offset }))
  } finally {
    await reader.close()
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
