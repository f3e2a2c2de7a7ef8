/** `queue`: the terms that wait for a person, most work first. */
import {
  countStudy,
  countSubjects,
  type FormerlyCoded,
  findMasks,
  findStudyDictionary,
  type GroupState,
  listFormerlyCoded,
  listGroups,
  listOwnDecided,
  type OccurrenceState,
  type StudyCounts,
  toShownOccurrence,
} from '../../index.ts'
import { DICTIONARY_OPTION, DOMAIN_OPTION, STUDY_OPTION, toCommand } from '../command.ts'
import { withStoreToRead } from '../open.ts'
import { toCodes, toCount, toShellWord, toTable } from '../tables.ts'

export const QUEUE = toCommand({
  name: 'queue',
  summary: 'List the terms that wait for a person, serious and frequent ones first',
  example: 'aecoder queue --study samples/aurora-101 --domain AE --limit 20',
  arguments: [],
  options: {
    ...STUDY_OPTION,
    ...DOMAIN_OPTION,
    ...DICTIONARY_OPTION,
    state: {
      kind: 'choice',
      choices: ['open', 'to-approve', 'any'],
      summary: 'open: to be coded; to-approve: coded, waits for a second person',
      default: 'open',
    },
    limit: { kind: 'number', value: 'N', summary: 'at most so many', default: 30 },
  },
  async run({ options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const { state, domain } = options
      if (options.dictionary !== undefined) findStudyDictionary(study, options.dictionary) // a name that is none would look like an empty queue
      const only = {
        ...(domain ? { domain } : {}),
        ...(options.dictionary === undefined ? {} : { terminology: options.dictionary }),
      }
      const masks = await findMasks(store, study.id)
      const groups = (await listGroups(store, study.id, { state, limit: options.limit, ...only })).map((group) =>
        masks.toShownAbout(group, group.folded),
      )
      const own = (
        state === 'any' ? [] : await listOwnDecided(store, study.id, { state, limit: options.limit, ...only })
      ).map((occurrence) => toShownOccurrence(occurrence, masks))
      const former = await listFormerlyCoded(store.db, study.id, {
        mainNos: groups.filter(isMainAndOpen).map(({ mainNo }) => mainNo),
        limit: FORMER_SHOWN,
      })
      const changed = former.map((each) => masks.toShownAbout(each, each.verbatim))
      const subjects = await countSubjects(store, study.id, groups)
      const counts = await countStudy(store, study.id)
      const call = (command: string) => `${world.program} ${command} --study ${toShellWord(options.study)}`
      return {
        json: {
          study: study.id,
          counts,
          terms: groups.map((group) => ({
            ...toJson(group, subjects),
            former: changed.flatMap(({ mainNo, ...each }) =>
              isMainAndOpen(group) && mainNo === group.mainNo ? [each] : [],
            ),
          })),
          occurrences: own.map(({ target: { id, terminology }, ...rest }) => ({
            id,
            dictionary: terminology ?? null,
            ...rest,
          })),
        },
        text: [
          toText({ groups, subjects, state, counts, call }),
          toFormerText(changed, groups),
          toOwnText(own, { state, call }),
        ]
          .filter(Boolean)
          .join('\n\n'),
      }
    })
  },
})

const FORMER_SHOWN = 200

/** Whether what its records were coded to before may help whoever codes the term now. */
function isMainAndOpen({ target, mainNo, decision }: GroupState): boolean {
  return target.no === mainNo && !decision?.codings.length
}

/** Records whose site changed the term, with the code they had. */
function toFormerText(former: readonly FormerlyCoded[], groups: readonly GroupState[]): string {
  if (former.length === 0) return ''
  const rows = former.map(({ mainNo, usubjid, verbatim, was, changedAt }) => [
    groups.find((group) => group.mainNo === mainNo)?.verbatim ?? '',
    usubjid,
    verbatim,
    was.codes.map(({ code, text }) => `${text} (${code})`).join(' + '),
    was.by,
    changedAt.slice(0, 10),
  ])
  const table = toTable(['verbatim', 'subject', 'was', 'coded to', 'by', 'changed'], rows, { widest: 60 })
  return `Records that were coded before their site changed the term\n\n${table}`
}

