/** What a coded dataset is made of, read as of one event of the chain: occurrences, effective codes, provenance. */
import { type Kysely, sql } from 'kysely'
import type { CodedDomain, CrfContext, DatasetRow, Provenance } from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { isEffective, toApproval } from '../review/rules.ts'
import { toArtefactSetId } from './artefacts.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
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
  /** One, also where nothing was coded: its provenance says why. */
  readonly parts: readonly PartCode[]
}

/** The code and provenance of one part, shared by all occurrences that have it. */
interface PartCode {
  readonly path: TermPath | null
  readonly partText: string | null
  readonly provenance: Provenance
}

/**
 * Streams a domain's dataset rows in the order of USUBJID and --SEQ.
 * Only decisions and transfers up to `uptoSeq` count, so any earlier dataset can be made again.
 */
export async function* readDatasetRows(
  db: Kysely<Tables>,
  study: string,
  { domain, uptoSeq }: { domain: CodedDomain; uptoSeq: number },
): AsyncGenerator<DatasetRow[]> {
  const head = (await findCommitted(db, study, { uptoSeq }))?.no
  if (head === undefined) return
  const codes = new Codes(db, study, uptoSeq)
  await codes.open()
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
    await codes.load(rows)
    yield rows.map((row) => {
      const code = codes.find(row)
      return {
        recordKey: row.id,
        key: row.key,
        usubjid: row.usubjid,
        sequence: row.n,
        subject: row.subject,
        site: row.site,
        verbatim: row.verbatim,
        modified: code.path === null ? null : code.partText,
        context: JSON.parse(row.context) as CrfContext,
        path: code.path,
        provenance: code.provenance,
      }
    })
  }
}

/** Effective decisions by group and by occurrence (DESIGN §5). */
class Codes {
  readonly #db: Kysely<Tables>
  readonly #study: string
  readonly #uptoSeq: number
  readonly #byGroup = new Map<number, Code | undefined>()
  #byOccurrence = new Map<number, Code>()
  #hasOwnDecisions: boolean = false

  constructor(db: Kysely<Tables>, study: string, uptoSeq: number) {
    this.#db = db
    this.#study = study
    this.#uptoSeq = uptoSeq
  }

  async open(): Promise<void> {
    const any = await this.#db
      .selectFrom('decision')
      .select('id')
      .where('study', '=', this.#study)
      .where('occurrence_no', 'is not', null)
      .limit(1)
      .executeTakeFirst()
    this.#hasOwnDecisions = any !== undefined
  }

  async load(rows: readonly Row[]): Promise<void> {
    if (this.#byGroup.size > GROUP_CACHE_SIZE) this.#byGroup.clear()
    const unmet = [...new Set(rows.map((row) => row.group_no))].filter((no) => !this.#byGroup.has(no))
    const codes = await this.#readLatest('group_no', unmet)
    for (const no of unmet) this.#byGroup.set(no, codes.get(no))
    if (this.#hasOwnDecisions)
      this.#byOccurrence = await this.#readLatest(
        'occurrence_no',
        rows.map((row) => row.no),
      )
  }

  async #readLatest(column: 'group_no' | 'occurrence_no', nos: readonly number[]): Promise<Map<number, Code>> {
    if (nos.length === 0) return new Map()
    const target = sql.ref(column)
    const { rows } = await sql<{ no: number; id: string }>`
      select d.${target} as no, d.id from decision d
      where d.study = ${this.#study} and d.${target} in ${toList(nos)}
        and d.seq = (select max(e.seq) from decision e where e.study = d.study and e.${target} = d.${target} and e.seq <= ${this.#uptoSeq})`.execute(
      this.#db,
    )
    const decisions = await readDecisions(
      this.#db,
      this.#study,
      rows.map((row) => row.id),
      { uptoSeq: this.#uptoSeq },
    )
    return new Map(
      rows.flatMap(({ no, id }) => {
        const decision = decisions.get(id)
        return decision ? [[no, toCode(decision, column === 'group_no' ? 'group' : 'occurrence')] as const] : []
      }),
    )
  }

  find(row: Row): PartCode {
    const own = this.#byOccurrence.get(row.no)
    // Invariant 8: a decision made for this very occurrence waits for a person when the verbatim changed under it.
    const code = own ?? this.#byGroup.get(row.group_no)
    if (code === undefined || (own !== undefined && own.basedOn !== row.verbatim)) return UNCODED
    return code.parts[row.part - 1] ?? UNCODED
  }
}

const UNCODED: PartCode = {
  path: null,
  partText: null,
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
  return { basedOn: decision.basedOn, parts }
}

function toPartCode(
  decision: StoredDecision,
  { target, part }: { target: 'group' | 'occurrence'; part: number },
): PartCode {
  const approval = toApproval(decision.waits, decision.verdict?.kind ?? null)
  const coding = decision.codings[part - 1]
  return {
    path: coding && isEffective({ hasCoding: true, approval }) ? coding.path : null,
    partText: coding?.partText ?? null,
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
