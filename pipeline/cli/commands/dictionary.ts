/** `dictionary check | search | show`: looking into a dictionary, with or without a study. */
import { resolve } from 'node:path'
import { AecoderError, DEFAULT_DICTIONARY, openDictionary, openStudy } from '../../index.ts'
import { toCommand } from '../command.ts'
import { toTable } from '../tables.ts'

const PLACE = {
  dictionary: {
    kind: 'text',
    value: 'DIR',
    summary: "a folder in the MedDRA ASCII layout (else the study's, else OpenAE)",
  },
  study: { kind: 'text', value: 'PATH', summary: "use this study's dictionary" },
} as const

export const DICTIONARY_CHECK = toCommand({
  name: 'dictionary check',
  summary: 'Load a dictionary and report its counts; any damage stops it with file and line',
  example: 'aecoder dictionary check --dictionary /data/meddra/MedAscii',
  arguments: [],
  options: PLACE,
  async run({ options }) {
    const { ref, language, report } = await open(options)
    const rows = Object.entries(report).flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[toWords(name), value] as (string | number)[]]
        : typeof value === 'object' && !Array.isArray(value)
          ? Object.entries(value).map(([level, count]) => [level, Number(count)] as (string | number)[])
          : [],
    )
    const warnings = report.warnings.map((warning) => `  - ${warning}`)
    return {
      json: { dictionary: ref, language, report },
      text: [
        `${ref.name} ${ref.version} (${language}), sha256 ${ref.sha256}`,
        '',
        toTable(['what', 'count'], rows),
        '',
        warnings.length > 0
          ? ['Noticed:', ...warnings].join('\n')
          : 'Whole: every code resolves, every preferred term has one primary path.',
      ].join('\n'),
    }
  },
})

export const DICTIONARY_SEARCH = toCommand({
  name: 'dictionary search',
  summary: 'Find terms by text, on all levels',
  example: 'aecoder dictionary search headache --mode begins',
  arguments: [{ name: 'text', summary: 'a term, or its beginning' }],
  options: {
    ...PLACE,
    mode: {
      kind: 'choice',
      choices: ['exact', 'begins', 'contains'],
      summary: 'how the text must stand in the term',
      default: 'begins',
    },
    level: { kind: 'choice', choices: ['SOC', 'HLGT', 'HLT', 'PT', 'LLT'], summary: 'only this level' },
    limit: { kind: 'number', value: 'N', summary: 'at most so many', default: 30 },
  },
  async run({ args, options }) {
    const dictionary = await open(options)
    const hits = dictionary.search(args[0] ?? '', {
      mode: options.mode as 'exact' | 'begins' | 'contains',
      limit: options.limit,
      ...(options.level ? { level: options.level } : {}),
    })
    const rows = hits.map((hit) => [
      hit.level,
      hit.code,
      hit.text,
      hit.isCurrent ? '' : 'not current',
      hit.path.map((node) => node.text).join(' › '),
    ])
    return {
      json: { dictionary: dictionary.ref, hits },
      text:
        hits.length === 0
          ? `Nothing in ${dictionary.ref.name} ${dictionary.ref.version}. Try --mode contains.`
          : toTable(['level', 'code', 'term', '', 'path'], rows, { widest: 100 }),
    }
  },
})

export const DICTIONARY_SHOW = toCommand({
  name: 'dictionary show',
  summary: 'Show a term by its code: its paths, primary and secondary, its lowest level terms, its standard queries',
  example: 'aecoder dictionary show 80000012',
  arguments: [{ name: 'code', summary: 'code of a lowest level or preferred term' }],
  options: PLACE,
  async run({ args, options }) {
    const dictionary = await open(options)
    const code = args[0] ?? ''
    const llt = dictionary.findLlt(code)
    if (!llt)
      throw new AecoderError('TERM_NOT_FOUND', {
        where: `code "${code}"`,
        found: `no lowest level or preferred term of ${dictionary.ref.name} ${dictionary.ref.version}`,
        action: 'Look for it by text: aecoder dictionary search',
      })
    const paths = dictionary.listPaths(llt.ptCode)
    const pt = dictionary.findLlt(llt.ptCode)
    const siblings = dictionary.listLlts(llt.ptCode)
    const queries = dictionary.listQueriesOf(llt.ptCode)
    const proposed = llt.isCurrent ? undefined : dictionary.findProposedReplacement(code)
    const text = [
      `${llt.text} (${llt.code})${llt.isCurrent ? '' : `  not current${proposed ? `; proposed in its place: ${proposed.text} (${proposed.code})` : ''}`}`,
      `preferred term: ${pt?.text} (${llt.ptCode})`,
      '',
      toTable(
        ['', 'path'],
        paths.map(({ path, isPrimary }) => [
          isPrimary ? 'primary' : 'secondary',
          path.map((node) => `${node.text} (${node.code})`).join(' › '),
        ]),
        { widest: 400 },
      ),
      '',
      toTable(
        ['code', 'lowest level term', ''],
        siblings.map((sibling) => [sibling.code, sibling.text, sibling.isCurrent ? '' : 'not current']),
      ),
      ...(queries.length === 0
        ? []
        : [
            '',
            toTable(
              ['code', 'standard query', 'scope'],
              queries.map(({ query, scope }) => [query.code, query.name, scope]),
            ),
          ]),
    ].join('\n')
    return {
      json: {
        dictionary: dictionary.ref,
        llt,
        proposedReplacement: proposed ?? null,
        sex: dictionary.findSex(llt.ptCode) ?? null,
        paths,
        llts: siblings,
        standardQueries: queries.map(({ query: { code: queryCode, name }, scope }) => ({
          code: queryCode,
          name,
          scope,
        })),
      },
      text,
    }
  },
})

async function open(options: { dictionary: string | undefined; study: string | undefined }) {
  if (options.dictionary !== undefined) return openDictionary(resolve(options.dictionary))
  if (options.study === undefined) return openDictionary(DEFAULT_DICTIONARY.path)
  const study = await openStudy(options.study)
  return openDictionary(study.paths.dictionary, { name: study.config.dictionary.name })
}

function toWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
