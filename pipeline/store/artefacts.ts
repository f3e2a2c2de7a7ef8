/** What decisions rest on: dictionary, lists, configuration, engine, each by its hash; and which are in force. */

import type { Kysely } from 'kysely'
import { type Json, toCanonicalJson, toContentId } from '../../schemas/content-id.ts'
import type { ApprovalPolicy } from '../../schemas/outcomes.ts'
import { type Actor, appendEvent } from './chain.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export type ArtefactKind =
  | 'dictionary'
  | 'config'
  | 'synonyms'
  | 'do-not-autocode'
  | 'engine'
  | 'lexicon'
  | 'model'
  | 'conventions'

export interface Artefact {
  readonly kind: ArtefactKind
  readonly name: string
  readonly version: string
  readonly sha256: string
  /** Small texts of the study's own are kept whole; a dictionary stays in its files. */
  readonly content: string | null
  /** What it is in force for; the whole study where left out. */
  readonly place?: SettingPlace
}

/** A dictionary that is not the main one is in force for a domain, and `field` is its id where it stands beside that. */
export interface SettingPlace {
  readonly domain: string
  readonly field: string
}
const WHOLE_STUDY: SettingPlace = { domain: '', field: '' }

/** Artefact hashes by kind, as a decision stamps them. */
export type ArtefactSet = { readonly [kind in ArtefactKind]?: string }

export function toArtefactSet(artefacts: readonly Artefact[]): ArtefactSet {
  return Object.fromEntries(
    [...artefacts].sort((a, b) => (a.kind < b.kind ? -1 : 1)).map((artefact) => [artefact.kind, artefact.sha256]),
  )
}

/** The hash in force for a kind in a place, or undefined before the first run. */
export async function findSetting(
  store: Pick<Store, 'db'>,
  study: string,
  kind: ArtefactKind,
  place: SettingPlace = WHOLE_STUDY,
): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('setting')
    .select('sha256')
    .where('study', '=', study)
    .where('kind', '=', kind)
    .where('domain', '=', place.domain)
    .where('field', '=', place.field)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.sha256
}

/** The event that changed a study's settings last; 0 before the first. */
export async function findSettingsSeq(store: Pick<Store, 'db'>, study: string): Promise<number> {
  const { seq } = await store.db
    .selectFrom('setting')
    .select((of) => of.fn.max<number | null>('seq').as('seq'))
    .where('study', '=', study)
    .executeTakeFirstOrThrow()
  return seq ?? 0
}

/** What an artefact is called; undefined for an unknown one. */
export async function findArtefact(
  store: Pick<Store, 'db'>,
  { kind, sha256 }: Pick<Artefact, 'kind' | 'sha256'>,
): Promise<{ name: string; version: string } | undefined> {
  return store.db
    .selectFrom('artefact')
    .select(['name', 'version'])
    .where('kind', '=', kind)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
}

/** Keeps the artefacts and puts them in force: one event when any differs from what is in force, none otherwise. */
export async function recordSettings(
  store: Store,
  study: string,
  { artefacts, actor, approval }: { artefacts: readonly Artefact[]; actor: Actor; approval: ApprovalPolicy },
): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    const changed: Artefact[] = []
    for (const artefact of artefacts) {
      const { place, ...kept } = artefact
      await trx
        .insertInto('artefact')
        .values(kept)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      if ((await findSetting({ db: trx }, study, artefact.kind, place)) !== artefact.sha256) changed.push(artefact)
    }
    if (changed.length === 0) return
    const body = {
      approval,
      changed: changed.map(({ kind, name, version, sha256, place }) => ({ kind, name, version, sha256, ...place })),
    }
    const { seq } = await appendEvent(trx, study, {
      event: { kind: 'settings-changed', object: changed.map(({ kind }) => kind).join(', '), actor, body },
      ambience: store.ambience,
    })
    for (const { kind, sha256, place = WHOLE_STUDY } of changed)
      await trx
        .insertInto('setting')
        .values({ study, seq, ...place, kind, sha256 })
        .execute()
  })
}

/** One id for several files of a kind: over their names and contents, in order. */
export function toSetId(parts: readonly { name: string; sha256: string }[]): string {
  return toContentId(toCanonicalJson(parts.map(({ name, sha256 }) => ({ name, sha256 }))))
}

/** Names a set in datasets, where every row states its own; manifests list the sets in full. */
export function toArtefactSetId(set: ArtefactSet): string {
  return toContentId(toCanonicalJson(set as Json))
}

/** All sets that decisions up to an event rest on, by their id. */
export async function listArtefactSets(
  db: Kysely<Tables>,
  study: string,
  { uptoSeq }: { uptoSeq: number },
): Promise<{ [id: string]: ArtefactSet }> {
  const rows = await db
    .selectFrom('decision')
    .select('artefacts')
    .distinct()
    .where('study', '=', study)
    .where('seq', '<=', uptoSeq)
    .orderBy('artefacts')
    .execute()
  const sets = rows.map((row) => JSON.parse(row.artefacts) as ArtefactSet)
  return Object.fromEntries(sets.map((set) => [toArtefactSetId(set), set]))
}
