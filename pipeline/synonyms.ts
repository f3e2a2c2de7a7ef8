/** What people do with synonyms: propose one, approve or reject a proposal, retire what is in force, look at them with what speaks against each. */
import type { Dictionary } from '../dictionaries/dictionary.ts'
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { EntryState, ListScope } from '../schemas/lists.ts'
import type { CodedDomain } from '../schemas/records.ts'
import type { TermPath } from '../schemas/terms.ts'
import { type ActReport, type FoundTarget, findAssignable } from './act.ts'
import type { CodingKit, CodingKits } from './coding-kits.ts'
import { listListOwners } from './kit-lists.ts'
import { checkEntryAct, type EntryAct, type ListedTerm, listContradictions } from './review/list-rules.ts'
import { MASK, type Masks } from './review/redaction.ts'
import { toTermGroup } from './review/term-group.ts'
import type { Actor } from './store/chain.ts'
import {
  type CodedGroup,
  countEntries,
  findEntries,
  listCodedGroups,
  listEntries,
  listEntriesOf,
  recordEntryStep,
  recordProposals,
  type StoredEntry,
} from './store/lists.ts'
import { findMasks } from './store/redactions.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/** An entry as people see it. */
export interface Synonym {
  readonly entry: StoredEntry
  readonly scope: ListScope
  /** What speaks against it, one sentence each. */
  readonly contradictions: readonly string[]
}

interface Place {
  readonly store: Store
  readonly kits: CodingKits
}

/** What is proposed: in a list, that a verbatim means a term. */
export interface SynonymProposal {
  readonly scope: ListScope
  readonly verbatim: string
  /** The domain it is for; null for every one that is coded in the dictionary. */
  readonly domain: CodedDomain | null
  /** The dictionary's name, where the study has several. */
  readonly terminology?: string
  /** The code of an LLT, or the text of a current term. */
  readonly term: string
  /** Where it came from; a person where left out. */
  readonly origin?: string
}

/** Letters of a verbatim that can be an entry. */
export const LONGEST_ENTRY = 500

/**
 * Proposes a synonym: it waits for a second person and codes nothing yet.
 * @throws AecoderError TERM_NOT_FOUND, TERM_NOT_CURRENT; ENTRY_NOT_ALLOWED for a verbatim without a word, a list that the
 * study does not have, and for what stands there already
 */
export async function proposeSynonym(
  study: Study,
  { store, kits, proposal, actor, reason }: Place & { proposal: SynonymProposal; actor: Actor; reason: string | null },
): Promise<Synonym> {
  const { scope, verbatim, domain, term, terminology, origin = 'a person' } = proposal
  const owner = findOwner(study, scope)
  const kit = findListKit(kits, { domain, ...(terminology === undefined ? {} : { terminology }) })
  const entry = {
    domain: domain ?? ('' as const),
    terminology: kit.dictionary.ref.name,
    ...toEntryWords(verbatim, await findMasks(store, study.id)),
    path: findAssignable(kit.dictionary, term),
    origin,
    reason: reason?.trim() || null,
  }
  const { proposed, known } = await recordProposals(store, owner, { entries: [entry], actor, reason: entry.reason })
  const [standing] = known
  if (standing !== undefined)
    throw new AecoderError('ENTRY_NOT_ALLOWED', {
      where: `"${verbatim}"`,
      found: `the ${scope} list has it already: ${standing.state === 'approved' ? 'in force' : 'proposed'} since ${standing.steps.at(-1)?.at} (by ${standing.steps.at(-1)?.actor})`,
    })
  return readOne(study, { store, kits, owner, id: proposed[0] ?? '' })
}

/**
 * Proposes what was just coded as a synonym, in the same breath.
 * @param report what coding answered
 * @throws AecoderError as proposeSynonym; ENTRY_NOT_ALLOWED for a split
 */
export async function proposeCoded(
  study: Study,
  {
    target,
    report,
    scope,
    isEveryDomain = false,
    ...act
  }: Place & {
    target: FoundTarget
    report: ActReport
    scope: ListScope
    isEveryDomain?: boolean
    actor: Actor
    reason: string | null
  },
): Promise<Synonym> {
  const { domain } = target.kind === 'group' ? target.group : target.occurrence
  const terminology = target.kind === 'group' ? target.group.terminology : target.occurrence.target.terminology
  const [path, ...others] = report.paths
  if (path === undefined || others.length > 0)
    throw new AecoderError('ENTRY_NOT_ALLOWED', {
      where: `"${report.verbatim}"`,
      found: path === undefined ? 'it has no code' : `it was split into ${report.paths.length} parts`,
      expected: 'one code for the whole verbatim',
    })
  const proposal: SynonymProposal = {
    scope,
    verbatim: report.verbatim,
    domain: isEveryDomain ? null : domain,
    term: path.at(-1)?.code ?? '',
    origin: `decision ${report.decision}`,
    ...(terminology === undefined ? {} : { terminology }),
  }
  return proposeSynonym(study, { ...act, proposal })
}

