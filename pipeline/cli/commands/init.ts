/** `init`: looks at an export and writes a study.json of guesses, each with its evidence; what is unsure stays empty. */
import { access, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isBucketUrl } from '../../../schemas/bucket-url.ts'
import {
  AecoderError,
  DEFAULT_DICTIONARY,
  type ExportProposal,
  lookAtExport,
  type SystemProposal,
  toPlace,
  toShortPath,
} from '../../index.ts'
import { toCommand } from '../command.ts'
import { toShellWord, toTable } from '../tables.ts'

export const INIT = toCommand({
  name: 'init',
  summary: 'Look at an export, tell which system it comes from, and write a study.json to complete',
  example: 'aecoder init transfers/2026-03-02 --out study.json',
  arguments: [
    {
      name: 'export',
      summary: 'a file, a folder or a zip that holds adverse events, medical history or demographics; or s3://…',
    },
  ],
  options: {
    out: {
      kind: 'text',
      value: 'PATH',
      summary: 'where to write; an existing file is never overwritten',
      default: 'study.json',
    },
  },
  async run({ args, options, world }) {
    const exportPath = toPlace(args[0] ?? '')
    const out = resolve(options.out)
    const isTaken = await access(out).then(
      () => true,
      () => false,
    )
    if (isTaken)
      throw new AecoderError('USAGE', {
        where: toShortPath(out),
        found: 'the file is there already',
        action: 'Name another with --out, or move it away',
      })
    const toOwn = (path: string) => (isBucketUrl(path) ? path : relative(dirname(out), path) || '.')
    const dictionary = { ...DEFAULT_DICTIONARY, path: toOwn(DEFAULT_DICTIONARY.path) }
    const proposal = await lookAtExport(exportPath, { dictionary, askPassword: world.askPassword })
    const schema = toOwn(join(DEFAULT_DICTIONARY.path, '..', '..', '..', 'schemas', 'study.schema.json'))
    const { sources, ...config } = { ...proposal.config, $schema: schema, input: toOwn(proposal.input) }
    const { systems, evidence, unused } = proposal
    await write(out, `${JSON.stringify({ ...config, sources }, null, 2)}\n`)
    const text = toText(proposal, { out, exportPath, program: world.program })
    return { json: { path: out, systems, config: { ...config, sources }, evidence, unused }, text }
  },
})

async function write(out: string, text: string): Promise<void> {
  try {
    await writeFile(out, text, { flag: 'wx' })
  } catch (error) {
    throw new AecoderError(
      'WRITE_FAILED',
      {
        where: toShortPath(out),
        found: `it could not be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
        action: 'Name a file in a folder that is there, with --out',
      },
      error,
    )
  }
}

function toText(
  { systems, config, evidence, unused }: ExportProposal,
  { out, exportPath, program }: { out: string; exportPath: string; program: string },
): string {
  const unsure = evidence.filter((guess) => guess.confidence === 'unsure')
  const rows = evidence.map(({ field, column, confidence, why }) => [
    field,
    column ?? (confidence === 'unsure' ? '(left empty)' : '-'),
    confidence,
    why,
  ])
  const likely = [...new Set(evidence.filter(({ confidence }) => confidence === 'likely').map(({ field }) => field))]
  const { sources } = config
  const checks = [
    ...unsure.map(({ field, why }) => `${field} is empty: ${why}`),
    ...systems.flatMap((system) => system.checks),
    ...(sources.some((source) => 'domain' in source && source.domain !== 'DM')
      ? []
      : ['No adverse events and no medical history were found: there is nothing to code yet.']),
    ...(likely.length > 0 ? [`Likely, and not sure: ${likely.join(', ')}.`] : []),
  ]
  return [
    `${toShortPath(out)} was written from ${toShortPath(exportPath)}. Check every line of it:`,
    '',
    ...systems.map(toSystemLine),
    '',
    toTable(['field', 'column', 'how sure', 'why'], rows, { widest: 110 }),
    '',
    ...(unused.length > 0
      ? ['Files that were left out', ...unused.slice(0, 20).map(({ file, why }) => `  ${file}: ${why}`), '']
      : []),
    unsure.length > 0
      ? `${unsure.length} left empty: run refuses until they are filled in or removed.`
      : 'Nothing was left empty.',
    ...(checks.length > 0 ? ['', 'To check by hand', ...checks.map((check) => `  - ${check}`)] : []),
    '',
    'Next',
    `  ${program} run --study ${toShellWord(toShortPath(out))}`,
  ].join('\n')
}

function toSystemLine({ system, confidence, why, files }: SystemProposal): string {
  const of = files.length > 1 ? `${files.length} files` : files.join()
  if (system === '') return `${of}: no system is recognised; the proposal rests on names and values alone.`
  return confidence === 'unsure'
    ? `${of}: could be an export of ${system} (unsure: ${why}); the proposal rests on names and values alone.`
    : `${of}: an export of ${system} (${confidence}: ${why}).`
}
