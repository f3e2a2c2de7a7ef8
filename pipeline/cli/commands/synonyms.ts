/** `synonyms`: the lists of a study, of its sponsor and of all; what is in them, and what people do to it. */
import {
  ENTRY_STATES,
  exportSynonyms,
  findSynonym,
  importSynonyms,
  judgeSynonym,
  LIST_SCOPES,
  listSynonyms,
  openCodingKits,
  openExport,
  proposeSynonym,
  type Synonym,
  toPlace,
} from '../../index.ts'
import { findActor, findProvenActor } from '../actor.ts'
import {
  ACTOR_OPTION,
  DICTIONARY_OPTION,
  DOMAIN_OPTION,
  REASON_OPTION,
  STUDY_OPTION,
  type Surroundings,
  toCommand,
  toTerm,
} from '../command.ts'
import { withStore, withStoreToRead } from '../open.ts'
import { toCount, toShellWord, toTable, toVisible } from '../tables.ts'

const SCOPE_SUMMARY = "whose list: the study's, its sponsor's (study.sponsor in study.json), or that of all studies"
const SCOPE_OPTION = {
  scope: { kind: 'choice', choices: LIST_SCOPES, summary: SCOPE_SUMMARY, default: 'study' },
} as const
const STATE_OPTION = { state: { kind: 'choice', choices: ENTRY_STATES, summary: 'only these' } } as const

