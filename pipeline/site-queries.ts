/**
 * What people do with site queries: propose a text, raise them for a term, edit, close, reopen. Each act is checked by
 * review's rules and recorded with its event. Files for the EDC are in site-query-exchange.ts.
 */
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import { normaliseTerm } from '../dictionaries/text/normalise.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SiteQueryStep } from '../schemas/site-queries.ts'
import { checkSeen, type FoundTarget, findKit, findTermOf } from './act.ts'
import type { CodingKits } from './coding-kits.ts'
import type { Masks } from './review/redaction.ts'
import { checkSiteQueryStep } from './review/site-query-rules.ts'
import { checkSiteQueryText, type LeadingNames, proposeSiteQuery } from './review/site-query-text.ts'
import type { Actor } from './store/chain.ts'
import { findGroups, type GroupState, listHistory } from './store/queue.ts'
import { findMasks } from './store/redactions.ts'
import { type Askable, listAskable, recordRaised, recordStep, type StandingInStore } from './store/site-queries.ts'
import {
  type AgedSiteQuery,
  findAskedSite,
  findSiteQueries,
  listSiteQueries,
  listSiteQuerySteps,
  type SiteQueryFilter,
  type SiteQueryPlace,
  type SiteQueryStepView,
  type SiteQueryView,
} from './store/site-query-lists.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/** What a person who acts on site queries brings. */
export interface SiteQueryAct {
  readonly store: Store
  readonly kits: CodingKits
  readonly actor: Actor
}

/** What could be asked about a term, and about how many occurrences. */
export interface SiteQueryProposal {
  readonly text: string
  /** Occurrences that would be asked about, and their sites. */
  readonly free: number
  readonly sites: number
  /** Occurrences with an open site query. */
  readonly asked: number
  /** Occurrences that were coded on their own. */
  readonly codedAlone: number
}

/** A text to ask about a term, which does not lead; nothing is recorded. */
export async function proposeForTerm(
  study: Study,
  { store, group }: { store: Pick<Store, 'db'>; group: GroupState },
): Promise<SiteQueryProposal> {
  const history = await listHistory(store, study.id, group.target)
  const proposed = group.decision?.explanation.siteQuery ?? history.findLast(hasProposal)?.explanation.siteQuery
  // What a person says of a term is no reason to ask in other words than the machine's.
  const outcome = history.findLast(({ step }) => step !== 'person')?.outcome
  const occurrences = await listAskable(store, study.id, group)
  const count = (state: Askable['state']) => occurrences.filter((occurrence) => occurrence.state === state)
  const masks = await findMasks(store, study.id)
  const shown = masks.toShownAbout(
    { verbatim: group.verbatim, folded: group.folded, siteQuery: proposed },
    group.folded,
  )
  return {
    text: proposeSiteQuery({ ...shown, outcome, proposed: shown.siteQuery }),
    free: count('free').length,
    sites: new Set(count('free').map(({ site }) => site)).size,
    asked: count('asked').length,
    codedAlone: count('coded-alone').length,
  }
}

function hasProposal({ explanation }: { readonly explanation: { readonly siteQuery?: string } }): boolean {
  return explanation.siteQuery !== undefined
}

/**
 * The term that a target is, or that an occurrence belongs to.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED for an occurrence of no term
 */
export async function findAskedTerm(
  study: Study,
  { store, target }: { store: Store; target: FoundTarget },
): Promise<GroupState> {
  const group = await findTermOf(study, { store, target })
  if (group !== undefined) return group
  throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
    where: target.kind === 'group' ? 'term' : `occurrence ${target.occurrence.target.id.slice(0, 8)}`,
    found: 'its verbatim is empty',
    expected: 'an occurrence of a term',
  })
}

/** What raising did. */
export interface RaiseReport {
  readonly term: string
  readonly verbatim: string
  readonly text: string
  readonly siteQueries: readonly AgedSiteQuery[]
  /** Present occurrences that were not asked about: they have an open site query, or were not meant. */
  readonly passedOver: number
}

