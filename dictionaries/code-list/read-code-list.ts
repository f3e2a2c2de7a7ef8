/**
 * Reads a list of codes in one delimited file: CPT, HCPCS, other countries' ICD, a sponsor's own. Knows which file is what;
 * columns and hierarchy live in the files it calls.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import type { Dictionary, Period } from '../dictionary.ts'
import { FilesHash, readWhole } from '../hash-files.ts'
import { openList } from '../tree/list-columns.ts'
import { TreeDictionary } from '../tree/tree-dictionary.ts'
import { toBaseName, toSourceFile } from '../tree/tree-file.ts'
import { type TreeNode, toTreeDamage } from '../tree/tree-node.ts'
import { toSpan } from '../tree/tree-periods.ts'
import { NO_TREE_SIDECAR, parseTreeSidecar } from '../tree/tree-sidecar.ts'
import { NEEDED_COLUMNS, OPTIONAL_COLUMNS, readListedCodes } from './rows.ts'
import { toListTree } from './tree.ts'

export interface CodeListOptions {
  /** How it is called in decisions and datasets; else as dictionary.json says. */
  readonly name?: string
  /** Where dictionary.json names none: what the list says of itself counts. */
  readonly version?: string
  /** Of the list, where no byte order mark names it; else UTF-8. */
  readonly encoding?: string
}

/**
 * Loads and checks a code list: the columns code and term, and where they are there parent, synonyms (with | between),
 * valid_from, valid_to, sex, age_from, age_to, assignable and level; beside it dictionary.json with name, version, language.
 * @param options.file the list among the files
 * @throws AecoderError DICTIONARY_DAMAGED with file and line, what openCsv throws, CONFIG_INVALID without name or version
 */
export async function readCodeList(
  files: DictionaryFiles,
  options: CodeListOptions & { readonly file: string },
): Promise<Dictionary> {
  const hash = new FilesHash()
  const name = (await files.list()).find((each) => /^dictionary\.json$/i.test(toBaseName(each)))
  const sidecarBytes = name === undefined ? undefined : await readWhole(files.open(name))
  const bytes = await readWhole(files.open(options.file))
  for (const [base, content] of [
    ['dictionary.json', sidecarBytes],
    ['list', bytes],
  ] as const) {
    if (content !== undefined) hash.add(base, content)
  }
  const sidecar =
    sidecarBytes === undefined
      ? NO_TREE_SIDECAR
      : parseTreeSidecar(Buffer.from(sidecarBytes).toString('utf8'), name ?? '')
  const ref = {
    name: options.name ?? sidecar.name ?? refuseUnnamed(files.where, 'name'),
    version: sidecar.version ?? options.version ?? refuseUnnamed(files.where, 'version'),
    sha256: hash.digest(),
  }
  const table = await openList(toSourceFile(options.file, bytes), {
    needed: NEEDED_COLUMNS,
    optional: OPTIONAL_COLUMNS,
    encoding: options.encoding,
  })
  const codes = await readListedCodes(table)
  if (!codes.some(({ isAssignable }) => isAssignable)) {
    const found = codes.length === 0 ? 'no code' : 'no code that can be assigned'
    throw toTreeDamage(
      { file: options.file },
      { found, expected: 'codes, one per row', action: 'Check that the list is whole' },
    )
  }
  const { levels, nodes } = toListTree(codes)
  const period = findPeriod(nodes)
  return new TreeDictionary({
    ref,
    language: sidecar.language ?? 'English',
    levels,
    nodes,
    hints: [],
    warnings:
      table.ignored.length === 0 ? [] : [`${options.file}: columns that are not read: ${table.ignored.join(', ')}`],
    ...(period && { period }),
  })
}

/** The days the list speaks for: undefined where no code comes or goes, or some are valid from ever to ever. */
function findPeriod(nodes: readonly TreeNode[]): Period | undefined {
  const assignable = nodes.filter(({ kind }) => kind === 'assignable')
  const span = toSpan(assignable.flatMap(({ limits }) => limits?.valid ?? [{}]))
  return span.from === undefined && span.to === undefined ? undefined : span
}

function refuseUnnamed(where: string, field: 'name' | 'version'): never {
  throw new AecoderError('CONFIG_INVALID', {
    where,
    found: `a code list without a ${field}`,
    expected: 'a name and a version, which decisions and datasets state',
    action: `Give the ${field} in study.json, or in dictionary.json beside the list: { "name": "Our list", "version": "1" }`,
  })
}