/**
 * A second person approves or rejects a proposal, or what is in force is retired. An approved entry codes what comes
 * from the next run on; what is coded stays.
 * @param entry the beginning of its id, 8 digits or more
 * @throws AecoderError TARGET_NOT_FOUND, ENTRY_NOT_ALLOWED, TERM_NOT_CURRENT, DECISION_STALE
 */
export async function judgeSynonym(
  study: Study,
  {
    store,
    kits,
    entry: name,
    kind,
    actor,
    reason,
  }: Place & { entry: string; kind: EntryAct['kind']; actor: Actor; reason: string | null },
): Promise<Synonym> {
  const { entry } = await findSynonym(study, { store, name })
  const { owner, id, state, steps, terminology, path } = entry
  const verbatim = (await findMasks(store, study.id)).toShown(entry.verbatim)
  const by = steps.at(-1)?.actor ?? ''
  checkEntryAct({ verbatim, state, proposedBy: steps[0].actor, by }, { kind, actor: actor.name, reason })
  if (kind === 'approved') findAssignable(findListKit(kits, { domain: null, terminology }).dictionary, toCode(path))
  const recorded = await recordEntryStep(store, entry, { kind, actor, reason: reason?.trim() || null })
  if (recorded === 'stale')
    throw new AecoderError('DECISION_STALE', {
      where: `"${verbatim}"`,
      found: 'someone else judged this entry meanwhile',
      action: 'Look at it again: aecoder synonyms list',
    })
  if (recorded === 'taken')
    throw new AecoderError('ENTRY_NOT_ALLOWED', {
      where: `"${verbatim}"`,
      found: await toTaken(store, entry),
      expected: 'one meaning in a list',
      action: 'Retire that one first',
    })
  return readOne(study, { store, kits, owner, id })
}

/**
 * The one entry that a name means, in any list of the study.
 * @throws AecoderError TARGET_NOT_FOUND when it means none, or several
 */
export async function findSynonym(
  study: Study,
  { store, name }: { store: Store; name: string },
): Promise<{ entry: StoredEntry; scope: ListScope }> {
  const owners = listListOwners(study)
  const found = await findEntries(
    store,
    owners.map(({ owner }) => owner),
    { idPrefix: name, limit: 2 },
  )
  const [entry, ...others] = found
  const scope = owners.find(({ owner }) => owner === entry?.owner)?.scope
  if (entry !== undefined && scope !== undefined && others.length === 0) return { entry, scope }
  throw new AecoderError('TARGET_NOT_FOUND', {
    where: `"${name}"`,
    found: entry === undefined ? `no such entry in the lists of ${study.id}` : 'several entries',
    expected: "the beginning (8 digits or more) of an entry's id",
    action: 'List them: aecoder synonyms list',
  })
}

async function toTaken(store: Store, { owner, folded, id, domain, terminology }: StoredEntry): Promise<string> {
  const same = await listEntriesOf(store, [owner], { folded: [folded] })
  const inForce = same.find(
    (each) => each.id !== id && each.state === 'approved' && each.domain === domain && each.terminology === terminology,
  )
  const term = inForce?.path.at(-1)
  return `"${term?.text}" (${term?.code}) is in force for it (entry ${inForce?.id.slice(0, 8)})`
}

/** Which entries are asked for; everything where left out. */
export interface SynonymFilter {
  readonly scope?: ListScope
  readonly state?: EntryState
  /** Words of the verbatim or of the term's name. */
  readonly text?: string
  /** What an earlier page gave as `next`. */
  readonly cursor?: string
  readonly limit: number
}

/**
 * Entries with what speaks against each: the study's list first, then the sponsor's, then the global one; the newest first.
 * @throws AecoderError USAGE for a cursor that is none
 */