/**
 * Asks the sites about a term: about each of its present occurrences that has no open site query and was not coded on its
 * own, or about those that are named.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED for a text that leads or nothing to ask about, DECISION_STALE
 */
export async function raiseSiteQueries(
  study: Study,
  act: SiteQueryAct & {
    group: GroupState
    text: string
    /** Ids of occurrences of the term. */
    occurrences?: readonly string[]
    /** The decision in force that the person looked at; not asked where left out. */
    seen?: string | null
  },
): Promise<RaiseReport> {
  const { store, actor, group, occurrences } = act
  const { decision } = group
  const masks = await findMasks(store, study.id)
  const verbatim = masks.toShown(group.verbatim)
  checkSeen(verbatim, { decision, seen: act.seen })
  const text = checkSiteQueryText(act.text, toLeadingNames(act.kits, { group, verbatims: [group.verbatim] }))
  const raised = await recordRaised(store, study.id, {
    group,
    text,
    actor,
    ...(occurrences === undefined ? {} : { only: occurrences }),
    ...(act.seen === undefined ? {} : { seen: act.seen }),
  })
  const where = `"${verbatim}"`
  switch (raised.kind) {
    case 'decided-meanwhile':
      throw new AecoderError('DECISION_STALE', {
        where,
        found: 'someone else decided this term meanwhile',
        action: 'Look at it again: aecoder explain, then ask',
      })
    case 'not-free':
      throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
        where: `occurrence ${raised.id.slice(0, 8)}`,
        found: raised.state === 'asked' ? 'it has an open site query' : `it is no present occurrence of ${where}`,
        expected: raised.state === 'asked' ? 'at most one at a time' : 'occurrences of the term',
      })
    case 'none-free': {
      const asked = raised.occurrences.filter(({ state }) => state === 'asked').length
      throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
        where,
        found:
          raised.occurrences.length === 0
            ? 'no record of the current transfer reports it'
            : `none of its ${raised.occurrences.length} occurrences is left to ask about: ${asked} with an open site query, ${raised.occurrences.length - asked} coded on their own`,
        action: 'Look at what was asked: aecoder site-queries',
      })
    }
    default:
      return {
        term: group.target.id,
        verbatim,
        text,
        siteQueries: (await listRaised(store, study, raised)).map((each) => toShownSiteQuery(each, masks)),
        passedOver: raised.passedOver,
      }
  }
}

/** What one event raised: its site queries follow one another. */
function listRaised(
  store: Store,
  study: Study,
  { seq, ids }: { seq: number; ids: readonly string[] },
): Promise<AgedSiteQuery[]> {
  return listSiteQueries(store, study.id, { after: { seq, id: '' }, limit: ids.length })
}

/**
 * Words a site query anew, before it is sent.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED, TARGET_NOT_FOUND, DECISION_STALE
 */
export async function editSiteQuery(
  study: Study,
  act: SiteQueryAct & { id: string; text: string; seen?: number },
): Promise<AgedSiteQuery> {
  const { store, kits, id } = act
  const siteQuery = await findUnmasked(study, { store, id })
  const { domain, terminology, term, verbatim, basedOn } = siteQuery
  const [group] = await findGroups(store, study.id, { idPrefix: term, domain, terminology, limit: 1 })
  if (group === undefined) throw new Error(`site query ${id}: its term group ${term} is not there`)
  // The step first: a text that leads is no matter where no text can be given any more.
  checkSiteQueryStep(siteQuery, { step: 'edited' })
  const text = checkSiteQueryText(act.text, toLeadingNames(kits, { group, verbatims: [verbatim, basedOn] }))
  return takeStep(study, { ...act, id: siteQuery.id, step: 'edited', text, reason: null })
}

