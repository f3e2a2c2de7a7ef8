/** Which code stands for an occurrence in one dictionary, read as of one event of the chain (DESIGN §5). */
import { type Kysely, sql } from 'kysely'
import { isFollowingOutcome } from '../../schemas/outcomes.ts'
import type { RowCode } from '../../schemas/records.ts'
import { isEffective, toApproval } from '../review/rules.ts'
import { toArtefactSetId } from './artefacts.ts'
import { toList } from './bulk.ts'
import { selectLatest, type Target } from './decisions.ts'
import { readDecisions, type StoredDecision } from './queue.ts'
import type { Tables } from './tables.ts'

/** Groups whose codes are kept at hand while streaming; beyond it the memory starts afresh. */
const GROUP_CACHE_SIZE = 25_000

/** What of an occurrence tells which code is its own. */
export interface CodedOccurrence {
  readonly no: number
  readonly group_no: number
  readonly verbatim: string
}

/** What a decision gives to the occurrences it is for; its candidates are long, and not kept. Shared by all that have it. */
export interface EffectiveCode {
  readonly basedOn: string
  /** Whether it is of an occurrence, and only says that this follows its group again. */
  readonly isWaived: boolean
  /** How many codes it gives, in force or not. */
  readonly given: number
  /** One for each code in force, in the order of the parts; where none is, one without a code: its provenance says why. */
  readonly parts: readonly [RowCode, ...RowCode[]]
}

/** Effective decisions in one dictionary, by main group and by occurrence. */
export class EffectiveCodes {
  readonly #db: Kysely<Tables>
  readonly #study: string
  readonly #uptoSeq: number
  /** Empty for the main one. */
  readonly #terminology: string
  readonly #byGroup = new Map<number, EffectiveCode | undefined>()
  #byOccurrence = new Map<number, EffectiveCode>()
  #hasOwnDecisions: boolean = false

  constructor(db: Kysely<Tables>, study: string, { uptoSeq, terminology }: { uptoSeq: number; terminology: string }) {
    this.#db = db
    this.#study = study
    this.#uptoSeq = uptoSeq
    this.#terminology = terminology
  }

  async open(): Promise<void> {
    const any = await this.#db
      .selectFrom('decision')
      .select('id')
      .where('study', '=', this.#study)
      .where('occurrence_no', 'is not', null)
      .where('terminology', '=', this.#terminology)
      .limit(1)
      .executeTakeFirst()
    this.#hasOwnDecisions = any !== undefined
  }

  /** Reads the codes of a batch of occurrences; `find` knows these and no others. */
  async load(rows: readonly CodedOccurrence[]): Promise<void> {
    if (this.#byGroup.size > GROUP_CACHE_SIZE) this.#byGroup.clear()
    const unmet = [...new Set(rows.map((row) => row.group_no))].filter((no) => !this.#byGroup.has(no))
    const codes = await this.#readGroups(unmet)
    for (const no of unmet) this.#byGroup.set(no, codes.get(no))
    if (this.#hasOwnDecisions)
      this.#byOccurrence = await this.#readLatest(
        'occurrence',
        rows.map((row) => row.no),
      )
  }

  find(row: CodedOccurrence): EffectiveCode {
    const latest = this.#byOccurrence.get(row.no)
    const own = latest?.isWaived ? undefined : latest
    // Invariant 8: a decision made for this very occurrence waits for a person when the verbatim changed under it.
    const code = own ?? this.#byGroup.get(row.group_no)
    return code === undefined || (own !== undefined && own.basedOn !== row.verbatim) ? UNDECIDED : code
  }

  /** By the number of the main group, whatever dictionary the codes are from. */
  async #readGroups(mainNos: readonly number[]): Promise<Map<number, EffectiveCode>> {
    if (this.#terminology === '' || mainNos.length === 0) return this.#readLatest('group', mainNos)
    const { rows } = await sql<{ no: number; main_no: number }>`
      select no, main_no from term_group
      where study = ${this.#study} and main_no in ${toList(mainNos)} and terminology = ${this.#terminology}`.execute(
      this.#db,
    )
    const codes = await this.#readLatest(
      'group',
      rows.map((row) => row.no),
    )
    return new Map(
      rows.flatMap(({ no, main_no }) => {
        const code = codes.get(no)
        return code ? [[main_no, code] as const] : []
      }),
    )
  }

  async #readLatest(kind: Target['kind'], nos: readonly number[]): Promise<Map<number, EffectiveCode>> {
    if (nos.length === 0) return new Map()
    const { rows } = await selectLatest(this.#study, {
      kind,
      nos,
      terminology: this.#terminology,
      uptoSeq: this.#uptoSeq,
    }).execute(this.#db)
    const decisions = await readDecisions(
      this.#db,
      this.#study,
      rows.map((row) => row.id),
      { uptoSeq: this.#uptoSeq },
    )
    return new Map(
      rows.flatMap(({ no, id }) => {
        const decision = decisions.get(id)
        return decision ? [[no, toCode(decision, kind)] as const] : []
      }),
    )
  }
}

const UNDECIDED: EffectiveCode = {
  basedOn: '',
  isWaived: false,
  given: 0,
  parts: [
    {
      path: null,
      modified: null,
      provenance: {
        part: 1,
        decision: null,
        target: null,
        outcome: null,
        step: null,
        confidence: null,
        approval: 'none-needed',
        coder: null,
        codedAt: null,
        approver: null,
        approvedAt: null,
        reason: null,
        artefacts: null,
      },
    },
  ],
}

function toCode(decision: StoredDecision, target: 'group' | 'occurrence'): EffectiveCode {
  const approval = toApproval(decision.waits, decision.verdict?.kind ?? null)
  const [first, ...further] = isEffective({ hasCoding: true, approval }) ? decision.codings : []
  const toPart = (coding: StoredDecision['codings'][number] | undefined, part: number): RowCode => ({
    path: coding?.path ?? null,
    modified: coding?.partText ?? null,
    provenance: {
      part,
      decision: decision.id,
      target,
      outcome: decision.outcome,
      step: decision.step,
      confidence: decision.confidence,
      approval,
      coder: decision.actor,
      codedAt: decision.at,
      approver: decision.verdict?.actor ?? null,
      approvedAt: decision.verdict?.at ?? null,
      reason: decision.reason ?? decision.explanation.reason ?? null,
      artefacts: toArtefactSetId(decision.artefacts),
    },
  })
  return {
    basedOn: decision.basedOn,
    isWaived: target === 'occurrence' && isFollowingOutcome(decision.outcome),
    given: decision.codings.length,
    parts: [toPart(first, 1), ...further.map((coding, index) => toPart(coding, index + 2))],
  }
}
