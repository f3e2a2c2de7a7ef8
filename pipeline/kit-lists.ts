/** The lists of one dictionary of a study: the rows of its files and the approved entries of the store, merged by scope. */
import type { Dictionary } from '../dictionaries/dictionary.ts'
import { type Json, toCanonicalJson, toSha256 } from '../schemas/content-id.ts'
import type { SourceFile } from '../schemas/files.ts'
import { LIST_SCOPES, type ListScope, toListOwner } from '../schemas/lists.ts'
import type { CodedDomain } from '../schemas/records.ts'
import type { CodingLists, Synonym } from './autocode/lists.ts'
import { readLists } from './ingest/read-lists.ts'
import { type Artefact, toSetId } from './store/artefacts.ts'
import type { EntryInForce } from './store/lists.ts'
import type { Study } from './study.ts'

/** The owners of a study's lists in the store, the one that wins first. */
export function listListOwners({ id, config }: Study): readonly { scope: ListScope; owner: string }[] {
  return LIST_SCOPES.flatMap((scope) => {
    const owner = toListOwner(scope, { id, sponsor: config.study.sponsor })
    return owner === undefined ? [] : [{ scope, owner }]
  })
}

/** What the files of a study say; it stays as it was read while the study is open. */
export interface FileLists {
  readonly lists: CodingLists
  readonly synonyms: readonly ListPart[]
  readonly doNotAutocode: readonly ListPart[]
}

/** One part of what a list artefact keeps. `owner` tells a part of the store from a file. */
interface ListPart {
  readonly name: string
  readonly sha256: string
  readonly text: string
  readonly owner?: string
}

/** @throws AecoderError LIST_INVALID */
export async function readFileLists(files: {
  synonyms: readonly SourceFile[]
  doNotAutocode: readonly SourceFile[]
  dictionary: Dictionary
}): Promise<FileLists> {
  return {
    lists: await readLists(files),
    synonyms: await readParts(files.synonyms),
    doNotAutocode: await readParts(files.doNotAutocode),
  }
}

