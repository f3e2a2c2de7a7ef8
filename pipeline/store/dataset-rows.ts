/** What a coded dataset is made of, read as of one event of the chain: occurrences, effective codes, provenance. */
import { type Kysely, sql } from 'kysely'
import type { CodedDomain, CrfContext, DatasetRow, RowCode } from '../../schemas/records.ts'
import { isEffective, toApproval } from '../review/rules.ts'
import { toArtefactSetId } from './artefacts.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { selectLatest, type Target } from './decisions.ts'
import { readDecisions, type StoredDecision } from './queue.ts'
import type { Tables } from './tables.ts'

const BATCH_ROWS = 500
/** Groups whose codes are kept at hand while streaming; beyond it the memory starts afresh. */
const GROUP_CACHE_SIZE = 25_000

interface Row {
  usubjid: string
  n: number
  part: number
  no: number
  id: string
  key: string
  subject: string
  site: string | null
  verbatim: string
  context: string
  group_no: number
}

/** What a decision gives to the rows it is for; its candidates are long, and not kept. */
interface Code {
  readonly basedOn: string
  /** Whether it only says that the occurrence follows its group again. */
  readonly isWaived: boolean
  /** One, also where nothing was coded: its provenance says why. Shared by all occurrences that have it. */
  readonly parts: readonly RowCode[]
}

/**
 * Streams a domain's dataset rows in the order of USUBJID and --SEQ, each with its code in the main dictionary and in
 * those beside it. Only decisions and transfers up to `uptoSeq` count, so any earlier dataset can be made again.
 * @param options.beside names of the dictionaries beside the main one
 */
export async function* readDatasetRows(
  db: Kysely<Tables>,
  study: string,
  { domain, uptoSeq, beside = [] }: { domain: CodedDomain; uptoSeq: number; beside?: readonly string[] },
): AsyncGenerator<DatasetRow[]> {
  const head = (await findCommitted(db, study, { uptoSeq }))?.no
  if (head === undefined) return
  const main = new Codes(db, study, { uptoSeq, terminology: '' })
  const others = beside.map((terminology) => new Codes(db, study, { uptoSeq, terminology }))
  for (const codes of [main, ...others]) await codes.open()
  let after = { usubjid: '', n: 0 }
  for (;;) {
    const { rows } = await sql<Row>`
      select s.usubjid, s.n, s.part, o.no, o.id, o.key, o.subject, v.site, v.verbatim, v.context, v.group_no
      from sequence s
      join occurrence o on o.study = s.study and o.no = s.occurrence_no
      join occurrence_version v on v.study = s.study and v.occurrence_no = s.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
      where s.study = ${study} and s.domain = ${domain} and (s.usubjid, s.n) > (${after.usubjid}, ${after.n}) and s.transfer_no <= ${head}
      order by s.usubjid, s.n limit ${BATCH_ROWS}`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last
    for (const codes of [main, ...others]) await codes.load(rows)
    yield rows.map((row) => {
      const code = main.find(row)
      return {
        recordKey: row.id,
        key: row.key,
        usubjid: row.usubjid,
        sequence: row.n,
        subject: row.subject,
        site: row.site,
        verbatim: row.verbatim,
        modified: code.modified,
        context: JSON.parse(row.context) as CrfContext,
        path: code.path,
        provenance: code.provenance,
        beside: others.map((codes) => codes.find(row)),
      }
    })
  }
}

/** Effective decisions in one dictionary, by main group and by occurrence (DESIGN §5). */
class Codes {
  readonly #db: Kysely<Tables>
  readonly #study: string
  readonly #uptoSeq: number
  /** Empty for the main one. */
  readonly #terminology: string
  readonly #byGroup = new Map<number, Code | undefined>()
  #byOccurrence = new Map<number, Code>()
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

  async load(rows: readonly Row[]): Promise<void> {
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

  /** By the number of the main group, whatever dictionary the codes are from. */
  async #readGroups(mainNos: readonly number[]): Promise<Map<number, Code>> {
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

  async #readLatest(kind: Target['kind'], nos: readonly number[]): Promise<Map<number, Code>> {
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

  find(row: Row): RowCode {
    const latest = this.#byOccurrence.get(row.no)
    const own = latest?.isWaived ? undefined : latest
    // Invariant 8: a decision made for this very occurrence waits for a person when the verbatim changed under it.
    const code = own ?? this.#byGroup.get(row.group_no)
    if (code === undefined || (own !== undefined && own.basedOn !== row.verbatim)) return UNCODED
    return code.parts[row.part - 1] ?? UNCODED
  }
}

const UNCODED: RowCode = {
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
}

function toCode(decision: StoredDecision, target: 'group' | 'occurrence'): Code {
  const count = Math.max(1, decision.codings.length)
  const parts = Array.from({ length: count }, (_, index) => toPartCode(decision, { target, part: index + 1 }))
  return { basedOn: decision.basedOn, isWaived: decision.outcome === 'fits-context', parts }
}

function toPartCode(
  decision: StoredDecision,
  { target, part }: { target: 'group' | 'occurrence'; part: number },
): RowCode {
  const approval = toApproval(decision.waits, decision.verdict?.kind ?? null)
  const coding = decision.codings[part - 1]
  const isInForce = coding !== undefined && isEffective({ hasCoding: true, approval })
  return {
    path: isInForce ? coding.path : null,
    modified: isInForce ? coding.partText : null,
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
  }
}
