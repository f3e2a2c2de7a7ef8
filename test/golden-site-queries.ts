/** The steps of golden cases that ask sites: what they are given, and in what words they tell what came of them. */
import {
  type Actor,
  closeSiteQuery,
  type Desk,
  type FoundTarget,
  fetchOutbox,
  findAskedTerm,
  importAnswers,
  listOutboxes,
  listSiteQueryPage,
  raiseSiteQueries,
  reopenSiteQuery,
  sendOutbox,
} from '../pipeline/index.ts'

type Place = Pick<Desk, 'study' | 'store' | 'kits'> & { readonly actor: Actor }

/** Asks about a term, or about one occurrence of it. */
export async function ask({ study, ...at }: Place, target: FoundTarget, text: string): Promise<unknown> {
  const group = await findAskedTerm(study, { store: at.store, target })
  const only = target.kind === 'occurrence' ? { occurrences: [target.occurrence.target.id] } : {}
  const { siteQueries, passedOver } = await raiseSiteQueries(study, { ...at, group, text, ...only })
  const sites = new Set(siteQueries.map(({ site }) => site)).size
  return { siteQueries: siteQueries.length, sites, ...(passedOver > 0 ? { passedOver } : {}) }
}

export async function send({ study, store, actor }: Place): Promise<unknown> {
  return { sent: (await sendOutbox(study, { store, actor })).count }
}

/** @param answers by the USUBJID of the one occurrence that was asked about, in the outboxes that were sent */
export async function answer(
  { study, store, actor }: Place,
  answers: { readonly [usubjid: string]: string },
): Promise<unknown> {
  const rows = await listRows({ study, store })
  const filled = Object.entries(answers).map(([usubjid, text]) => {
    const asked = rows.filter((row) => row.usubjid === usubjid)
    return { siteQueryId: (asked.find(({ state }) => state === 'sent') ?? asked.at(-1))?.id ?? usubjid, answer: text }
  })
  const file = { name: 'answers.json', as: 'json', text: JSON.stringify(filled) } as const
  const { answered, late } = await importAnswers(study, { store, actor, ...file })
  return { answered, ...(late.length > 0 ? { late: late.length } : {}) }
}

/** Closes or reopens the last site query about a subject. */
export async function goOn(
  { study, store, actor }: Place,
  { kind, usubjid, reason }: { kind: 'close' | 'reopen'; usubjid: string; reason: string | undefined },
): Promise<unknown> {
  const { id } = (await listRows({ study, store })).findLast((row) => row.usubjid === usubjid) ?? { id: usubjid }
  const act = { store, actor, id, reason: reason ?? null }
  const { state } = kind === 'close' ? await closeSiteQuery(study, act) : await reopenSiteQuery(study, act)
  return { state }
}

/** Of each subject what became of what was asked: `closed: coded`, oldest first. */
export async function listStates(at: Pick<Place, 'study' | 'store'>): Promise<unknown> {
  const states: Record<string, string | string[]> = {}
  for (const { usubjid, state, reason } of await listRows(at)) {
    const said = reason === null ? state : `${state}: ${reason}`
    const before = states[usubjid]
    states[usubjid] = before === undefined ? said : [before, said].flat()
  }
  return states
}

async function listRows({ study, store }: Pick<Place, 'study' | 'store'>) {
  return (await listSiteQueryPage(study, { store, filter: { limit: 500 } })).rows
}

/** The last outbox that was sent, as it can be had now. */
export async function readLastOutbox({ study, store }: Pick<Place, 'study' | 'store'>): Promise<string | undefined> {
  const [last] = await listOutboxes(store, study.id, { limit: 1 })
  return last && (await fetchOutbox(study, { store, seq: last.seq, as: 'csv' })).file.text
}
