/** What lies in an inbox: which transfers, and which of them are whole. Knows listings; opens no file. */
import type { FileLook } from '../schemas/files.ts'
import type { SourceConfig } from '../schemas/study.ts'
import { findNamedAsOf } from './run-transfer.ts'
import { listMatching } from './storage/glob.ts'

/** A transfer as it lies in the inbox. */
export interface Arrival {
  readonly name: string
  /** Its folder in the inbox; empty where its files lie in the inbox itself. */
  readonly folder: string
  /** All of it, marker files and links too; names below the inbox. */
  readonly files: readonly FileLook[]
  /** What a run is to read: names below its folder. */
  readonly only: readonly string[]
  /** The date of its names; undefined where they hold none. */
  readonly named: string | undefined
  readonly state: ArrivalState
}

/** `settling`: it may still be written. `lacking`: something must come or go first, however long it takes. */
export type ArrivalState =
  | { readonly kind: 'whole' }
  | { readonly kind: 'settling' }
  | { readonly kind: 'lacking'; readonly what: string }

export interface ArrivalRules {
  readonly sources: readonly Pick<SourceConfig, 'files' | 'transfer'>[]
  /** Names of files that say: all is here. One that begins with a dot counts behind a loose file's name, too. */
  readonly markers: readonly string[]
  /** Milliseconds without a change after which a transfer counts as whole; Infinity where only a marker tells. */
  readonly settle: number
}

/** What lies in an inbox at one moment. */
export interface InboxView {
  readonly arrivals: readonly Arrival[]
  /** What is no transfer, with the reason. */
  readonly strays: readonly { readonly name: string; readonly why: string }[]
}

/** Since when a transfer has been lying there as it does, by name. */
export type Settling = Map<string, { readonly listing: string; readonly since: number }>

/** As programs that transfer files call what they have not finished. */
const UNFINISHED = /\.(?:part|partial|filepart|crdownload|download|upload|uploading|tmp|temp)$/i

/**
 * Compares one look at an inbox with those before it.
 * @param seen what the looks before found; it is brought up to this one
 * @param at milliseconds of a clock that never goes back
 */
export function viewInbox(
  looks: readonly FileLook[],
  { rules, seen, at }: { rules: ArrivalRules; seen: Settling; at: number },
): InboxView {
  const { parcels, strays } = toParcels(looks, rules)
  for (const name of seen.keys()) if (!parcels.some((parcel) => parcel.name === name)) seen.delete(name)
  const arrivals = parcels.map((parcel): Arrival => {
    const listing = JSON.stringify(parcel.files.map(({ name, mark, kind }) => [name, mark, kind]))
    const before = seen.get(parcel.name)
    const since = before?.listing === listing ? before.since : at
    seen.set(parcel.name, { listing, since })
    const named = findNamedAsOf([parcel.name, ...parcel.only])
    return { ...parcel, named, state: toState(parcel, { rules, age: at - since }) }
  })
  return { arrivals, strays }
}

type Parcel = Pick<Arrival, 'name' | 'folder' | 'files' | 'only'>

function toState(parcel: Parcel, { rules, age }: { rules: ArrivalRules; age: number }): ArrivalState {
  if (parcel.folder === '') {
    const patterns = listNeeded(rules)
    const missing = patterns.filter((pattern) => !parcel.only.some((name) => isOf(name, pattern)))
    if (missing.length > 0) return { kind: 'lacking', what: `${missing.join(', ')} has not come yet` }
  }
  const marked = readMarkers(parcel, rules)
  if (marked.kind === 'whole') return marked
  const unfinished = parcel.files.find(({ name }) => UNFINISHED.test(name))
  if (unfinished !== undefined) return { kind: 'lacking', what: `${unfinished.name} is not finished` }
  if (rules.settle === Infinity) return marked
  return age >= rules.settle ? { kind: 'whole' } : { kind: 'settling' }
}

/**
 * What the markers say. One that lay there before what it marks says nothing of it: it is left of an earlier transfer
 * of that name, or came first.
 */