/**
 * Closes a site query that needs no answer any more.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED, TARGET_NOT_FOUND, DECISION_STALE
 */
export async function closeSiteQuery(
  study: Study,
  act: Omit<SiteQueryAct, 'kits'> & { id: string; reason: string | null; seen?: number },
): Promise<AgedSiteQuery> {
  const { id } = await findUnmasked(study, act)
  return takeStep(study, { ...act, id, step: 'closed', text: null })
}

/**
 * Asks again what was closed, or answered in a way that does not suffice. It can be worded anew, and goes out with the
 * next outbox.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED, TARGET_NOT_FOUND, DECISION_STALE
 */
export async function reopenSiteQuery(
  study: Study,
  act: Omit<SiteQueryAct, 'kits'> & { id: string; reason: string | null; seen?: number },
): Promise<AgedSiteQuery> {
  const { id } = await findUnmasked(study, act)
  return takeStep(study, { ...act, id, step: 'reopened', text: null })
}

async function takeStep(
  study: Study,
  {
    store,
    actor,
    id,
    step,
    text,
    reason,
    seen,
  }: {
    store: Store
    actor: Actor
    id: string
    step: SiteQueryStep
    text: string | null
    reason: string | null
    seen?: number
  },
): Promise<AgedSiteQuery> {
  const came = await recordStep(store, study.id, {
    id,
    act: { kind: step, actor, text, reason: reason?.trim() || null },
    check(standing) {
      checkSiteQueryStep(standing, { step, reason })
      if (step === 'reopened') checkReopened(standing)
    },
    ...(seen === undefined ? {} : { seen }),
  })
  if (came === 'unknown') throw toUnknown(id, study)
  const now = await findSiteQuery(study, { store, id })
  if (came === 'changed-meanwhile')
    throw new AecoderError('DECISION_STALE', {
      where: `site query ${id.slice(0, 8)}`,
      found: `meanwhile it is ${now.state}, by ${now.stateBy} at ${now.stateAt}`,
      action: 'Look at it again, then act',
    })
  return now
}

/** What is asked anew must still be there to ask about, and be asked once. */
function checkReopened({ id, isPresent, verbatim, basedOn, hasOtherOpen }: StandingInStore): void {
  const refuse = (found: string, action: string) => {
    throw new AecoderError('SITE_QUERY_NOT_ALLOWED', { where: `site query ${id.slice(0, 8)}`, found, action })
  }
  if (!isPresent) refuse('its record is withdrawn', 'Wait until a transfer brings it back')
  if (foldVerbatim(verbatim) !== foldVerbatim(basedOn))
    refuse('the site has changed the verbatim since', 'Ask about the verbatim as it is now: aecoder ask')
  if (hasOtherOpen) refuse('another site query of the occurrence is open', 'Go on with that one')
}

/**
 * The one site query that an id, or its beginning (8 digits or more), means.
 * @throws AecoderError TARGET_NOT_FOUND
 */
export async function findSiteQuery(study: Study, asked: { store: Store; id: string }): Promise<AgedSiteQuery> {
  return toShownSiteQuery(await findUnmasked(study, asked), await findMasks(asked.store, study.id))
}

async function findUnmasked(study: Study, { store, id }: { store: Store; id: string }): Promise<AgedSiteQuery> {
  const [found, ...others] = await findSiteQueries(store, study.id, { idPrefix: id, limit: 2 })
  if (found !== undefined && others.length === 0) return found
  throw toUnknown(id, study, found === undefined ? undefined : 'several site queries')
}

function toUnknown(id: string, study: Study, found = `no such site query in ${study.id}`): AecoderError {
  return new AecoderError('TARGET_NOT_FOUND', {
    where: `site query "${id.slice(0, 40)}"`,
    found,
    expected: "the beginning (8 digits or more) of one's id",
    action: 'List them: aecoder site-queries',
  })
}

