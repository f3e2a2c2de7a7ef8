/** `explain`: what aecoder thinks of a verbatim and why; and, where the study knows it, what was decided when and by whom. */
import {
  AecoderError,
  type Alignment,
  autocode,
  type CodingKit,
  type CodingKits,
  countSubjects,
  findKit,
  findMasks,
  findTarget,
  listFormerlyCoded,
  listHistory,
  listOccurrences,
  openCodingKits,
  type StoredDecision,
  toApproval,
  toShownOccurrence,
} from '../../index.ts'
import { DICTIONARY_OPTION, DOMAIN_OPTION, STUDY_OPTION, toCommand, toName } from '../command.ts'
import { withStoreToRead } from '../open.ts'
import { toCodes, toCount, toTable, toVisible } from '../tables.ts'

const OCCURRENCES_SHOWN = 10

export const EXPLAIN = toCommand({
  name: 'explain',
  summary: 'Show what a verbatim leads to and why, and all that was decided about it',
  example: 'aecoder explain "bad HA" --study samples/aurora-101',
  arguments: [{ name: 'verbatim', summary: "any text, or the beginning of a term's id" }],
  options: { ...STUDY_OPTION, ...DOMAIN_OPTION, ...DICTIONARY_OPTION },
  async run({ args, options, world }) {
    return withStoreToRead(options.study, world, async ({ study, store }) => {
      const name = args[0] ?? ''
      const kits = await openCodingKits(study, { ...world, store })
      const found = await findTarget(store, study, toName(name, options)).catch((error: unknown) => {
        if (
          error instanceof AecoderError &&
          error.code === 'TARGET_NOT_FOUND' &&
          error.facts.found.startsWith('no such')
        )
          return undefined
        throw error
      })
      const kit = found === undefined ? findKitByName(kits, options) : findKit(kits, found)
      const verbatim =
        found === undefined ? name : found.kind === 'group' ? found.group.folded : found.occurrence.verbatim
      const domain = found?.kind === 'group' ? found.group.domain : (found?.occurrence.domain ?? options.domain)
      const masks = await findMasks(store, study.id)
      const result = masks.toShownAbout(autocode(verbatim, kit, domain), verbatim)
      const target = found?.kind === 'group' ? found.group.target : found?.occurrence.target
      const history = (target ? await listHistory(store, study.id, target) : []).map((decision) =>
        masks.toShownAbout(decision, decision.basedOn),
      )
      const occurrences = (
        found?.kind === 'group'
          ? await listOccurrences(store, study.id, { group: found.group, limit: OCCURRENCES_SHOWN })
          : found
            ? [found.occurrence]
            : []
      ).map((occurrence) => toShownOccurrence(occurrence, masks))
      const former = (
        found?.kind === 'group'
          ? await listFormerlyCoded(store.db, study.id, { mainNos: [found.group.mainNo], limit: OCCURRENCES_SHOWN })
          : []
      ).map((each) => masks.toShownAbout(each, each.verbatim))
      const { name: dictionary, version } = kit.dictionary.ref

      const isMeddraShaped = kit.dictionary.levels.includes('LLT')
      const shown = masks.toShown(found?.kind === 'group' ? found.group.verbatim : verbatim)
      const lines = [
        `"${toVisible(shown)}" in ${dictionary} ${version}`,
        `  now       ${result.outcome} (step: ${result.step}): ${toVisible(result.reason)}`,
      ]
      if (result.siteQuery !== undefined) lines.push(`  ask       ${result.siteQuery}`)
      const alignment = result.candidates[0]?.alignment
      if (alignment !== undefined)
        lines.push('', ...toAlignmentLines(alignment, result.candidates[0]?.path.at(-1)?.text ?? ''))
      if (result.parts.length > 0)
        lines.push(
          '',
          'As events of their own',
          toTable(
            ['', 'text', 'probability', 'code', 'term'],
            result.parts.map(({ text, candidate }, i) => [
              String(i + 1),
              text,
              candidate.confidence.toFixed(2),
              candidate.path.at(-1)?.code ?? '',
              candidate.path.at(-1)?.text ?? '',
            ]),
            { widest: 60 },
          ),
        )
      if (result.candidates.length > 0) {
        const rows = result.candidates.map(({ path, confidence, why }, index) => [
          String(index + 1),
          confidence.toFixed(2),
          path.at(-1)?.code ?? '',
          path.at(-1)?.text ?? '',
          path.at(-2)?.text ?? '',
          path[0]?.text ?? '',
          why,
        ])
        lines.push(
          '',
          toTable(
            [
              '',
              result.coding && result.outcome !== 'confident' ? '' : 'probability',
              'code',
              ...(isMeddraShaped
                ? ['lowest level term', 'preferred term', 'body system']
                : ['term', 'under', 'broadest']),
              'why',
            ],
            rows,
            { widest: 60 },
          ),
        )
      }
      if (found?.kind === 'group') {
        const { group } = found
        lines.push(
          '',
          `In ${study.id}: ${group.domain} term ${group.target.id.slice(0, 8)}, ${toCount(group.occurrences, 'occurrence')} in ${toCount((await countSubjects(store, study.id, [group])).get(group.target.id) ?? 0, 'subject')}, ${group.serious} serious, since ${group.since.slice(0, 10)}`,
        )
      } else if (!found) lines.push('', `${study.id} has no such term.`)
      if (history.length > 0)
        lines.push(
          '',
          'Decided',
          toTable(['when', 'by', 'what', 'code', 'why', 'approval', 'id'], history.map(toHistoryRow), { widest: 90 }),
        )
      for (const { usubjid, verbatim: before, was, changedAt } of former)
        lines.push(
          toVisible(
            `${usubjid}: was coded to ${was.codes.map(({ text, code }) => `${text} (${code})`).join(' + ')} as "${before}" by ${was.by}, until the transfer of ${changedAt.slice(0, 10)}`,
          ),
        )
      if (occurrences.length > 0) {
        lines.push(
          '',
          `Occurrences${found?.kind === 'group' && found.group.occurrences > OCCURRENCES_SHOWN ? ` (the first ${OCCURRENCES_SHOWN})` : ''}`,
        )
        lines.push(
          toTable(
            ['id', 'subject', 'verbatim', 'context'],
            occurrences.map((occurrence) => [
              occurrence.target.id.slice(0, 8),
              occurrence.usubjid,
              occurrence.verbatim,
              toContext(occurrence.context),
            ]),
            { widest: 200 },
          ),
        )
      }
      return {
        json: {
          verbatim: masks.toShown(verbatim),
          dictionary: kit.dictionary.ref,
          now: result,
          term:
            found?.kind === 'group'
              ? {
                  id: found.group.target.id,
                  ...masks.toShownAbout(found.group, found.group.folded),
                  target: undefined,
                  mainNo: undefined,
                }
              : null,
          history,
          former: former.map(({ occurrence, usubjid, verbatim, changedAt, was }) => ({
            occurrence,
            usubjid,
            verbatim,
            changedAt,
            was,
          })),
          occurrences: occurrences.map(({ target: { id }, ...rest }) => ({ id, ...rest })),
        },
        text: lines.join('\n'),
      }
    })
  },
})