export const SYNONYMS_LIST = toCommand({
  name: 'synonyms list',
  summary: 'List the synonyms kept in the store, with what speaks against each',
  example: 'aecoder synonyms list --state proposed --study samples/aurora-101',
  arguments: [{ name: 'text', summary: 'words of the verbatim or of the term', isOptional: true }],
  options: {
    ...STUDY_OPTION,
    scope: { kind: 'choice', choices: LIST_SCOPES, summary: SCOPE_SUMMARY },
    ...STATE_OPTION,
    limit: { kind: 'number', value: 'N', summary: 'at most so many', default: 50 },
    cursor: { kind: 'text', value: 'CURSOR', summary: 'where the page before ended' },
  },
  async run({ args: [text], options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const kits = await openCodingKits(study, { ...world, store })
      const { scope, state, cursor, limit } = options
      const page = await listSynonyms(study, {
        store,
        kits,
        limit,
        ...(scope === undefined ? {} : { scope }),
        ...(state === undefined ? {} : { state }),
        ...(text === undefined ? {} : { text }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      return {
        json: { synonyms: page.synonyms.map(toJson), next: page.next },
        text: toListText(page, { world, study: options.study }),
      }
    })
  },
})

export const SYNONYMS_PROPOSE = toCommand({
  name: 'synonyms propose',
  summary: 'Propose a synonym; it codes once a second person approved it',
  example: 'aecoder synonyms propose "bad HA" --term headache --as "Ann Coder" --study samples/aurora-101',
  arguments: [{ name: 'verbatim', summary: 'what sites write' }],
  options: {
    ...STUDY_OPTION,
    ...SCOPE_OPTION,
    term: { kind: 'text', value: 'CODE', summary: 'the term it means: its code, or its text (required)' },
    ...DOMAIN_OPTION,
    ...DICTIONARY_OPTION,
    ...ACTOR_OPTION,
    ...REASON_OPTION,
  },
  async run({ args: [verbatim = ''], options, world }) {
    const { scope, domain, dictionary, reason } = options
    const term = toTerm(options.term)
    return withStore(options.study, world, async ({ study, store }) => {
      const synonym = await proposeSynonym(study, {
        store,
        kits: await openCodingKits(study, { ...world, store }),
        proposal: {
          scope,
          verbatim,
          term,
          domain: domain ?? null,
          ...(dictionary === undefined ? {} : { terminology: dictionary }),
        },
        actor: await findActor(options.as, { store, study, permission: 'propose-synonym' }),
        reason: reason ?? null,
      })
      const at = `--study ${toShellWord(options.study)}`
      const next = [`login SOMEONE_ELSE ${at}`, `synonyms approve ${synonym.entry.id.slice(0, 8)} ${at}`]
      const calls = next.map((command) => `${world.program} ${command}`)
      return { json: toJson(synonym), text: toActText('Proposed', synonym, calls) }
    })
  },
})

export const SYNONYMS_APPROVE = toVerdict('approve', 'Approve a proposed synonym as the second person')
export const SYNONYMS_REJECT = toVerdict('reject', 'Reject a proposed synonym; needs a reason')
export const SYNONYMS_RETIRE = toVerdict('retire', 'Retire a synonym that is in force; needs a reason')

function toVerdict(verb: 'approve' | 'reject' | 'retire', summary: string) {
  const { kind, done } = {
    approve: { kind: 'approved', done: 'Approved' },
    reject: { kind: 'rejected', done: 'Rejected' },
    retire: { kind: 'retired', done: 'Retired' },
  }[verb] as { kind: 'approved' | 'rejected' | 'retired'; done: string }
  const reason = verb === 'approve' ? '' : ' --reason "means something else at site 04"'
  return toCommand({
    name: `synonyms ${verb}`,
    summary,
    example: `aecoder synonyms ${verb} 1a2b3c4d${reason} --study samples/aurora-101`,
    arguments: [{ name: 'entry', summary: 'the beginning of the id that `synonyms list` shows' }],
    options: { ...STUDY_OPTION, ...ACTOR_OPTION, ...REASON_OPTION },
    async run({ args: [entry = ''], options, world }) {
      return withStore(options.study, world, async ({ study, store }) => {
        const { entry: found } = await findSynonym(study, { store, name: entry })
        // Over several studies the role must be, too; and a name that is only asserted changes nothing that codes.
        const doing = { store, study: { id: found.owner }, permission: 'approve-synonym' } as const
        const actor =
          kind === 'rejected'
            ? await findActor(options.as, doing)
            : await findProvenActor(options.as, { ...doing, askPassword: world.askPassword })
        const synonym = await judgeSynonym(study, {
          store,
          kits: await openCodingKits(study, { ...world, store }),
          entry: found.id,
          kind,
          actor,
          reason: options.reason ?? null,
        })
        const next = kind === 'approved' ? [`${world.program} run --study ${toShellWord(options.study)}`] : []
        return { json: toJson(synonym), text: toActText(done, synonym, next) }
      })
    },
  })
}

export const SYNONYMS_IMPORT = toCommand({
  name: 'synonyms import',
  summary: 'Propose the rows of a CSV, all of them or none; each waits for a second person',
  example:
    'aecoder synonyms import samples/aurora-101/lists/synonyms.csv --scope global --as "Ann Coder" --study samples/aurora-101',
  arguments: [
    { name: 'file', summary: 'columns verbatim and code (or llt_code); domain, dictionary, state, reason if there' },
  ],
  options: { ...STUDY_OPTION, ...SCOPE_OPTION, ...ACTOR_OPTION },
  async run({ args: [file = ''], options, world }) {
    return withStore(options.study, world, async ({ study, store }) => {
      const report = await importSynonyms(study, {
        store,
        kits: await openCodingKits(study, { ...world, store }),
        scope: options.scope,
        file: openExport(toPlace(file), study.config.s3),
        actor: await findActor(options.as, { store, study, permission: 'propose-synonym' }),
      })
      const { proposed, known, passedOver } = report
      const text = `Proposed ${toCount(proposed, 'synonym')}; ${known} in the list already, ${passedOver} rejected or retired in the file.`
      const next = `  ${world.program} synonyms list --state proposed --study ${toShellWord(options.study)}`
      return { json: report, text: proposed === 0 ? text : `${text}\n\nNext\n${next}` }
    })
  },
})

export const SYNONYMS_EXPORT = toCommand({
  name: 'synonyms export',
  summary: 'Write a list as CSV to standard output, safe to open in a spreadsheet',
  example: 'aecoder synonyms export --scope study --study samples/aurora-101 > synonyms.csv',
  arguments: [],
  options: { ...STUDY_OPTION, ...SCOPE_OPTION, ...STATE_OPTION },
  async run({ options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const { scope, state } = options
      const { text } = await exportSynonyms(study, {
        store,
        scope,
        ...(state === undefined ? {} : { state }),
      })
      await world.writeOut(text)
      return { json: undefined, text: '' }
    })
  },
})

function toJson({ entry, scope, contradictions }: Synonym) {
  const { id, state, domain, terminology, verbatim, path, origin, steps } = entry
  const said = { id, scope, state, domain: domain === '' ? null : domain, dictionary: terminology, verbatim }
  return { ...said, path, origin, steps, contradictions }
}

function toActText(done: string, { entry, scope, contradictions }: Synonym, next: readonly string[]): string {
  const term = entry.path.at(-1)
  const lines = [
    `${done}: "${toVisible(entry.verbatim)}" → ${term?.text} (${term?.code}) in the ${scope} list, entry ${entry.id.slice(0, 8)}`,
  ]
  for (const contradiction of contradictions) lines.push(`  but: ${toVisible(contradiction)}`)
  if (next.length > 0) lines.push('', 'Next', ...next.map((call) => `  ${call}`))
  return lines.join('\n')
}

function toListText(
  { synonyms, next }: { synonyms: readonly Synonym[]; next: string | null },
  { world, study }: { world: Surroundings; study: string },
): string {
  if (synonyms.length === 0) return 'No such synonym is kept in the store.'
  const call = (command: string) => `  ${world.program} ${command} --study ${toShellWord(study)}`
  const rows = synonyms.map(({ entry, scope }) => {
    const { id, state, domain, verbatim, path, steps } = entry
    const term = path.at(-1)
    return [
      id.slice(0, 8),
      scope,
      state,
      domain === '' ? 'all' : domain,
      verbatim,
      `${term?.text} (${term?.code})`,
      steps[0].actor,
      steps.length > 1 ? (steps.at(-1)?.actor ?? '') : '',
    ]
  })
  const lines = [toTable(['id', 'list', 'state', 'in', 'verbatim', 'term', 'proposed by', 'decided by'], rows)]
  const against = synonyms.flatMap(({ entry, contradictions }) =>
    contradictions.map((text) => [entry.id.slice(0, 8), entry.verbatim, text]),
  )
  if (against.length > 0)
    lines.push('', 'What speaks against them', toTable(['id', 'verbatim', ''], against, { widest: 120 }))
  const waiting = synonyms.find(({ entry }) => entry.state === 'proposed')
  if (waiting !== undefined)
    lines.push(
      '',
      'Next: a second person',
      call('login NAME'),
      call(`synonyms approve ${waiting.entry.id.slice(0, 8)}`),
    )
  if (next !== null) lines.push('', 'More', `${call('synonyms list')} --cursor ${next}`)
  return lines.join('\n')
}
