/** `ask` raises site queries for a term; `site-queries` lists them; `site-query edit|close|reopen` goes on with one. */
import {
  AecoderError,
  closeSiteQuery,
  countSiteQueries,
  editSiteQuery,
  findAskedTerm,
  findTarget,
  listSiteQueryPage,
  openCodingKits,
  proposeForTerm,
  raiseSiteQueries,
  reopenSiteQuery,
  type SiteQueryPage,
  type SiteQuerySummary,
  toSiteQueryRow,
  viewSiteQuery,
} from '../../index.ts'
import { findActor } from '../actor.ts'
import {
  ACTOR_OPTION,
  DOMAIN_OPTION,
  REASON_OPTION,
  STUDY_OPTION,
  type Surroundings,
  TERM_ARGUMENT,
  TERM_OPTIONS,
  toCommand,
  toName,
} from '../command.ts'
import { withStore, withStoreToRead } from '../open.ts'
import { toCount, toShellWord, toTable, toVisible } from '../tables.ts'

const STATES = ['open', 'raised', 'sent', 'answered', 'reopened', 'closed'] as const

export const ASK = toCommand({
  name: 'ask',
  summary: 'Ask the sites about a term; without --text it proposes one and asks nothing',
  example:
    'aecoder ask "see above" --text "You reported \\"see above\\". Please enter the event itself." --as "Ann Coder" --study samples/aurora-101',
  arguments: [TERM_ARGUMENT],
  options: {
    ...TERM_OPTIONS,
    text: { kind: 'text', value: 'TEXT', summary: 'what to ask; it must not name a term' },
    occurrence: { kind: 'list', value: 'ID', summary: 'only this occurrence of the term, by its whole id' },
    ...ACTOR_OPTION,
  },
  async run({ args: [name = ''], options, world }) {
    return withStore(options.study, world, async ({ study, store }) => {
      const target = await findTarget(store, study, toName(name, options))
      const group = await findAskedTerm(study, { store, target })
      const only = target.kind === 'occurrence' ? [target.occurrence.target.id] : options.occurrence
      const { text } = options
      if (text === undefined) {
        const proposal = await proposeForTerm(study, { store, group })
        return {
          json: { term: group.target.id, ...proposal },
          text: toProposalText(proposal, { name, options, world }),
        }
      }
      const report = await raiseSiteQueries(study, {
        store,
        kits: await openCodingKits(study, { ...world, store }),
        actor: await findActor(options.as, { store, study, permission: 'ask-site' }),
        group,
        text,
        ...(only.length > 0 ? { occurrences: only } : {}),
      })
      const sites = new Set(report.siteQueries.map(({ site }) => site)).size
      const call = `${world.program} outbox --to FILE --study ${toShellWord(options.study)}`
      return {
        json: { ...report, siteQueries: report.siteQueries.map(toSiteQueryRow) },
        text: [
          `Asked about "${toVisible(report.verbatim)}": ${toCount(report.siteQueries.length, 'site query', 'site queries')} at ${toCount(sites, 'site')}${report.passedOver > 0 ? `, ${toCount(report.passedOver, 'occurrence')} passed over` : ''}`,
          `  ${toVisible(report.text)}`,
          '',
          'Next: send the outbox',
          `  ${call}`,
        ].join('\n'),
      }
    })
  },
})

function toProposalText(
  { text, free, sites, asked, codedAlone }: Awaited<ReturnType<typeof proposeForTerm>>,
  { name, options, world }: { name: string; options: { readonly study: string }; world: Surroundings },
): string {
  const others = [
    ...(asked > 0 ? [`${asked} asked about already`] : []),
    ...(codedAlone > 0 ? [`${codedAlone} coded on their own`] : []),
  ].join(', ')
  return [
    `Proposed, for ${toCount(free, 'occurrence')} at ${toCount(sites, 'site')}${others === '' ? '' : ` (${others})`}:`,
    `  ${toVisible(text)}`,
    '',
    'Nothing was asked. Next: ask it, or in words of your own',
    `  ${world.program} ask ${toShellWord(name)} --text ${toShellWord(text)} --as NAME --study ${toShellWord(options.study)}`,
  ].join('\n')
}

export const SITE_QUERIES = toCommand({
  name: 'site-queries',
  summary: 'List what sites were asked, with its age; counted by age and site',
  example: 'aecoder site-queries --state answered --study samples/aurora-101',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    ...DOMAIN_OPTION,
    state: { kind: 'choice', choices: STATES, summary: 'only these; open: all but closed', default: 'open' },
    site: { kind: 'text', value: 'SITE', summary: 'only this site, as the export names it' },
    olderThan: { kind: 'text', value: 'DAYS', summary: 'only what waits for more than so many days' },
    limit: { kind: 'number', value: 'N', summary: 'at most so many', default: 50 },
    cursor: { kind: 'text', value: 'CURSOR', summary: 'go on where a list ended' },
  },
  async run({ options, world }) {
    const { state, domain, site, olderThan, limit, cursor } = options
    if (olderThan !== undefined && !/^\d{1,5}$/.test(olderThan))
      throw new AecoderError('USAGE', { where: '--older-than', found: `"${olderThan}"`, expected: 'a number of days' })
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const page = await listSiteQueryPage(study, {
        store,
        filter: {
          limit,
          state,
          ...(domain === undefined ? {} : { domain }),
          ...(site === undefined ? {} : { site }),
          ...(olderThan === undefined ? {} : { olderThan: Number(olderThan) }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      })
      const summary = await countSiteQueries(store, study.id)
      return {
        json: { summary, rows: page.rows.map(toSiteQueryRow), next: page.next },
        text: toListText({ page, summary }, { study: options.study, world }),
      }
    })
  },
})

