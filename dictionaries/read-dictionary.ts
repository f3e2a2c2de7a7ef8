/** Reads a dictionary of any layout. Knows how layouts are told apart; knows none of them. */
import { openCsv } from '../pipeline/formats/csv.ts'
import { AecoderError, assertNever } from '../schemas/errors.ts'
import type { DictionaryFiles } from '../schemas/files.ts'
import type { DictionaryLayout } from '../schemas/study.ts'
import { readCodeList } from './code-list/read-code-list.ts'
import { NEEDED_COLUMNS } from './code-list/rows.ts'
import type { Dictionary } from './dictionary.ts'
import { isOrderFile } from './icd-10-cm/files.ts'
import { readIcd10Cm } from './icd-10-cm/read-icd-10-cm.ts'
import { readMeddraAscii } from './meddra/read-meddra-ascii.ts'
import { toColumnName } from './tree/list-columns.ts'
import { toBaseName } from './tree/tree-file.ts'

export interface ReadDictionaryOptions {
  /** How it is called in decisions and datasets; else as the dictionary says of itself. */
  readonly name?: string
  /** Only for layouts that state none: a code list without dictionary.json. */
  readonly version?: string
  /** Else told by the files. */
  readonly layout?: DictionaryLayout
  /** Where neither the layout nor a byte order mark says it. */
  readonly encoding?: string
  /** Of a Japanese MedDRA; only its layout knows them. */
  readonly names?: 'released' | 'japanese'
}

const LAYOUTS: { readonly [layout in DictionaryLayout]: string } = {
  'meddra-ascii': 'MedDRA ASCII files (llt.asc, pt.asc …)',
  'icd-10-cm': 'ICD-10-CM (icd10cm_order_2026.txt …)',
  'code-list': 'a code list (one .csv, .tsv or .txt with the columns code and term)',
}

/**
 * Reads and checks a dictionary. Its layout is told by the names of its files, that of a code list by its columns.
 * @throws AecoderError DICTIONARY_NOT_FOUND where the files are none of the known layouts, or of several; and what the
 *   layout's reader throws
 */
export async function readDictionary(files: DictionaryFiles, options: ReadDictionaryOptions = {}): Promise<Dictionary> {
  const { layout, ...rest } = options
  const listed = await files.list()
  const chosen = layout ?? findLayout(listed)
  switch (chosen) {
    case 'meddra-ascii':
      return await readMeddraAscii(files, rest)
    case 'icd-10-cm':
      return await readIcd10Cm(files, rest)
    case 'code-list':
    case undefined:
      return await readCodeList(files, { ...rest, file: await findList(files, { listed, options }) })
    case 'several':
      throw toRefusal(files, { listed, found: 'files of several layouts', action: 'Say which one with "layout"' })
    default:
      return assertNever(chosen)
  }
}

/** `several` where the names are ambiguous; undefined where they say nothing. */
function findLayout(listed: readonly string[]): DictionaryLayout | 'several' | undefined {
  const isMeddra = listed.some((name) => toBaseName(name).toLowerCase() === 'llt.asc')
  const isIcd = listed.some(isOrderFile)
  if (isMeddra && isIcd) return 'several'
  return isMeddra ? 'meddra-ascii' : isIcd ? 'icd-10-cm' : undefined
}

/** The one file that is a code list. */
async function findList(
  files: DictionaryFiles,
  { listed, options }: { listed: readonly string[]; options: ReadDictionaryOptions },
): Promise<string> {
  const tables = listed.filter((name) => /\.(?:csv|tsv|txt)$/i.test(name))
  const lists: string[] = []
  for (const name of tables) if (await hasColumns(files, { name, encoding: options.encoding })) lists.push(name)
  const [list, ...others] = lists
  if (list !== undefined && others.length === 0) return list
  // The reader says best what is wrong with the only table there is.
  const [only, ...further] = listed.filter((name) => /\.(?:csv|tsv)$/i.test(name))
  if (list === undefined && only !== undefined && further.length === 0) return only
  const found =
    others.length > 0 ? `${lists.length} code lists: ${lists.join(', ')}` : 'no dictionary of a known layout'
  throw toRefusal(files, { listed, found, action: 'Name the folder with the files of one dictionary, unpacked' })
}

async function hasColumns(
  files: DictionaryFiles,
  { name, encoding }: { name: string; encoding: string | undefined },
): Promise<boolean> {
  try {
    const table = await openCsv({ name, open: () => files.open(name) }, encoding === undefined ? {} : { encoding })
    const columns = table.header.map(toColumnName)
    const isList = NEEDED_COLUMNS.every((column) => columns.includes(column))
    // Ending the loop closes the file.
    for await (const _ of table.rows) break
    return isList
  } catch (error) {
    // A text that is no table, as a readme, is no list; other errors are nobody's to hide.
    if (error instanceof AecoderError) return false
    throw error
  }
}

const NAMED = 8

function toRefusal(
  { where }: DictionaryFiles,
  { listed, found, action }: { listed: readonly string[]; found: string; action: string },
): AecoderError {
  const more = listed.length > NAMED ? ` and ${listed.length - NAMED} more` : ''
  const names = listed.length === 0 ? 'no files' : `${listed.slice(0, NAMED).join(', ')}${more}`
  return new AecoderError('DICTIONARY_NOT_FOUND', {
    where,
    found: `${found} among ${names}`,
    expected: Object.values(LAYOUTS).join(', or '),
    action,
  })
}
