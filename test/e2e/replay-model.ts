/**
 * What a study must hold after transfers and decisions, written down anew in maps and nothing of the pipeline: simple
 * enough to be believed. Knows no store, no file and no dictionary but a set of terms.
 */

/** One report as an export states it. */
export interface Report {
  readonly subject: string
  readonly record: string
  readonly term: string
  readonly severity: string
}
export interface SourceFile {
  readonly source: string
  readonly kind: 'snapshot' | 'delta'
  /** In the order of the file; a row may stand twice. */
  readonly rows: readonly Report[]
}
interface Known extends Report {
  source: string
  isPresent: boolean
  /** --SEQ within the subject. */
  readonly n: number
}
/** What was decided for a term or a report, latest last. */
interface Entry {
  readonly code: string | null
  readonly basedOn: string
  readonly by: 'machine' | 'person'
  verdict: 'none-needed' | 'pending' | 'approved' | 'rejected'
}

export class Model {
  readonly #terms: ReadonlySet<string>
  readonly #waits: boolean
  #known = new Map<string, Known>()
  readonly #groups = new Map<string, Entry[]>()
  readonly #own = new Map<string, Entry[]>()

  /** @param terms what the machine codes, in lower case; @param options.waits whether a second person approves what people code */
  constructor(terms: ReadonlySet<string>, { waits }: { waits: boolean }) {
    this.#terms = terms
    this.#waits = waits
  }

  /** @returns rows that contradict another one of the same key: with one the transfer is refused unless that is accepted */
  countConflicts(files: readonly SourceFile[]): number {
    const told = new Map<string, string>()
    let conflicts = 0
    for (const row of files.flatMap(({ rows }) => rows)) {
      const before = told.get(toKey(row))
      if (before === undefined) told.set(toKey(row), toContent(row))
      else if (before !== toContent(row)) conflicts++
    }
    return conflicts
  }

  /** A transfer that became current. */
  take(files: readonly SourceFile[]): void {
    this.code()
    const told = new Map<string, string>()
    const torn = new Set<string>()
    for (const { source, rows } of files)
      for (const row of rows) {
        const key = toKey(row)
        const before = told.get(key)
        if (before !== undefined && before !== toContent(row)) torn.add(source)
        if (before !== undefined) continue
        told.set(key, toContent(row))
        const known = this.#known.get(key)
        const n = known?.n ?? [...this.#known.values()].filter(({ subject }) => subject === row.subject).length + 1
        this.#known.set(key, { ...row, source, n, isPresent: true })
      }
    for (const { source, kind } of files)
      if (kind === 'snapshot' && !torn.has(source))
        for (const [key, known] of this.#known) if (known.source === source && !told.has(key)) known.isPresent = false
  }

  /**
   * What the machine does at the end of every run: it codes what nobody has decided.
   * @param done the terms that it came to, where it was broken off; all of them without it
   */
  code(done?: ReadonlySet<string>): void {
    for (const { term } of this.listPresent()) {
      const group = toGroup(term)
      if (!this.#groups.has(group) && this.#terms.has(group) && done?.has(group) !== false)
        this.#groups.set(group, [{ code: group, basedOn: group, by: 'machine', verdict: 'none-needed' }])
    }
  }

  codeGroup(term: string, code: string): void {
    this.#decide(this.#groups, { target: toGroup(term), basedOn: toGroup(term), code })
  }
  codeOwn(report: Report, code: string): void {
    this.#decide(this.#own, { target: toKey(report), basedOn: report.term, code })
  }
  undoGroup(term: string): void {
    const before = this.#groups.get(toGroup(term))?.at(-2)
    const code = before === undefined || before.verdict === 'rejected' ? null : before.code
    this.#decide(this.#groups, { target: toGroup(term), basedOn: toGroup(term), code })
  }
  judgeGroup(term: string, verdict: 'approved' | 'rejected'): void {
    const entry = this.#groups.get(toGroup(term))?.at(-1)
    if (entry) entry.verdict = verdict
  }
  judgeOwn(report: Report, verdict: 'approved' | 'rejected'): void {
    const entry = this.#own.get(toKey(report))?.at(-1)
    if (entry) entry.verdict = verdict
  }

  findGroup(term: string): Entry | undefined {
    return this.#groups.get(toGroup(term))?.at(-1)
  }
  findOwn(report: Report): Entry | undefined {
    return this.#own.get(toKey(report))?.at(-1)
  }
  listPresent(): Report[] {
    return [...this.#known.values()].filter(({ isPresent }) => isPresent)
  }

  /** The dataset, row by row: `subject #SEQ "term" severity -> code`. */
  toLines(): string[] {
    const rows = [...this.#known.values()].filter(({ isPresent }) => isPresent)
    rows.sort((a, b) => (a.subject === b.subject ? a.n - b.n : a.subject < b.subject ? -1 : 1))
    return rows.map((row) => {
      const own = this.findOwn(row)
      // Decided for this very report: that waits for a person where the site changed the term under it.
      const entry = own === undefined ? this.findGroup(row.term) : own.basedOn === row.term ? own : undefined
      const isInForce = entry?.verdict === 'none-needed' || entry?.verdict === 'approved'
      return toLine({ ...row, code: (isInForce ? entry?.code : null) ?? 'none' })
    })
  }

  #decide(
    decisions: Map<string, Entry[]>,
    { target, basedOn, code }: { target: string; basedOn: string; code: string | null },
  ): void {
    const verdict = this.#waits && code !== null ? 'pending' : 'none-needed'
    decisions.set(target, [...(decisions.get(target) ?? []), { code, basedOn, by: 'person', verdict }])
  }
}

export function toLine(row: Report & { readonly n: number; readonly code: string }): string {
  return `${row.subject} #${row.n} ${JSON.stringify(row.term)} ${row.severity} -> ${row.code.toLowerCase()}`
}

export function toKey({ subject, record }: Pick<Report, 'subject' | 'record'>): string {
  return `${subject}/${record}`
}

function toContent({ term, severity }: Report): string {
  return JSON.stringify([term, severity])
}

/** Which reports are one term: case and white space make no difference. */
function toGroup(term: string): string {
  return term.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
