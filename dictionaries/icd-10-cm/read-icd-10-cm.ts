/**
 * Reads a folder with ICD-10-CM as CMS and NCHS publish it, one year's files or several years', into memory. Knows which
 * file is read by whom; layouts and rules live in the files it calls.
 */
import { isUtf8 } from 'node:buffer'
import { readText } from '../../pipeline/formats/decode.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import type { Dictionary } from '../dictionary.ts'
import { FilesHash, readWhole } from '../hash-files.ts'
import { TreeDictionary } from '../tree/tree-dictionary.ts'
import { toBaseName, toSourceFile } from '../tree/tree-file.ts'
import { NO_TREE_SIDECAR, parseTreeSidecar } from '../tree/tree-sidecar.ts'
import { toIcdCode } from './code.ts'
import { readEdits } from './edits.ts'
import { findIcdFiles, type IcdFiles } from './files.ts'
import { readIndex } from './index-entries.ts'
import { type OrderFile, parseOrderFile } from './order.ts'
import { toDatedFiles } from './periods.ts'
import { readTabular } from './tabular.ts'
import { type IcdRelease, toIcdTree } from './tree.ts'

export interface IcdOptions {
  /** How it is called in decisions and datasets; else as dictionary.json says, else ICD-10-CM. */
  readonly name?: string
  /** Of the order files; else UTF-8, and where they are not that, Windows-1252. */
  readonly encoding?: string
}

/**
 * Loads and checks ICD-10-CM: order files (icd10cm_order_2026.txt), and where they are there the tabular list, the indexes,
 * dictionary.json (name, language, periods of files) and edits.csv (sex and ages). The version is the year of the last
 * order file.
 * @throws AecoderError DICTIONARY_NOT_FOUND without an order file; DICTIONARY_DAMAGED, XML_MALFORMED, ENCODING with file and
 *   line for what breaks a layout: a dictionary is used whole or not at all
 */
export async function readIcd10Cm(files: DictionaryFiles, options: IcdOptions = {}): Promise<Dictionary> {
  const found = findIcdFiles(files.where, await files.list())
  if (found.orders.length === 0) {
    throw new AecoderError('DICTIONARY_NOT_FOUND', {
      where: files.where,
      found: 'no order file of ICD-10-CM',
      expected: 'icd10cm_order_2026.txt, or that of another year; with it best icd10cm_tabular_2026.xml',
      action: 'Put the "code descriptions in tabular order" of CMS or NCHS there, unpacked',
    })
  }
  const { sidecar, sha256, warnings, ...release } = await readFiles(files, { found, encoding: options.encoding })
  const { nodes, levels, hints, period, warnings: later } = toIcdTree(release)
  const version = release.orders.at(-1)?.period.to.slice(0, 4) ?? ''
  return new TreeDictionary({
    ref: { name: options.name ?? sidecar.name ?? 'ICD-10-CM', version, sha256 },
    language: sidecar.language ?? 'English',
    levels,
    nodes,
    hints,
    period,
    warnings: [...warnings, ...later],
    toCode: toIcdCode,
  })
}

/** Each file is read whole, taken into the hash and parsed before the next one: none of them is needed again. */
async function readFiles(
  files: DictionaryFiles,
  { found, encoding }: { found: IcdFiles; encoding: string | undefined },
) {
  const hash = new FilesHash()
  const warnings: string[] = []
  const orders = new Map<string, OrderFile>()
  const indexes: IcdRelease['indexes'][number][] = []
  let sidecar = NO_TREE_SIDECAR
  let tabular: IcdRelease['tabular']
  let edits: IcdRelease['edits'] = new Map()
  for (const name of listNames(found)) {
    const bytes = await readWhole(files.open(name))
    hash.add(toBaseName(name).toLowerCase(), bytes)
    if (name === found.sidecar) sidecar = parseTreeSidecar(Buffer.from(bytes).toString('utf8'), name)
    else if (name === found.edits) edits = await readEdits(toSourceFile(name, bytes))
    else if (name === found.tabular?.name) tabular = await readTabular(name, bytes)
    else if (found.indexes.some((index) => index.name === name))
      indexes.push({ file: name, entries: await readIndex(name, bytes) })
    else {
      if (encoding === undefined && !isUtf8(bytes)) warnings.push(`${name}: not UTF-8, read as Latin-1 (Windows-1252)`)
      const { text } = await readText(toSourceFile(name, bytes), {
        encoding: encoding ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252'),
      })
      orders.set(name, parseOrderFile((await Array.fromAsync(text)).join(''), name))
    }
  }
  const dated = toDatedFiles(found.orders, { periods: sidecar.periods, where: files.where })
  return {
    orders: dated.flatMap(({ name, period }) => {
      const order = orders.get(name)
      return order === undefined ? [] : [{ order, period }]
    }),
    tabular,
    indexes,
    edits,
    sidecar,
    warnings,
    sha256: hash.digest(),
  }
}

/** In the order of the names without folders, so that the hash does not depend on those. */
function listNames({ orders, tabular, indexes, sidecar, edits }: IcdFiles): readonly string[] {
  const names = [...orders, ...(tabular ? [tabular] : []), ...indexes].map(({ name }) => name)
  const all = [...names, ...(sidecar === undefined ? [] : [sidecar]), ...(edits === undefined ? [] : [edits])]
  return all.toSorted((a, b) => {
    const [first, second] = [toBaseName(a).toLowerCase(), toBaseName(b).toLowerCase()]
    return first < second ? -1 : first > second ? 1 : a < b ? -1 : 1
  })
}