function toJson({ target, decision, ...group }: GroupState, subjects: ReadonlyMap<string, number>) {
  return {
    id: target.id,
    ...group,
    mainNo: undefined, // a number of this store's own
    subjects: subjects.get(target.id) ?? 0,
    outcome: decision?.outcome ?? null,
    reason: decision?.explanation.reason ?? null,
    coding: decision?.codings.map(({ path }) => path) ?? [],
    parts: decision?.codings.flatMap(({ partText }) => partText ?? []) ?? [],
    coder: decision?.codings.length ? decision.actor : null,
    verdict: decision?.verdict ?? null,
    candidates: decision?.explanation.candidates ?? [],
  }
}

function toText({
  groups,
  subjects,
  state,
  counts,
  call,
}: {
  groups: readonly GroupState[]
  subjects: ReadonlyMap<string, number>
  state: string
  counts: StudyCounts
  call: (command: string) => string
}): string {
  if (groups.length === 0)
    return state === 'open'
      ? 'Nothing waits to be coded.'
      : state === 'to-approve'
        ? 'Nothing waits for approval.'
        : 'There are no terms yet.'
  const of = ({ openGroups, toApproveGroups, groups: all }: Omit<StudyCounts, 'beside'>) =>
    state === 'open' ? openGroups : state === 'to-approve' ? toApproveGroups : all
  const total = counts.beside.reduce((sum, beside) => sum + of(beside), of(counts))
  const isInSeveral = counts.beside.length > 0
  const rows = groups.map(({ target, domain, terminology, occurrences, serious, verbatim, decision }) => {
    const codes = decision?.codings.map(({ path }) => path) ?? []
    const closest = decision?.explanation.candidates?.slice(0, 1).map(({ path }) => path) ?? []
    const confidence = decision?.codings.length
      ? decision.actor
      : decision?.explanation.candidates?.[0]?.confidence.toFixed(2)
    return [
      target.id.slice(0, 8),
      isInSeveral ? `${domain}, ${terminology}` : domain,
      occurrences,
      subjects.get(target.id) ?? 0,
      serious,
      verbatim,
      decision?.outcome ?? 'not yet looked at',
      toCodes(codes.length > 0 ? codes : closest) || '-',
      confidence ?? '',
    ]
  })
  const first = groups[0]
  const header = [
    'id',
    'in',
    'times',
    'subjects',
    'serious',
    'verbatim',
    'why',
    state === 'open' ? 'closest term' : 'code',
    state === 'open' ? 'probability' : 'by',
  ]
  const next =
    state === 'to-approve'
      ? [
          'Next: a second person approves, or rejects with a reason',
          `  ${call(`approve ${first?.target.id.slice(0, 8)}`)} --as NAME`,
        ]
      : [
          'Next: look at one, then code it',
          `  ${call(`explain ${first?.target.id.slice(0, 8)}`)}`,
          `  ${call(`code ${first?.target.id.slice(0, 8)}`)} --term CODE --as NAME`,
        ]
  return [`${toCount(groups.length, 'term')} of ${total}`, '', toTable(header, rows, { widest: 40 }), '', ...next].join(
    '\n',
  )
}

/** Occurrences that a person decided on their own, and that need a person again. */
function toOwnText(
  own: readonly OccurrenceState[],
  { state, call }: { state: string; call: (command: string) => string },
): string {
  const [first] = own
  if (first === undefined) return ''
  const rows = own.map(({ target, domain, usubjid, verbatim, decision }) => {
    const why =
      decision?.outcome === 'conflicts-with-context'
        ? (decision.explanation.reason ?? '')
        : decision?.basedOn !== verbatim
          ? `was "${decision?.basedOn}"`
          : decision.verdict?.kind === 'rejected'
            ? `rejected: ${decision.verdict.reason}`
            : 'coded on its own'
    return [
      target.id.slice(0, 8),
      target.terminology === undefined ? domain : `${domain}, ${target.terminology}`,
      usubjid,
      verbatim,
      why,
      toCodes(decision?.codings.map(({ path }) => path) ?? []) || '-',
      decision?.actor ?? '',
    ]
  })
  const title =
    state === 'open'
      ? 'Occurrences that stand apart from their term and need a person'
      : 'Occurrences decided on their own'
  const { terminology } = first.target
  const where = terminology === undefined ? '' : ` --dictionary ${toShellWord(terminology)}`
  const act =
    state === 'open'
      ? `${call(`code ${first.target.id.slice(0, 8)}`)} --term CODE --reason TEXT --as NAME${where}`
      : `${call(`approve ${first.target.id.slice(0, 8)}`)} --as NAME${where}`
  return [
    title,
    '',
    toTable(['id', 'in', 'subject', 'verbatim', 'why', 'code', 'by'], rows, { widest: 90 }),
    '',
    'Next',
    `  ${act}`,
  ].join('\n')
}
