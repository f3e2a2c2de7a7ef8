/**
 * Taking over a running study: codes that were given in another tool come in as decisions of the people who made them
 * there, checked against the dictionary. What does not fit is left to the queue and told; nobody's work is written over.
 */
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile } from '../schemas/files.ts'
import { parseKeyText } from '../schemas/occurrence-id.ts'
import { CODED_DOMAINS, type CodedDomain } from '../schemas/records.ts'
import type { TermPath } from '../schemas/terms.ts'
import { findAssignable } from './act.ts'
import type { CodingKit, CodingKits } from './coding-kits.ts'
import { settle } from './desk.ts'
import { hashFile } from './hash-file.ts'
import { type EarlierCode, readEarlierCodes } from './ingest/read-earlier-codes.ts'
import { isSamePerson, needsApproval } from './review/rules.ts'
import { toArtefactSet } from './store/artefacts.ts'
import type { Actor } from './store/chain.ts'
import type { NewDecision, Target } from './store/decisions.ts'
import {
  findGroups,
  type GroupState,
  listOccurrences,
  type OccurrenceState,
  type StoredDecision,
} from './store/queue.ts'
import { lockStudy, type Store } from './store/store.ts'
import { type EarlierDecision, listSubjectNames, recordTakenOver, type TakenFrom } from './store/take-over.ts'
import { type Study, toConfigArtefact } from './study.ts'

/** Why a row of the file led to no decision. */
export const LEFT_FOR = [
  'unknown-verbatim',
  'unknown-subject',
  'unknown-code',
  'not-current',
  'other-path',
  'other-dictionary',
  'contradictory',
  'already-coded',
] as const
export type LeftFor = (typeof LEFT_FOR)[number]

export interface LeftRow {
  readonly line: number
  readonly domain: CodedDomain
  readonly verbatim: string
  readonly code: string
  readonly why: LeftFor
  /** One sentence. */
  readonly reason: string
}

export interface TakeOverReport {
  readonly rows: number
  /** Decisions recorded, on term groups and on single occurrences. */
  readonly groups: number
  readonly occurrences: number
  readonly approvals: number
  /** Approvals that were not taken over, because the coder gave them. */
  readonly ownApprovals: number
  /** Codes whose levels above the preferred term are others now; the present ones were recorded. */
  readonly pathChanged: number
  readonly left: readonly LeftRow[]
}

export interface TakeOverAct {
  readonly store: Store
  readonly kits: CodingKits
  readonly actor: Actor
  readonly file: SourceFile
  /** What the codes were given in, e.g. `Old Coder 5.2`: stands with every decision. */
  readonly tool: string
  readonly reason: string | null
  /**
   * Takes approvals over too: the codes then wait for nobody here, for which who takes them over answers. Without it they
   * wait as the study's policy says.
   */
  readonly withApprovals: boolean
  /** Of rows that name none. */
  readonly domain?: CodedDomain | undefined
}

/** What rows of one verbatim, and one subject or none, say together. */
interface Said {
  readonly rows: readonly [EarlierCode, ...EarlierCode[]]
  readonly codings: NewDecision['codings']
}

const OCCURRENCES_READ = 5000

/**
 * Takes the codes of another tool over.
 *
 * A file with subjects is of occurrences: the code that most of a term's rows have becomes the term's, and subjects with
 * another one get a decision of their own. Rows that share verbatim and subject and name parts are a split.
 * @throws AecoderError TAKE_OVER_INVALID, DICTIONARY_MISMATCH, STUDY_SIGNED_OFF, RUN_IN_PROGRESS
 */
