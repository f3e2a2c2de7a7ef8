/** The numbers of the term groups that a transfer's verbatims belong to, new ones among them. */
import { type Kysely, sql } from 'kysely'
import type { Occurrence } from '../../schemas/records.ts'
import type { TermGroup } from '../review/term-group.ts'
import { toList } from './bulk.ts'
import type { Batch } from './staged-batch.ts'
import type { Tables } from './tables.ts'

/** Verbatims whose group number is remembered; beyond it the memory starts afresh. */
const GROUP_CACHE_SIZE = 50_000

export class MetGroups {
  readonly #study: string
  readonly #groupOf: (occurrence: Occurrence) => TermGroup
  /** Group numbers by field and coded text: most rows repeat one met before. */
  readonly #groups = new Map<string, number>()
  /** Group numbers by group id, of the verbatims new in the present batch. */
  readonly #groupIds = new Map<string, number>()
  #next: number

  constructor(study: string, { groupOf, next }: { groupOf: (occurrence: Occurrence) => TermGroup; next: number }) {
    this.#study = study
    this.#groupOf = groupOf
    this.#next = next
  }

  /** Looks up the groups of verbatims not met before, so that `find` need not ask the store one by one. */
  async load(trx: Kysely<Tables>, occurrences: readonly Occurrence[]): Promise<void> {
    this.#groupIds.clear()
    if (this.#groups.size >= GROUP_CACHE_SIZE) this.#groups.clear() // between batches only: a batch relies on it
    const unmet = new Map<string, TermGroup>()
    for (const occurrence of occurrences) {
      if (this.#groups.has(toGroupPlace(occurrence))) continue
      const group = this.#groupOf(occurrence)
      unmet.set(group.id, group)
    }
    if (unmet.size === 0) return
    const { rows } = await sql<{ id: string; no: number }>`
      select g.id, g.no from term_group g where g.study = ${this.#study} and g.id in ${toList([...unmet.keys()])}`.execute(
      trx,
    )
    for (const row of rows) this.#groupIds.set(row.id, row.no)
  }

  /** Its group's number, whose verbatim `load` looked up; a new group goes into the batch. */
  find(occurrence: Occurrence, batch: Batch): number {
    const place = toGroupPlace(occurrence)
    const cached = this.#groups.get(place)
    if (cached !== undefined) return cached
    const group = this.#groupOf(occurrence)
    const no = this.#groupIds.get(group.id) ?? this.#next++
    if (!this.#groupIds.has(group.id)) {
      this.#groupIds.set(group.id, no)
      batch.groups.push([
        this.#study,
        no,
        group.id,
        group.domain,
        group.field,
        group.terminology,
        group.language,
        group.foldVersion,
        group.folded,
        group.verbatim,
      ])
    }
    this.#groups.set(place, no)
    return no
  }
}

/** What decides on an occurrence's group: its field and the text that is coded. */
function toGroupPlace({ field, verbatim, translation }: Occurrence): string {
  return `${field} ${translation ?? verbatim}`
}