function toListText(
  { page: { rows, next }, summary }: { page: SiteQueryPage; summary: SiteQuerySummary },
  { study, world }: { study: string; world: Surroundings },
): string {
  const call = (command: string) => `  ${world.program} ${command} --study ${toShellWord(study)}`
  const counted = summary.states.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${state}`)
  if (counted.length === 0) return `Nobody was asked anything yet.\n\nNext: ask about a term\n${call('ask TERM')}`
  const lines = [`Site queries: ${counted.join(', ')}`, '']
  if (rows.length === 0) lines.push('None of them is such a one.')
  else
    lines.push(
      toTable(
        ['id', 'site', 'subject', 'state', 'days', 'verbatim', 'asked', 'answer'],
        rows.map((row) => [
          row.id.slice(0, 8),
          row.site ?? '-',
          row.usubjid,
          row.state,
          row.ageDays,
          row.basedOn,
          row.text,
          row.answer?.text ?? '',
        ]),
        { widest: 44 },
      ),
    )
  if (next !== null) lines.push('', 'More', `${call('site-queries')} --cursor ${next}`)
  if (summary.sites.length > 0)
    lines.push(
      '',
      'Not closed, by age and by site',
      toTable(
        ['days', 'wait for the site', 'answered'],
        summary.ages.map(({ age, open, answered }) => [age, open, answered]),
      ),
      '',
      toTable(
        ['site', 'wait for the site', 'answered', 'oldest, days'],
        summary.sites.map(({ site, open, answered, oldestDays }) => [site ?? '-', open, answered, oldestDays]),
      ),
    )
  return lines.join('\n')
}

const ID_ARGUMENT = { name: 'id', summary: 'the beginning of the id that site-queries shows' } as const

export const SITE_QUERY_SHOW = toCommand({
  name: 'site-query show',
  summary: 'Show a site query with all that happened to it',
  example: 'aecoder site-query show 0d5a9c31 --study samples/aurora-101',
  arguments: [ID_ARGUMENT],
  options: { ...STUDY_OPTION },
  async run({ args: [id = ''], options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const { siteQuery, steps } = await viewSiteQuery(study, { store, id })
      const { place, ...row } = toSiteQueryRow(siteQuery)
      return {
        json: { ...row, place, steps },
        text: [
          `Site query ${row.id.slice(0, 8)}, ${row.state}: "${toVisible(row.basedOn)}" of ${row.usubjid}, site ${row.site ?? '-'}, ${place.map(({ name, value }) => `${name} ${value}`).join(', ')}`,
          '',
          toTable(
            ['when', 'by', 'what', 'text', 'why'],
            steps.map(({ at, by, kind, text, reason }) => [at, by, kind, text ?? '', reason ?? '']),
            { widest: 100 },
          ),
        ].join('\n'),
      }
    })
  },
})

export const SITE_QUERY_EDIT = toCommand({
  name: 'site-query edit',
  summary: 'Word a site query anew, before it is sent',
  example: 'aecoder site-query edit 0d5a9c31 --text "What happened?" --as "Ann Coder" --study samples/aurora-101',
  arguments: [ID_ARGUMENT],
  options: {
    ...STUDY_OPTION,
    text: { kind: 'text', value: 'TEXT', summary: 'what to ask; it must not name a term (required)', default: '' },
    ...ACTOR_OPTION,
  },
  async run({ args: [id = ''], options, world }) {
    return withStore(options.study, world, async ({ study, store }) => {
      const kits = await openCodingKits(study, { ...world, store })
      const actor = await findActor(options.as, { store, study, permission: 'ask-site' })
      return toStepAnswer(toSiteQueryRow(await editSiteQuery(study, { store, kits, actor, id, text: options.text })))
    })
  },
})

export const SITE_QUERY_CLOSE = toStepCommand('close', 'Close a site query that needs no answer any more')
export const SITE_QUERY_REOPEN = toStepCommand(
  'reopen',
  'Ask again what was closed, or answered in a way that does not suffice',
)

function toStepCommand(name: 'close' | 'reopen', summary: string) {
  return toCommand({
    name: `site-query ${name}`,
    summary,
    example: `aecoder site-query ${name} 0d5a9c31 --reason "the site called" --as "Ann Coder" --study samples/aurora-101`,
    arguments: [ID_ARGUMENT],
    options: { ...STUDY_OPTION, ...ACTOR_OPTION, ...REASON_OPTION },
    async run({ args: [id = ''], options, world }) {
      return withStore(options.study, world, async ({ study, store }) => {
        const actor = await findActor(options.as, { store, study, permission: 'ask-site' })
        const step = { store, actor, id, reason: options.reason ?? null }
        return toStepAnswer(
          toSiteQueryRow(name === 'close' ? await closeSiteQuery(study, step) : await reopenSiteQuery(study, step)),
        )
      })
    },
  })
}

function toStepAnswer(row: ReturnType<typeof toSiteQueryRow>) {
  return {
    json: row,
    text: `Site query ${row.id.slice(0, 8)} ("${toVisible(row.basedOn)}" of ${row.usubjid}) is ${row.state}: ${toVisible(row.text)}`,
  }
}
