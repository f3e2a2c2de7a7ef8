/** Words of terms that nobody is shown any more: kept as salted hashes with their event. The records stay as they are. */
import { type Kysely, sql } from 'kysely'
import { Masks, type Redaction, toWordHash } from '../review/redaction.ts'
import { type Actor, appendEvent } from './chain.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

type Db = Pick<Store, 'db'>

/**
 * Hides words of a term with its event, which tells their hashes and not the words.
 * @param redaction.group the main group of the term
 * @param redaction.seen how many redactions of the term the person knew of
 * @returns the event's place in the chain; undefined when someone hid words of it meanwhile (nothing is written then)
 */
export async function recordRedaction(
  store: Store,
  study: string,
  redaction: {
    group: { readonly no: number; readonly id: string }
    seen: number
    words: readonly string[]
    actor: Actor
    reason: string
  },
): Promise<number | undefined> {
  const { group, seen, words, actor, reason } = redaction
  return store.db.transaction().execute(async (trx) => {
    const { n } = await trx
      .selectFrom('redaction')
      .select((of) => of.fn.countAll<number>().as('n'))
      .where('study', '=', study)
      .where('group_no', '=', group.no)
      .executeTakeFirstOrThrow()
    if (n !== seen) return undefined
    const salt = store.ambience.salt()
    const digests = words.map((word) => toWordHash(word, salt)).sort()
    const { seq, at } = await appendEvent(trx, study, {
      event: { kind: 'redacted', object: `group ${group.id}`, actor, reason, body: { salt, digests } },
      ambience: store.ambience,
    })
    await trx
      .insertInto('redaction')
      .values({
        study,
        seq,
        group_no: group.no,
        salt,
        words: JSON.stringify(digests),
        actor: actor.name,
        auth: actor.auth,
        at,
        reason,
      })
      .execute()
    return seq
  })
}

const known = new WeakMap<Kysely<Tables>, Map<string, { readonly seq: number; readonly masks: Masks }>>()

/** What is hidden in a study now. Asked before anything is shown: it is read anew only when something was hidden since. */
export async function findMasks({ db }: Db, study: string): Promise<Masks> {
  const { seq } = await db
    .selectFrom('redaction')
    .select((of) => of.fn.max<number | null>('seq').as('seq'))
    .where('study', '=', study)
    .executeTakeFirstOrThrow()
  const byStudy = known.get(db) ?? new Map<string, { seq: number; masks: Masks }>()
  known.set(db, byStudy)
  const before = byStudy.get(study)
  if (before !== undefined && before.seq === (seq ?? 0)) return before.masks
  const { rows } = await sql<{ folded: string; salt: string; words: string }>`
    select g.folded, r.salt, r.words from redaction r join term_group g on g.study = r.study and g.no = r.group_no
    where r.study = ${study} order by r.seq`.execute(db)
  const byTerm = new Map<string, Redaction[]>()
  for (const { folded, salt, words } of rows) {
    const redaction = { salt, digests: JSON.parse(words) as string[] }
    byTerm.set(folded, [...(byTerm.get(folded) ?? []), redaction])
  }
  const masks = new Masks(byTerm)
  byStudy.set(study, { seq: seq ?? 0, masks })
  return masks
}

/** The redactions of one term, by the number of its main group. */
export async function listRedactions({ db }: Db, study: string, mainNo: number): Promise<Redaction[]> {
  const rows = await db
    .selectFrom('redaction')
    .select(['salt', 'words'])
    .where('study', '=', study)
    .where('group_no', '=', mainNo)
    .orderBy('seq')
    .execute()
  return rows.map(({ salt, words }) => ({ salt, digests: JSON.parse(words) as string[] }))
}

/** Terms with hidden words that the current transfer still reports: until the site corrects them they are in the dataset. */
export interface RedactedCounts {
  readonly terms: number
  readonly occurrences: number
}

export async function countRedacted({ db }: Db, study: string): Promise<RedactedCounts> {
  const { rows } = await sql<RedactedCounts>`
    select count(*) as terms, coalesce(sum(c.occurrences), 0) as occurrences from current_group c
    where c.study = ${study} and c.occurrences > 0 and c.group_no in (select group_no from redaction where study = ${study})`.execute(
    db,
  )
  return rows[0] === undefined ? { terms: 0, occurrences: 0 } : { ...rows[0] }
}