export async function listSynonyms(
  study: Study,
  { store, kits, scope, state, text, cursor, limit }: Place & SynonymFilter,
): Promise<{ synonyms: Synonym[]; next: string | null }> {
  const owners = scope === undefined ? listListOwners(study).map(({ owner }) => owner) : [findOwner(study, scope)]
  const words = text === undefined ? '' : foldVerbatim(text)
  const found = await listEntries(store, owners, {
    limit: limit + 1,
    ...(state === undefined ? {} : { state }),
    ...(words === '' ? {} : { text: words }),
    ...(cursor === undefined ? {} : { after: parseCursor(cursor) }),
  })
  const entries = found.slice(0, limit)
  const last = entries.at(-1)
  return {
    synonyms: await toSynonyms(study, { store, kits, entries }),
    next: found.length > limit && last !== undefined ? toCursor(last) : null,
  }
}

/** How many entries of each state the lists of a study hold, list by list. */
export async function countSynonyms(
  study: Study,
  store: Pick<Store, 'db'>,
): Promise<
  { readonly scope: ListScope; readonly states: readonly { readonly state: EntryState; readonly count: number }[] }[]
> {
  const owners = listListOwners(study)
  const counts = await countEntries(
    store,
    owners.map(({ owner }) => owner),
  )
  return owners.map(({ scope, owner }) => ({
    scope,
    states: counts.filter((each) => each.owner === owner).map(({ state, count }) => ({ state, count })),
  }))
}

function toCursor({ owner, seq, id }: StoredEntry): string {
  return Buffer.from(JSON.stringify([owner, seq, id])).toString('base64url')
}