export async function takeOver(study: Study, act: TakeOverAct): Promise<TakeOverReport> {
  const { store, kits, actor, file, tool, reason } = act
  const rows = await readEarlierCodes(file, {
    domain: act.domain ?? findOnlyDomain(study),
    now: store.ambience.now(),
  })
  // No run moves terms while they are looked up and decided.
  const unlock = lockStudy(store, study.id)
  try {
    await settle(study, { store, kits, actor })
    const taking = new Taking(study, { store, kits, tool, withApprovals: act.withApprovals })
    for (const same of Map.groupBy(rows, ({ domain, verbatim }) => `${domain} ${foldVerbatim(verbatim)}`).values())
      await taking.takeTerm(same)
    const from: TakenFrom = { tool, file: file.name, sha256: (await hashFile(file)).sha256 }
    const decisions = [...taking.decisions.keys()]
    const { taken, approvals } = await recordTakenOver(store, study.id, { decisions, actor, from, reason })
    taking.leaveAllBut(taken)
    const count = (kind: Target['kind']) => taken.filter(({ decision }) => decision.target.kind === kind).length
    const { ownApprovals, pathChanged, left } = taking
    left.sort((a, b) => a.line - b.line)
    return {
      rows: rows.length,
      groups: count('group'),
      occurrences: count('occurrence'),
      approvals,
      ownApprovals,
      pathChanged,
      left,
    }
  } finally {
    unlock()
  }
}

/** The only domain that the study codes; undefined where it codes several. */
function findOnlyDomain({ config }: Study): CodedDomain | undefined {
  const domains = CODED_DOMAINS.filter((domain) => config.sources.some((source) => source.domain === domain))
  return domains.length === 1 ? domains[0] : undefined
}

class Taking {
  /** What is to be recorded, with the rows that say so. */
  readonly decisions = new Map<EarlierDecision, Said['rows']>()
  readonly left: LeftRow[] = []
  ownApprovals = 0
  pathChanged = 0
  readonly #study: Study
  readonly #store: Store
  readonly #kits: CodingKits
  readonly #tool: string
  readonly #withApprovals: boolean

  constructor(
    study: Study,
    { store, kits, tool, withApprovals }: Pick<TakeOverAct, 'store' | 'kits' | 'tool' | 'withApprovals'>,
  ) {
    this.#withApprovals = withApprovals
    this.#study = study
    this.#store = store
    this.#kits = kits
    this.#tool = tool
  }

  /** Rows of one domain and one folded verbatim. */
  async takeTerm(rows: readonly EarlierCode[]): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const kit = this.#kits.mainOf(first.domain)
    const group = await this.#findGroup(first, kit)
    if (group === undefined) {
      this.#leave(rows, 'unknown-verbatim', 'no record of the study reports this term')
      return
    }
    const said = [...Map.groupBy(rows, ({ subject }) => subject).values()].flatMap((of) => this.#read(of, kit))
    const most = findMost(said)
    if (most === undefined) return
    const standing = group.decision
    const isOfMost = (each: Said) => toCodes(each) === toCodes(most)
    if (standing !== null && isOfPerson(standing))
      for (const each of said.filter(isOfMost)) this.#leave(each.rows, 'already-coded', toStandingWords(standing))
    else this.#decide(most, { target: group.target, basedOn: group.folded, replaces: standing?.id ?? null, kit })
    const others = said.filter((each) => each.rows[0].subject !== '' && !isOfMost(each))
    if (others.length > 0) await this.#takeOccurrences(others, { group, kit })
    const contrary = said.filter((each) => each.rows[0].subject === '' && !isOfMost(each))
    for (const { rows: left } of contrary)
      this.#leave(left, 'contradictory', `most rows of the term say ${toCodes(most)}`)
  }

  async #findGroup({ domain, verbatim }: EarlierCode, { dictionary }: CodingKit): Promise<GroupState | undefined> {
    const named = { folded: foldVerbatim(verbatim), domain, terminology: dictionary.ref.name, limit: 1 }
    const [group] = await findGroups(this.#store, this.#study.id, named)
    return group !== undefined && group.occurrences > 0 ? group : undefined
  }