async function readParts(files: readonly SourceFile[]): Promise<ListPart[]> {
  const parts: ListPart[] = []
  for (const file of files) {
    const chunks: Uint8Array[] = []
    for await (const chunk of file.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    parts.push({ name: file.name, sha256: toSha256(bytes), text: bytes.toString('utf8') })
  }
  return parts
}

/** An entry in force that does not code, because the dictionary in force does not let its code be assigned. */
export interface LeftOutEntry {
  readonly entry: EntryInForce
  readonly scope: ListScope
}

export interface KitLists {
  readonly lists: CodingLists
  readonly artefacts: readonly [synonyms: Artefact, doNotAutocode: Artefact]
  readonly leftOut: readonly LeftOutEntry[]
}

/**
 * Files and entries as one. The study's entries win over its files: what was approved by name and can be retired is the
 * newer word. Its files win over the sponsor's entries, and those over the global ones. Within a list an entry of one
 * domain wins over one of every domain.
 * @param approved in force, of this dictionary's name
 */
export function toKitLists(
  files: FileLists,
  {
    approved,
    dictionary,
    domains,
  }: {
    approved: readonly {
      readonly scope: ListScope
      readonly owner: string
      readonly entries: readonly EntryInForce[]
    }[]
    dictionary: Pick<Dictionary, 'findTerm'>
    domains: readonly CodedDomain[]
  },
): KitLists {
  const merged = new MergedSynonyms()
  const leftOut: LeftOutEntry[] = []
  const add = ({ scope, entries }: (typeof approved)[number]) => {
    const usable = entries.filter((entry) => entry.domain === '' || domains.includes(entry.domain))
    const isAssignable = ({ path }: EntryInForce) => dictionary.findTerm(path.at(-1)?.code ?? '')?.isCurrent === true
    leftOut.push(...usable.filter((entry) => !isAssignable(entry)).map((entry) => ({ entry, scope })))
    const current = usable.filter(isAssignable)
    for (const entry of current.filter(({ domain }) => domain === '')) merged.add(entry, scope)
    for (const entry of current.filter(({ domain }) => domain !== '')) merged.add(entry, scope)
  }
  for (const list of [...approved].reverse()) if (list.scope !== 'study') add(list)
  merged.addFiles(files.lists.synonyms)
  for (const list of approved) if (list.scope === 'study') add(list)
  const parts = approved.flatMap(({ owner }) => toEntryPart(owner, merged.listUsed(owner)))
  return {
    lists: { ...merged.toSynonyms(), doNotAutocode: files.lists.doNotAutocode },
    artefacts: [
      toListArtefact('synonyms', [...files.synonyms, ...parts]),
      toListArtefact('do-not-autocode', files.doNotAutocode),
    ],
    leftOut,
  }
}

/** What a folded verbatim means, added from the weakest list to the strongest. */
class MergedSynonyms {
  readonly #everywhere = new Map<string, Synonym & { readonly entry?: EntryInForce }>()
  readonly #in = new Map<CodedDomain, Map<string, Synonym & { readonly entry: EntryInForce }>>()

  addFiles(rows: CodingLists['synonyms']): void {
    for (const [folded, synonym] of rows) this.#addEverywhere(folded, synonym)
  }

  add(entry: EntryInForce, scope: ListScope): void {
    const { id, domain, folded, path } = entry
    const source = `${scope} list, entry ${id.slice(0, 8)}`
    const synonym = { lltCode: path.at(-1)?.code ?? '', source, entry }
    if (domain === '') this.#addEverywhere(folded, synonym)
    else {
      const inDomain = this.#in.get(domain) ?? new Map<string, Synonym & { readonly entry: EntryInForce }>()
      this.#in.set(domain, inDomain.set(folded, synonym))
    }
  }

  #addEverywhere(folded: string, synonym: Synonym & { readonly entry?: EntryInForce }): void {
    this.#everywhere.set(folded, synonym)
    for (const inDomain of this.#in.values()) inDomain.delete(folded) // of a weaker list
  }

  /** The entries of an owner that stand. */
  listUsed(owner: string): EntryInForce[] {
    const all = [this.#everywhere, ...this.#in.values()].flatMap((synonyms) => [...synonyms.values()])
    return all.flatMap(({ entry }) => (entry?.owner === owner ? [entry] : []))
  }

  toSynonyms(): Pick<CodingLists, 'synonyms' | 'synonymsIn'> {
    const synonymsIn = Object.fromEntries([...this.#in].filter(([, inDomain]) => inDomain.size > 0))
    return { synonyms: this.#everywhere, ...(Object.keys(synonymsIn).length > 0 ? { synonymsIn } : {}) }
  }
}

/**
 * The entries of an owner as a part of the artefact, none where there are none: the same lists have the same hash
 * whether or not the store could hold entries. Ids and codes, no verbatims: those stand in the entries, and every
 * approval leaves another artefact.
 */
function toEntryPart(owner: string, entries: readonly EntryInForce[]): ListPart[] {
  if (entries.length === 0) return []
  const text = entries
    .map(({ id, domain, path }) => `${[id, domain || '*', path.at(-1)?.code].join(' ')}\n`)
    .sort()
    .join('')
  return [{ name: `${owner}, approved in the store`, sha256: toSha256(text), text, owner }]
}

function toListArtefact(kind: 'synonyms' | 'do-not-autocode', parts: readonly ListPart[]): Artefact {
  return {
    kind,
    name: parts.map((part) => part.name).join(', ') || 'none',
    version: toSetId(parts).slice(0, 8),
    sha256: toSha256(toCanonicalJson(parts.map(({ name, sha256 }) => ({ name, sha256 })))),
    content: toCanonicalJson(parts as unknown as Json),
  }
}