/** What a list is asked for; `siteId` names a site as `SiteQuerySummary` does, so that no site stands in a URL. */
export type SiteQueryAsked = Omit<SiteQueryFilter, 'after' | 'occurrences'> & {
  readonly siteId?: string
  readonly cursor?: string
}

/** A part of a list of site queries; `next` asks for what follows, null at the end. */
export interface SiteQueryPage {
  readonly rows: readonly AgedSiteQuery[]
  readonly next: string | null
}

/**
 * One page of the site queries of a study, in the order in which they were raised.
 * @throws AecoderError USAGE for a cursor or site that is none
 */
export async function listSiteQueryPage(
  study: Study,
  { store, filter: asks }: { store: Store; filter: SiteQueryAsked },
): Promise<SiteQueryPage> {
  const { siteId, cursor, ...filter } = asks
  const asked = siteId === undefined ? undefined : await findAskedSite(store, study.id, siteId)
  if (siteId !== undefined && asked === undefined)
    throw new AecoderError('USAGE', {
      where: 'site',
      found: 'no site that was asked has this id',
      expected: 'one of the summary',
    })
  const rows = await listSiteQueries(store, study.id, {
    ...filter,
    ...(asked === undefined ? {} : { site: asked.site }),
    ...(cursor === undefined ? {} : { after: parseCursor(cursor) }),
    limit: filter.limit + 1,
  })
  const page = rows.slice(0, filter.limit)
  const last = page.at(-1)
  const masks = await findMasks(store, study.id)
  return {
    rows: page.map((each) => toShownSiteQuery(each, masks)),
    next: rows.length > page.length && last !== undefined ? `${last.seq}-${last.id}` : null,
  }
}

/**
 * What happened to a site query, oldest first.
 * @throws AecoderError TARGET_NOT_FOUND
 */
export async function viewSiteQuery(
  study: Study,
  { store, id }: { store: Store; id: string },
): Promise<{ readonly siteQuery: AgedSiteQuery; readonly steps: readonly SiteQueryStepView[] }> {
  const siteQuery = await findUnmasked(study, { store, id })
  const masks = await findMasks(store, study.id)
  const steps = await listSiteQuerySteps(store, study.id, siteQuery.id)
  return {
    siteQuery: toShownSiteQuery(siteQuery, masks),
    steps: steps.map((step) => toMasked(step, { siteQuery, masks })),
  }
}

/** A site query as people are shown it: without the words that are hidden in its verbatim, now or when it was raised. */
export function toShownSiteQuery<T extends SiteQueryView>(siteQuery: T, masks: Masks): T {
  return masks.isEmpty ? siteQuery : toMasked(siteQuery, { siteQuery, masks })
}

function toMasked<T>(
  said: T,
  { siteQuery: { verbatim, basedOn }, masks }: { siteQuery: SiteQueryView; masks: Masks },
): T {
  return masks.toShownAbout(masks.toShownAbout(said, verbatim), basedOn)
}

function parseCursor(cursor: string): SiteQueryPlace {
  const [, seq, id] = /^(\d{1,15})-([0-9a-f]{32})$/.exec(cursor) ?? []
  if (seq === undefined || id === undefined)
    throw new AecoderError('USAGE', { where: 'cursor', found: 'it is none', expected: 'the `next` of a page before' })
  return { seq: Number(seq), id }
}

function toLeadingNames(
  kits: CodingKits,
  { group, verbatims }: { group: GroupState; verbatims: readonly string[] },
): LeadingNames {
  const found: FoundTarget = { kind: 'group', group }
  const { dictionary } = findKit(kits, found)
  return {
    verbatim: verbatims.join(' '),
    // The term and what it is counted under; levels above are no answers.
    candidates: (group.decision?.explanation.candidates ?? []).flatMap(({ path }) =>
      path.slice(-2).map(({ text }) => text),
    ),
    isTerm: (text) => dictionary.listByNormalised(normaliseTerm(text)).some((term) => term.isCurrent),
  }
}