/** The verbatim word by word beside the first candidate. */
function toAlignmentLines({ tokens, missing }: Alignment, term: string): string[] {
  const rows = tokens.map(({ text, role, term: words, grounds }) => [text, role, words ?? '', grounds ?? ''])
  const left = missing.map(({ text, isLight }) => ['', isLight ? 'left open' : 'missing', text, ''])
  return [
    `Beside "${toVisible(term)}"`,
    toTable(['the verbatim', 'is', 'in the term', 'because of'], [...rows, ...left], { widest: 80 }),
  ]
}

/** Of a text that the study does not hold: the dictionary asked for, else the main one. */
function findKitByName(
  kits: CodingKits,
  { domain = 'AE', dictionary }: { domain: 'AE' | 'MH' | undefined; dictionary: string | undefined },
): CodingKit {
  const kit = kits.find(domain, dictionary) ?? kits.all.find((each) => each.dictionary.ref.name === dictionary)
  if (kit !== undefined) return kit
  throw new AecoderError('USAGE', {
    where: '--dictionary',
    found: `"${dictionary}"`,
    expected: kits.all.map((each) => each.dictionary.ref.name).join(', '),
  })
}

function toHistoryRow(decision: StoredDecision): string[] {
  const approval = toApproval(decision.waits, decision.verdict?.kind ?? null)
  const verdict = decision.verdict
    ? `${approval} by ${decision.verdict.actor}${decision.verdict.reason ? `: ${decision.verdict.reason}` : ''}`
    : approval
  const hasCode = decision.codings.length > 0
  const codes = toCodes(decision.codings.map(({ path }) => path))
  return [
    decision.at,
    decision.actor,
    decision.outcome,
    codes || '-',
    decision.reason ?? decision.explanation.reason ?? '',
    hasCode ? verdict : '-',
    decision.id.slice(0, 8),
  ]
}

function toContext(context: string): string {
  return Object.entries(JSON.parse(context) as Record<string, string | null>)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