function parseCursor(cursor: string): { owner: string; seq: number; id: string } {
  try {
    const [owner, seq, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[]
    if (typeof owner === 'string' && typeof seq === 'number' && typeof id === 'string') return { owner, seq, id }
  } catch {
    // told below
  }
  throw new AecoderError('USAGE', {
    where: 'cursor',
    found: 'no place in a list',
    expected: 'what the page before gave as "next"',
  })
}

async function readOne(
  study: Study,
  { store, kits, owner, id }: Place & { owner: string; id: string },
): Promise<Synonym> {
  const entries = await listEntriesOf(store, [owner], { ids: [id] })
  const [synonym] = await toSynonyms(study, { store, kits, entries })
  if (synonym === undefined) throw new Error(`entry ${id} was recorded and is not there`)
  return synonym
}

/** Entries with what speaks against them; what is known around them is read in one go. */
async function toSynonyms(
  study: Study,
  { store, kits, entries }: Place & { entries: readonly StoredEntry[] },
): Promise<Synonym[]> {
  const owners = listListOwners(study)
  const scopeOf = new Map(owners.map(({ owner, scope }) => [owner, scope]))
  const standing = await listEntriesOf(
    store,
    owners.map(({ owner }) => owner),
    { folded: entries.map(({ folded }) => folded) },
  )
  const sameWords = Map.groupBy(
    standing.filter(({ state }) => state === 'proposed' || state === 'approved'),
    ({ folded }) => folded,
  )
  const coded = await listCoded(study, { store, kits, entries })
  const masks = await findMasks(store, study.id)
  return entries.map((entry) => {
    const { terminology, folded, path, state, domain } = entry
    const covers = (other: CodedDomain | '') => domain === '' || other === '' || other === domain
    const ofIt = kits.all.filter(({ dictionary }) => dictionary.ref.name === terminology)
    const dictionary = ofIt[0]?.dictionary
    const toListed = (of: TermPath): ListedTerm => toListedTerm(dictionary, of)
    const others = (sameWords.get(folded) ?? []).filter(
      (other) => other.id !== entry.id && other.terminology === terminology && covers(other.domain),
    )
    const term = dictionary?.findTerm(toCode(path))
    return {
      entry: masks.toShownAbout(entry, folded),
      scope: scopeOf.get(entry.owner) ?? 'study',
      contradictions: listContradictions(
        { ...toListed(path), state },
        {
          dictionary: dictionary === undefined ? undefined : `${dictionary.ref.name} ${dictionary.ref.version}`,
          term:
            term === undefined
              ? null
              : { code: term.code, text: term.text, concept: term.conceptCode, isCurrent: term.isCurrent },
          sameWords: (dictionary?.listByFold(folded) ?? [])
            .filter(({ isCurrent }) => isCurrent)
            .map(({ code, text, conceptCode }) => ({ code, text, concept: conceptCode })),
          others: others.map((other) => ({
            ...toListed(other.path),
            scope: scopeOf.get(other.owner) ?? 'study',
            state: other.state,
          })),
          rows: ofIt.flatMap(({ files }) => {
            const row = files.lists.synonyms.get(folded)
            const path = row === undefined ? undefined : dictionary?.findPath(row.lltCode)
            return row === undefined || path === undefined ? [] : [{ ...toListed(path), source: row.source }]
          }),
          barred: ofIt.map(({ files }) => files.lists.doNotAutocode.get(folded)).find((row) => row !== undefined),
          coded: listGroupIds(kits, entry).flatMap((id) => {
            const group = coded.get(id)
            return group === undefined ? [] : [{ ...toListed(group.path), by: group.actor }]
          }),
        },
      ),
    }
  })
}

function toListedTerm(dictionary: Dictionary | undefined, path: TermPath): ListedTerm {
  const { code = '', text = '' } = path.at(-1) ?? {}
  return { code, text, concept: dictionary?.findTerm(code)?.conceptCode ?? code }
}

/** What the study's terms of the same words are coded to, by the id of the term group. */
async function listCoded(
  study: Study,
  { store, kits, entries }: Place & { entries: readonly StoredEntry[] },
): Promise<Map<string, CodedGroup>> {
  const ids = entries.flatMap((entry) => listGroupIds(kits, entry))
  const groups = await listCodedGroups(store, study.id, ids)
  return new Map(groups.map((group) => [group.id, group]))
}

/** The term groups of a study that an entry speaks of. */
function listGroupIds(kits: CodingKits, { domain, terminology, folded }: StoredEntry): string[] {
  return kits.all
    .filter(({ dictionary }) => dictionary.ref.name === terminology)
    .flatMap(({ dictionary, domains }) =>
      domains
        .filter((of) => domain === '' || of === domain)
        .map((of) => {
          const field = { domain: of, field: `${of}TERM`, terminology, language: dictionary.language }
          return toTermGroup(field, folded).id
        }),
    )
}

/**
 * The owner of a list.
 * @throws AecoderError ENTRY_NOT_ALLOWED for the sponsor's list of a study that names no sponsor
 */
export function findOwner(study: Study, scope: ListScope): string {
  const found = listListOwners(study).find((each) => each.scope === scope)
  if (found !== undefined) return found.owner
  throw new AecoderError('ENTRY_NOT_ALLOWED', {
    where: `${study.id}: the ${scope} list`,
    found: 'study.json names no sponsor',
    action: 'Fill in study.sponsor',
  })
}

/**
 * The dictionary that an entry's term is looked up in.
 * @throws AecoderError ENTRY_NOT_ALLOWED for one that the study does not have, or where it is not clear which is meant
 */
export function findListKit(
  kits: CodingKits,
  { domain, terminology }: { domain: CodedDomain | null; terminology?: string },
): CodingKit {
  const main = kits.all.filter(({ role }) => role === 'main')
  const kit =
    domain !== null
      ? kits.find(domain, terminology)
      : terminology !== undefined
        ? kits.all.find(({ dictionary }) => dictionary.ref.name === terminology)
        : main.length === 1
          ? main[0]
          : undefined
  if (kit !== undefined) return kit
  throw new AecoderError('ENTRY_NOT_ALLOWED', {
    where: 'dictionary',
    found:
      terminology === undefined
        ? 'none is named'
        : `the study has no ${terminology}${domain === null ? '' : ` for ${domain}`}`,
    expected: kits.all.map(({ dictionary }) => dictionary.ref.name).join(', '),
  })
}

/**
 * The words of an entry. What is hidden in the study's term of these words, such as a name, is to be in no list.
 * @throws AecoderError ENTRY_NOT_ALLOWED
 */
export function toEntryWords(verbatim: string, masks: Masks): { verbatim: string; folded: string } {
  const folded = foldVerbatim(verbatim)
  const refuse = (found: string, expected: string) =>
    new AecoderError('ENTRY_NOT_ALLOWED', { where: 'verbatim', found, expected })
  if (!/[\p{L}\p{N}]/u.test(folded)) throw refuse(`"${folded}" holds no word`, 'what a site writes')
  if (verbatim.includes(MASK) || masks.toShown(verbatim) !== verbatim)
    throw refuse(`"${masks.toShown(verbatim)}" holds hidden words`, 'what any site may write')
  if (folded.length > LONGEST_ENTRY) throw refuse(`${folded.length} letters`, `at most ${LONGEST_ENTRY}`)
  return { verbatim, folded }
}

function toCode(path: TermPath): string {
  return path.at(-1)?.code ?? ''
}