function readMarkers({ folder, files, only }: Parcel, { markers }: ArrivalRules): ArrivalState {
  const looks = new Map(files.map((look) => [look.name, look]))
  const suffixes = markers.filter((marker) => marker.startsWith('.'))
  // A folder is marked as a whole, each loose file by itself.
  const marked =
    folder === ''
      ? only.map((name) => ({ names: [name], by: suffixes.map((suffix) => name + suffix) }))
      : [{ names: only.map((name) => `${folder}/${name}`), by: markers.map((marker) => `${folder}/${marker}`) }]
  for (const { names, by } of marked) {
    const found = by.flatMap((name) => looks.get(name) ?? []).toSorted((a, b) => b.arrived - a.arrived)
    const [marker] = found
    if (marker === undefined) return { kind: 'lacking', what: `no ${markers.join(' or ')} has come yet` }
    const later = names.find((name) => (looks.get(name)?.arrived ?? 0) > marker.arrived)
    if (later !== undefined)
      return { kind: 'lacking', what: `${marker.name} lay there before ${later}: a marker comes last` }
  }
  return { kind: 'whole' }
}

function toParcels(looks: readonly FileLook[], rules: ArrivalRules): Pick<InboxView, 'strays'> & { parcels: Parcel[] } {
  const folders = new Map<string, FileLook[]>()
  const loose: FileLook[] = []
  for (const look of looks) {
    const [first = '', ...rest] = look.name.split('/')
    if (rest.length === 0) loose.push(look)
    else if (!first.startsWith('.')) folders.set(first, [...(folders.get(first) ?? []), look])
  }
  const strays: InboxView['strays'][number][] = []
  const parcels: Parcel[] = []
  for (const [folder, files] of folders) {
    const only = files
      .filter(({ kind }) => kind === 'file')
      .map(({ name }) => name.slice(folder.length + 1))
      .filter((name) => !isHidden(name) && !rules.markers.includes(name))
    // What holds no file may be about to; its links are followed nowhere.
    if (only.length > 0 || files.some(({ kind }) => kind !== 'file'))
      parcels.push({ name: folder, folder, files, only })
  }
  const sheets = new Map<string, Parcel>()
  for (const look of loose) {
    if (isHidden(look.name)) continue
    if (look.kind !== 'file') strays.push({ name: look.name, why: 'links and devices are not followed' })
    else if (isPartOfLoose(look.name, rules)) {
      const name = toLooseName(look.name, rules)
      const before = sheets.get(name)
      const isData = isOfAny(look.name, rules)
      sheets.set(name, {
        name,
        folder: '',
        files: [...(before?.files ?? []), look],
        only: [...(before?.only ?? []), ...(isData ? [look.name] : [])],
      })
    } else if (!rules.markers.includes(look.name))
      strays.push({ name: look.name, why: 'it fits no "files" of study.json\'s sources' })
  }
  parcels.push(...[...sheets.values()].filter(({ only }) => only.length > 0))
  return { parcels, strays }
}

function isHidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.'))
}

/** A file of a source, its marker, or what will become one: `ae.csv`, `ae.csv.done`, `ae.csv.part`. */
function isPartOfLoose(name: string, rules: ArrivalRules): boolean {
  return isOfAny(name, rules) || isOfAny(toBare(name, rules), rules)
}

/** Without the marker or the ending of what is not finished. */
function toBare(name: string, { markers }: ArrivalRules): string {
  const marker = markers.find((one) => one.startsWith('.') && name.endsWith(one))
  return marker === undefined ? name.replace(UNFINISHED, '') : name.slice(0, -marker.length)
}

/**
 * Loose files of one date are one transfer, for a study whose sources want several; where one file is all a transfer
 * has, each is one.
 */
function toLooseName(name: string, rules: ArrivalRules): string {
  const bare = isOfAny(name, rules) ? name : toBare(name, rules)
  const [source, ...others] = rules.sources
  if (source !== undefined && others.length === 0 && source.files.length === 1) return bare
  const date = findNamedAsOf([bare])
  return date === undefined ? 'files' : `files-${date.slice(0, 10)}`
}

/** Whether a file is one of the study's: its name below the transfer's folder. */
export function isOfAny(name: string, { sources }: Pick<ArrivalRules, 'sources'>): boolean {
  return sources.some(({ files }) => files.some((pattern) => isOf(name, pattern)))
}

/** Whether a file is one that a pattern names, or one whose inside the pattern reaches into: `export.zip/ae.csv`. */
function isOf(name: string, pattern: string): boolean {
  const parts = pattern.split('/')
  const outer = parts.findIndex((part) => /\.(?:zip|xpt)$/i.test(part))
  const patterns = outer < 0 ? [pattern] : [pattern, parts.slice(0, outer + 1).join('/')]
  return listMatching([name], patterns).length > 0
}

/** What a transfer cannot be without: of a snapshot each pattern. */
function listNeeded({ sources }: ArrivalRules): string[] {
  return sources.flatMap(({ files, transfer }) => (transfer === 'snapshot' ? files : []))
}