  /** What the rows of one subject say. Nothing where one of them does not fit: then all of them are left. */
  #read(rows: readonly EarlierCode[], kit: CodingKit): Said[] {
    const before = this.left.length
    const said = this.#findSaid(rows, kit)
    if (said !== undefined) return [said]
    const told = new Set(this.left.slice(before).map(({ line }) => line))
    const rest = rows.filter(({ line }) => !told.has(line))
    this.#leave(rest, 'contradictory', `another row of the same term does not fit: line ${[...told].join(', ')}`)
    return []
  }

  /** One code, or one for each part; undefined, with the rows at fault left, where they do not fit the dictionary. */
  #findSaid(rows: readonly EarlierCode[], kit: CodingKit): Said | undefined {
    const [first, ...more] = rows
    if (first === undefined) return undefined
    // A subject may have reported the term several times: the same code again says nothing new.
    const byPart = Map.groupBy(rows, ({ part }) => foldVerbatim(part))
    const codings: { path: TermPath; partText: string | null }[] = []
    for (const of of byPart.values()) {
      const paths = of.map((row) => this.#findPath(row, kit))
      if (paths.includes(undefined)) return undefined
      const codes = new Set(paths.map((path) => path?.at(-1)?.code))
      const [path] = paths
      if (path === undefined || codes.size > 1) {
        this.#leave(of, 'contradictory', `coded to ${[...codes].join(' and to ')}`)
        return undefined
      }
      codings.push({ path, partText: byPart.size > 1 ? (of[0]?.part ?? '') : null })
    }
    if (byPart.size > 1 && codings.some(({ partText }) => partText === '')) {
      this.#leave(rows, 'contradictory', 'coded as a whole, and in parts')
      return undefined
    }
    return { rows: [first, ...more], codings }
  }

  #findPath(row: EarlierCode, { dictionary }: CodingKit): TermPath | undefined {
    const { name, version } = dictionary.ref
    const given = row.dictionary.toLowerCase()
    if (given !== '' && !given.startsWith(name.toLowerCase())) {
      this.#leave([row], 'other-dictionary', `coded in ${row.dictionary}; ${row.domain} is coded in ${name} ${version}`)
      return undefined
    }
    let path: TermPath
    try {
      path = findAssignable(dictionary, row.code === '' ? row.text : row.code)
    } catch (error) {
      if (!(error instanceof AecoderError)) throw error
      this.#leave([row], error.code === 'TERM_NOT_CURRENT' ? 'not-current' : 'unknown-code', error.facts.found)
      return undefined
    }
    const own = path.at(-1)
    // The code that led here is its own; the text beside it must say the same.
    const stated = [{ level: own?.level ?? '', code: '', text: row.text }, ...row.path]
    const other = stated.find((level) => isOther(level, path))
    if (other === undefined) return path
    if (other.level === own?.level || other.level === 'PT') {
      const now = path.find(({ level }) => level === other.level)
      this.#leave(
        [row],
        'other-path',
        `${other.level} is ${other.text || other.code} in the file, ${now?.text} (${now?.code}) in ${name} ${version}`,
      )
      return undefined
    }
    this.pathChanged++
    return path
  }

  /** Occurrences whose subjects' rows say something else than the term's. */
  async #takeOccurrences(said: readonly Said[], { group, kit }: { group: GroupState; kit: CodingKit }): Promise<void> {
    const bySubject = new Map<string, OccurrenceState[]>()
    for await (const { occurrence, names } of this.#readNamed(group))
      for (const name of names) bySubject.set(name, [...(bySubject.get(name) ?? []), occurrence])
    for (const each of said) {
      const of = bySubject.get(each.rows[0].subject) ?? []
      if (of.length === 0)
        this.#leave(each.rows, 'unknown-subject', `${each.rows[0].subject} has no record of this term`)
      const [standing] = of.flatMap(({ decision }) => (decision !== null && isOfPerson(decision) ? decision : []))
      const free = of.filter(({ decision }) => decision === null || !isOfPerson(decision))
      if (free.length === 0 && standing !== undefined)
        this.#leave(each.rows, 'already-coded', toStandingWords(standing))
      for (const { target, verbatim, decision } of free)
        this.#decide(each, { target, basedOn: verbatim, replaces: decision?.id ?? null, kit })
    }
  }

  /** The occurrences of a term, each with all that its subject is called: by the study, by the export's key, and in the export. */
  async *#readNamed(group: GroupState): AsyncGenerator<{ occurrence: OccurrenceState; names: ReadonlySet<string> }> {
    for (let offset = 0; ; offset += OCCURRENCES_READ) {
      const some = await listOccurrences(this.#store, this.#study.id, { group, limit: OCCURRENCES_READ, offset })
      const nos = some.map(({ target }) => target.no)
      const called = await listSubjectNames(this.#store.db, this.#study.id, nos)
      for (const occurrence of some) {
        const { usubjid, key, target } = occurrence
        yield { occurrence, names: new Set([usubjid, parseKeyText(key).subject, called.get(target.no) ?? usubjid]) }
      }
      if (some.length < OCCURRENCES_READ) return
    }
  }

  #decide(
    { rows, codings }: Said,
    { target, basedOn, replaces, kit }: Pick<NewDecision, 'target' | 'basedOn' | 'replaces'> & { kit: CodingKit },
  ): void {
    // Of several people the last one answers for the code.
    const row = rows.reduce((last, each) => (each.codedAt > last.codedAt ? each : last))
    const auth = `taken over from ${this.#tool}`
    const hasApproval = this.#withApprovals && row.approver !== ''
    const isOwn = hasApproval && isSamePerson(row.approver, row.coder)
    if (isOwn) this.ownApprovals++
    const { name, version } = kit.dictionary.ref
    const decision: EarlierDecision = {
      decision: {
        target,
        basedOn,
        replaces,
        outcome: 'manual',
        step: 'person',
        confidence: 1,
        waits: needsApproval(this.#study.config.approval, 'manual'),
        codings,
        explanation: { reason: row.comment || `Coded by ${row.coder} in ${this.#tool}`, line: row.line },
        reason: row.comment || null,
      },
      frame: {
        artefacts: toArtefactSet([...kit.artefacts, toConfigArtefact(this.#study)]),
        dictionary: `${name} ${version}`,
        actor: { name: row.coder, kind: 'person', auth },
        at: row.codedAt,
      },
      approval:
        !hasApproval || isOwn
          ? null
          : { actor: { name: row.approver, kind: 'person', auth }, at: row.approvedAt || row.codedAt },
    }
    this.decisions.set(decision, rows)
  }

  /** People work on while terms are looked up: what they decided then stands. */
  leaveAllBut(taken: readonly EarlierDecision[]): void {
    const recorded = new Set(taken)
    for (const [decision, rows] of this.decisions)
      if (!recorded.has(decision)) this.#leave(rows, 'already-coded', 'decided by somebody else meanwhile')
  }

  #leave(rows: readonly EarlierCode[], why: LeftFor, reason: string): void {
    for (const { line, domain, verbatim, code, text } of rows)
      this.left.push({ line, domain, verbatim, code: code || text, why, reason })
  }
}

/** What most rows say; of equals what was coded last. */
function findMost(said: readonly Said[]): Said | undefined {
  const toLast = ({ rows }: Said) => rows.reduce((last, { codedAt }) => (codedAt > last ? codedAt : last), '')
  const kinds = [...Map.groupBy(said, toCodes).values()].map((same) => ({
    said: same.reduce((last, each) => (toLast(each) > toLast(last) ? each : last)),
    rows: same.reduce((sum, { rows }) => sum + rows.length, 0),
  }))
  return kinds.sort((a, b) => b.rows - a.rows || (toLast(a.said) > toLast(b.said) ? -1 : 1))[0]?.said
}

function toCodes({ codings }: Said): string {
  return codings
    .map(({ path, partText }) => `${partText === null ? '' : `${partText}: `}${path.at(-1)?.code}`)
    .sort(compareCodeUnits) // the parts of a split may stand in any order
    .join(' + ')
}

/** Whether the other tool's level is not the one of the path; what it does not state is not compared. */
function isOther({ level, code, text }: { level: string; code: string; text: string }, path: TermPath): boolean {
  const own = path.find((node) => node.level === level)
  if (own === undefined) return false
  if (code !== '') return code !== own.code
  return text !== '' && foldVerbatim(text) !== foldVerbatim(own.text)
}

function isOfPerson({ step }: StoredDecision): boolean {
  return step === 'person'
}

function toStandingWords({ actor, codings }: StoredDecision): string {
  const codes = codings.map(({ path }) => path.at(-1)?.text).join(' + ')
  return codes === '' ? `left open by ${actor}` : `coded to ${codes} by ${actor}`
}
