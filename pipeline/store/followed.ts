/**
 * Subjects that are known by the export's own key: whatever they are called later, they keep the USUBJID they were first
 * given. Remembers what a transfer has said of them.
 */
import { type Kysely, sql } from 'kysely'
import type { Remark } from '../../schemas/records.ts'
import type { Tables } from './tables.ts'

interface Named {
  readonly subject: string
  readonly usubjid: string
  readonly isFollowed?: true
}

/** How a record calls its subject, and where. */
interface Calling {
  readonly subjectRaw: string
  readonly site: string | null
}

export class FollowedSubjects {
  readonly #study: string
  /** The USUBJID that each subject was first given. */
  readonly #first = new Map<string, string>()
  readonly #remarked = new Set<string>()

  constructor(study: string) {
    this.#study = study
  }

  /** Looks up subjects not met before, so that `toFirst` need not ask the store one by one. */
  async load(trx: Kysely<Tables>, named: Iterable<Named>): Promise<void> {
    const unmet = new Set<string>()
    for (const { subject, isFollowed } of named) if (isFollowed && !this.#first.has(subject)) unmet.add(subject)
    if (unmet.size === 0) return
    const { rows } = await sql<{ subject: string; usubjid: string | null }>`
      select j.value as subject, coalesce(
        (select o.usubjid from occurrence o where o.study = ${this.#study} and o.subject = j.value order by o.no limit 1),
        (select s.usubjid from subject_version s where s.study = ${this.#study} and s.subject = j.value order by s.transfer_no limit 1)) as usubjid
      from json_each(${JSON.stringify([...unmet])}) j`.execute(trx)
    for (const { subject, usubjid } of rows) if (usubjid !== null) this.#first.set(subject, usubjid)
  }

  /** With the USUBJID that the subject was first given, which may be this one. */
  withFirst<T extends Named>(named: T): T {
    if (!named.isFollowed) return named
    const first = this.#first.get(named.subject)
    if (first === undefined) this.#first.set(named.subject, named.usubjid)
    return first === undefined || first === named.usubjid ? named : { ...named, usubjid: first }
  }

  /** What there is to remark where a record calls its subject otherwise than before; once for a subject. */
  findRemarks(now: Named & Calling & { readonly line: number }, before: Calling): Remark[] {
    if (!now.isFollowed) return []
    const changes = [
      { code: 'subject-renamed', from: before.subjectRaw.trim(), to: now.subjectRaw.trim() },
      { code: 'subject-moved', from: before.site ?? '', to: now.site ?? '' },
    ] as const
    return changes.flatMap(({ code, from, to }) => {
      if (from === to || to === '' || this.#remarked.has(`${code} ${now.subject}`)) return []
      this.#remarked.add(`${code} ${now.subject}`)
      return [{ code, line: now.line, text: `${from} → ${to}, still ${now.usubjid}` }]
    })
  }
}
