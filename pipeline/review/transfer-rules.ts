/**
 * When a transfer is not to be trusted although every file of it can be read: too much is gone, keys have moved, it is of
 * another study, it is made otherwise. Pure; knows counts and names, no rows.
 */
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { Guard } from '../../schemas/study.ts'
import type {
  FileStructure,
  SourceKeys,
  SourceStructure,
  StructureChange,
  TransferStructure,
} from '../../schemas/transfers.ts'

/** A person may well have deleted or moved so many less one. */
const FEWEST_SUSPICIOUS = 5
/** A share of fewer says little: of them more than half must be missing. */
const ENOUGH_FOR_SHARE = 20

/**
 * How many terms of a source are missing although nobody may have deleted so many; 0 where that is believable.
 * @param counts.missing ones withdrawn because nothing states them any more, and that do not come again under another
 * key; what was taken back by name is not missing
 */
export function countSuspiciouslyMissing({ known, missing }: { known: number; missing: number }, guard: Guard): number {
  const share = missing < ENOUGH_FOR_SHARE ? Math.max(0.5, guard.withdrawn) : guard.withdrawn
  return missing >= FEWEST_SUSPICIOUS && missing > known * share ? missing : 0
}

/** How many terms of a source have other keys than before, although keys are to stay; 0 where a person may have done that. */
export function countSuspiciouslyRekeyed(
  { known, rekeyed }: Pick<SourceKeys, 'known' | 'rekeyed'>,
  guard: Guard,
): number {
  return rekeyed >= FEWEST_SUSPICIOUS && rekeyed > known * guard.rekeyed ? rekeyed : 0
}

/**
 * A file must be of the study that it is read for: one that study.json says, or that the transfers before were of.
 * @param known.exportedAs as study.json says; @param known.before as the transfers before said, undefined where none did
 * @throws AecoderError TRANSFER_FOREIGN
 */
export function checkStudies(
  file: { readonly name: string; readonly studies: readonly string[] },
  { exportedAs, before }: { exportedAs: readonly string[] | undefined; before: readonly string[] | undefined },
): void {
  const known = exportedAs ?? (before === undefined || before.length === 0 ? undefined : before)
  if (known === undefined) return
  const foreign = file.studies.filter((study) => !known.includes(study)).sort(compareCodeUnits)
  if (foreign.length === 0) return
  const toList = (names: readonly string[]) =>
    `${names
      .slice(0, 5)
      .map((name) => `"${name}"`)
      .join(', ')}${names.length > 5 ? ' …' : ''}`
  throw new AecoderError('TRANSFER_FOREIGN', {
    where: file.name,
    found: `data of the study ${toList(foreign)}`,
    expected: `${toList(known)}, as ${exportedAs === undefined ? 'the transfers before' : '"exportedAs" in study.json'} said`,
    action:
      'Check the folder; name the study under "study.exportedAs", or say that it is meant: --accept foreign-study',
  })
}

/**
 * What a transfer is made of, from all its files in the order they were read.
 * @param options.before what the last one was made of; undefined where that is not known
 * @param options.partial sources that state only what is new or changed: what such a one does not hold is not gone
 */
export function toTransferStructure(
  files: readonly { readonly source: string; readonly encoding: string; readonly structure: FileStructure }[],
  { before, partial }: { before: TransferStructure | undefined; partial: ReadonlySet<string> },
): TransferStructure {
  const sources = [...Map.groupBy(files, ({ source }) => source)].map(([source, of]): SourceStructure => {
    const all = (pick: (file: (typeof of)[number]) => readonly string[], kept: readonly string[] = []) =>
      toSorted([...kept, ...of.flatMap(pick)])
    const known = partial.has(source) ? before?.sources.find((other) => other.source === source) : undefined
    // A table has its header whole, however few its rows are; of an ODM only the items show that its records name.
    const isOdm = of.some(({ structure }) => structure.format === 'odm')
    const changeFiles = all(({ structure }) => toNames(structure.fileOid))
    const priorFiles = all(({ structure }) => toNames(structure.priorFileOid))
    return {
      source,
      formats: all(({ structure }) => [structure.format]),
      encodings: all(({ encoding }) => [encoding]),
      delimiters: all(({ structure }) => (structure.delimiter === null ? [] : [structure.delimiter])),
      columns: all(({ structure }) => structure.columns, isOdm ? known?.columns : []),
      forms: all(({ structure }) => structure.forms, known?.forms),
      otherForms: all(({ structure }) => structure.otherForms, known?.otherForms),
      ...(changeFiles.length > 0 ? { changeFiles } : {}),
      ...(priorFiles.length > 0 ? { priorFiles } : {}),
    }
  })
  // A source that this transfer says nothing of, as a delta may, is still made as it was.
  const silent = (before?.sources ?? []).filter(({ source }) => !sources.some((other) => other.source === source))
  const studies = toSorted([...(before?.studies ?? []), ...files.flatMap(({ structure }) => structure.studies)])
  return { sources: [...sources, ...silent].sort((a, b) => compareCodeUnits(a.source, b.source)), studies }
}

/** In what a transfer is made otherwise than the last one, source by source; a source that is new is no change. */
export function listStructureChanges(before: TransferStructure, now: TransferStructure): StructureChange[] {
  return now.sources.flatMap((source) => {
    const last = before.sources.find((other) => other.source === source.source)
    return last === undefined ? [] : listChanges(last, source)
  })
}

function listChanges(last: SourceStructure, now: SourceStructure): StructureChange[] {
  const { source } = now
  const changes: StructureChange[] = []
  for (const [kind, member] of [
    ['format', 'formats'],
    ['encoding', 'encodings'],
    ['delimiter', 'delimiters'],
  ] as const) {
    const [was, is] = [last[member].join(', '), now[member].join(', ')]
    // Formats that settle their encoding by themselves have none.
    if (was !== is && was !== '' && is !== '') changes.push({ source, kind, before: was, now: is })
  }
  // PriorFileOID of ODM names the file that this one goes on from: what a missed one changed would be lost. Behind a
  // snapshot nothing is missed, whatever it is called, nor where files go on from the same one again and again.
  const known = last.changeFiles ?? []
  const before = [...known, ...(last.priorFiles ?? [])]
  for (const name of known.length > 0 ? (now.priorFiles ?? []) : [])
    if (!before.includes(name) && now.changeFiles?.includes(name) !== true)
      changes.push({ source, kind: 'file-missed', before: name, now: null })
  const missing = (of: 'columns' | 'forms' | 'otherForms', from: SourceStructure, to: SourceStructure) =>
    from[of].filter((name) => !to[of].includes(name))
  for (const name of missing('forms', last, now)) changes.push({ source, kind: 'form-gone', before: name, now: null })
  for (const name of missing('otherForms', last, now))
    changes.push({ source, kind: 'other-form-gone', before: name, now: null })
  for (const name of missing('columns', last, now))
    changes.push({ source, kind: 'column-gone', before: name, now: null })
  for (const name of missing('columns', now, last))
    changes.push({ source, kind: 'column-new', before: null, now: name })
  return changes
}

function toNames(name: string | null): string[] {
  return name === null || name.trim() === '' ? [] : [name]
}

function toSorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareCodeUnits)
}
