/** Notes that people leave with a term, each with its event. */
import { sql } from 'kysely'
import { type Actor, appendEvent } from './chain.ts'
import type { Store } from './store.ts'

export interface Note {
  readonly seq: number
  readonly text: string
  readonly by: string
  readonly at: string
  /** The occurrence it is about; null for the whole term. */
  readonly occurrence: string | null
}

/** Leaves a note with a term, or with one occurrence of it. */
export async function writeNote(
  store: Store,
  study: string,
  note: {
    group: { readonly no: number; readonly id: string }
    occurrence?: { readonly no: number; readonly id: string }
    text: string
    actor: Actor
  },
): Promise<void> {
  const { group, occurrence, text, actor } = note
  await store.db.transaction().execute(async (trx) => {
    const { seq, at } = await appendEvent(trx, study, {
      event: {
        kind: 'noted',
        object: occurrence === undefined ? `group ${group.id}` : `occurrence ${occurrence.id}`,
        actor,
        body: { group: group.id, occurrence: occurrence?.id ?? null, text },
      },
      ambience: store.ambience,
    })
    await trx
      .insertInto('note')
      .values({
        study,
        seq,
        group_no: group.no,
        occurrence_no: occurrence?.no ?? null,
        text,
        actor: actor.name,
        auth: actor.auth,
        at,
      })
      .execute()
  })
}

/** The notes of a term, oldest first. */
export async function listNotes(store: Pick<Store, 'db'>, study: string, groupNo: number): Promise<Note[]> {
  const { rows } = await sql<Note>`
    select n.seq, n.text, n.actor as by, n.at, o.id as occurrence
    from note n left join occurrence o on o.study = n.study and o.no = n.occurrence_no
    where n.study = ${study} and n.group_no = ${groupNo} order by n.seq`.execute(store.db)
  return rows.map((row) => ({ ...row }))
}
