/** The current names of each concept of a release, and nothing else of it: a fraction of what the whole would take. */
import { createHash } from 'node:crypto'
import type { DictionaryFiles } from '../../schemas/files.ts'
import type { NameGroup } from '../borrowed-names.ts'
import { readWhole } from '../hash-files.ts'
import { decodeText } from './ascii-encoding.ts'
import { parseAsciiTable, toLayout } from './ascii-file.ts'
import { FIELDS } from './fields.ts'

const FILE = 'llt.asc'
const LAYOUT = toLayout(FIELDS.llt, 'llt_name', 'pt_code', 'llt_currency')

/**
 * @returns the names by concept, in the order of the file, and the hash of the file
 * @throws AecoderError DICTIONARY_DAMAGED for a file of another layout
 */
export async function readNameGroups(
  files: DictionaryFiles,
): Promise<{ readonly groups: readonly NameGroup[]; readonly sha256: string }> {
  const bytes = await readWhole(files.open(FILE))
  const { columns, rowCount } = parseAsciiTable(decodeText(bytes, { file: FILE }).text, { file: FILE, layout: LAYOUT })
  const [names = [], concepts = [], currency = []] = columns
  const groups = new Map<string, string[]>()
  for (let row = 0; row < rowCount; row += 1) {
    if (currency[row] !== 'Y') continue
    const name = names[row] ?? ''
    const group = groups.get(concepts[row] ?? '')
    if (group === undefined) groups.set(concepts[row] ?? '', [name])
    else group.push(name)
  }
  return { groups: [...groups.values()], sha256: createHash('sha256').update(bytes).digest('hex') }
}
