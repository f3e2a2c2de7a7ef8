/** The synonym lists of a study, of its sponsor and of all: shown, proposed, judged, as files. */
import {
  ApproveEntryBody,
  EndEntryBody,
  EntryView,
  ExportQuery,
  ImportBody,
  ImportView,
  Lists,
  ListsQuery,
  ProposeBody,
} from '../../../schemas/api/lists.ts'
import { Id, toClosed } from '../../../schemas/api/schema.ts'
import { isPermitted } from '../../../schemas/roles.ts'
import {
  AecoderError,
  countSynonyms,
  type Desk,
  exportSynonyms,
  findOwner,
  findSynonym,
  importSynonyms,
  isSamePerson,
  judgeSynonym,
  listSynonyms,
  proposeSynonym,
  type SignedIn,
  type Synonym,
} from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'

const EntryParams = toClosed({ entry: Id })
const LARGEST_IMPORT = 5 * 2 ** 20
const ENTRIES_SHOWN = 100

export const LIST_ROUTES: readonly Route[] = [
  toStudyRoute({
    method: 'POST',
    path: '/lists/list',
    summary: "Entries of the study's, the sponsor's and the global list, with what speaks against each",
    permission: 'read-terms',
    body: ListsQuery,
    answer: Lists,
    run: async ({ desk, person, body }) => {
      const { synonyms, next } = await listSynonyms(desk.study, { ...toPlace(desk), limit: ENTRIES_SHOWN, ...body })
      const counts = await countSynonyms(desk.study, desk.store)
      return {
        entries: synonyms.map((synonym) => toEntryView(synonym, person)),
        next,
        scopes: counts.map(({ scope }) => scope),
        counts: counts.flatMap(({ scope, states }) =>
          states.map(({ state, count }) => ({ scope, state, entries: count })),
        ),
      }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/lists',
    summary: 'Propose a synonym: it waits for a second person',
    permission: 'propose-synonym',
    body: ProposeBody,
    answer: EntryView,
    run: async ({ desk, person, body }) => {
      const { dictionary, reason, ...said } = body
      const proposal = { ...said, ...(dictionary === undefined ? {} : { terminology: dictionary }) }
      const act = { ...toPlace(desk), actor: person.actor, reason: reason ?? null }
      return toEntryView(await proposeSynonym(desk.study, { ...act, proposal }), person)
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/lists/:entry/approve',
    summary: 'Approve a proposed synonym: a second person; it codes from the next run on',
    permission: 'approve-synonym',
    params: EntryParams,
    body: ApproveEntryBody,
    answer: EntryView,
    run: ({ desk, person, params, body }) =>
      judge({ desk, person }, { ...params, kind: 'approved', reason: body.reason ?? null }),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/lists/:entry/reject',
    summary: 'Reject a proposed synonym, with a reason',
    permission: 'approve-synonym',
    params: EntryParams,
    body: EndEntryBody,
    answer: EntryView,
    run: ({ desk, person, params, body }) => judge({ desk, person }, { ...params, kind: 'rejected', ...body }),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/lists/:entry/retire',
    summary: 'Retire a synonym that is in force, with a reason; what it coded stays coded',
    permission: 'approve-synonym',
    params: EntryParams,
    body: EndEntryBody,
    answer: EntryView,
    run: ({ desk, person, params, body }) => judge({ desk, person }, { ...params, kind: 'retired', ...body }),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/lists/export',
    summary: 'A list as CSV, safe to open in a spreadsheet',
    permission: 'read-terms',
    query: ExportQuery,
    answer: 'file',
    run: async ({ desk, query }) => ({
      name: `synonyms-${findOwner(desk.study, query.scope).replaceAll(/[^\w.-]+/g, '-')}.csv`,
      type: 'text/csv',
      text: (await exportSynonyms(desk.study, { ...toPlace(desk), ...query })).text,
    }),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/lists/import',
    summary: 'Propose the rows of a CSV, all of them or none; each waits for a second person',
    permission: 'propose-synonym',
    bodyLimit: LARGEST_IMPORT,
    body: ImportBody,
    answer: ImportView,
    run: ({ desk, person, body: { scope, name, text } }) => {
      const file = { name, open: () => toBytes(text) }
      return importSynonyms(desk.study, { ...toPlace(desk), scope, file, actor: person.actor })
    },
  }),
]

function toPlace({ store, kits }: Desk) {
  return { store, kits }
}

async function* toBytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** Judges an entry as a person who may in its list: the list over several studies asks for the role in all of them. */
async function judge(
  { desk, person }: { desk: Desk; person: SignedIn },
  act: { entry: string; kind: 'approved' | 'rejected' | 'retired'; reason: string | null },
): Promise<EntryView> {
  const { scope } = await findSynonym(desk.study, { store: desk.store, name: act.entry })
  if (!mayJudge(person, findOwner(desk.study, scope)))
    throw new AecoderError('NOT_PERMITTED', {
      where: `the ${scope} list`,
      found: `${person.name} approves in ${desk.study.id} alone`,
      expected: 'the role of an approver for all studies',
      action: 'Ask someone who has it',
    })
  const synonym = await judgeSynonym(desk.study, { ...toPlace(desk), ...act, actor: person.actor })
  await desk.reopenKits()
  return toEntryView(synonym, person)
}

/** Roles are given for a study or for every one; a list over several studies is led under an id that only the latter cover. */
function mayJudge(person: SignedIn, owner: string): boolean {
  return isPermitted(person.rolesIn(owner), 'approve-synonym')
}

export function toEntryView({ entry, scope, contradictions }: Synonym, person: SignedIn): EntryView {
  const { id, state, domain, terminology, verbatim, path, origin, steps, owner } = entry
  const toStep = ({ actor, at, reason }: (typeof steps)[number]) => ({ by: actor, at, reason })
  const last = steps.length > 1 ? steps.at(-1) : undefined
  return {
    id,
    scope,
    state,
    domain: domain === '' ? null : domain,
    dictionary: terminology,
    verbatim,
    path: path.map((node) => ({ ...node })),
    origin,
    proposed: toStep(steps[0]),
    decided: last === undefined ? null : toStep(last),
    contradictions: [...contradictions],
    may: mayJudge(person, owner) ? listActs(entry, person) : [],
  }
}

function listActs({ state, steps }: Synonym['entry'], person: SignedIn): EntryView['may'] {
  switch (state) {
    case 'proposed':
      return isSamePerson(steps[0].actor, person.name) ? ['reject'] : ['approve', 'reject']
    case 'approved':
      return ['retire']
    case 'rejected':
    case 'retired':
      return []
  }
}
