/** `init`: looks at a CSV export and writes a study.json of guesses, each with its evidence; what is unsure stays empty. */
import { access, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isBucketUrl } from '../../../schemas/bucket-url.ts'
import {
  AecoderError,
  DEFAULT_DICTIONARY,
  openExport,
  proposeStudy,
  toFolder,
  toPlace,
  toShortPath,
} from '../../index.ts'
import { toCommand } from '../command.ts'
import { toShellWord, toTable } from '../tables.ts'

export const INIT = toCommand({
  name: 'init',
  summary: 'Look at a CSV export and write a study.json to complete',
  example: 'aecoder init transfers/2026-03-02/ae.csv --out study.json',
  arguments: [{ name: 'export', summary: 'a CSV export that holds adverse events or medical history' }],
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
    const proposal = await proposeStudy({ file: openExport(exportPath), dictionary })
    const schema = toOwn(join(DEFAULT_DICTIONARY.path, '..', '..', '..', 'schemas', 'study.schema.json'))
    const { sources, ...config } = { ...proposal.config, $schema: schema, input: toOwn(toFolder(exportPath)) }
    const { evidence } = proposal
    await writeFile(out, `${JSON.stringify({ ...config, sources }, null, 2)}\n`, { flag: 'wx' })
    const unsure = evidence.filter((guess) => guess.confidence === 'unsure')
    const rows = evidence.map(({ field, column, confidence, why }) => [
      field,
      column ?? (confidence === 'unsure' ? '(left empty)' : '-'),
      confidence,
      why,
    ])
    const text = [
      `${toShortPath(out)} was written from ${toShortPath(exportPath)}. Check every line of it:`,
      '',
      toTable(['field', 'column', 'how sure', 'why'], rows, { widest: 110 }),
      '',
      unsure.length > 0
        ? `${unsure.length} left empty: run refuses until they are filled in or removed.`
        : 'Nothing was left empty.',
      '',
      'Next',
      `  ${world.program} run --study ${toShellWord(toShortPath(out))}`,
    ].join('\n')
    return { json: { path: out, config: { ...config, sources }, evidence }, text }
  },
})
