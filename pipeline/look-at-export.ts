/** What `init` does: opens the files of an export, be it a file, a folder or a zip, and proposes a study.json for them. */
import { stat } from 'node:fs/promises'
import { isBucketUrl } from '../schemas/bucket-url.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile, Storage } from '../schemas/files.ts'
import type { StudyConfig } from '../schemas/study.ts'
import type { AskPassword } from './coding-kits.ts'
import { type Proposal, proposeStudy } from './ingest/propose.ts'
import { openStorage } from './storage/open-storage.ts'
import { splitPlace } from './storage/place.ts'
import { toPlace, toShortPath } from './study.ts'
import { openTransferFiles } from './transfer-files.ts'

export interface ExportProposal extends Proposal {
  /** The folder that the files of the sources are named below: `input` of study.json. */
  readonly input: string
}

/** Files of a folder that are looked at: more are no export. */
const MOST_FILES = 2000

/** What an export has beside its data: pictures, programs, documents. */
const NO_DATA =
  /\.(?:pdf|docx?|xlsx|pptx?|html?|css|js|png|jpe?g|gif|svg|sas|r|rmd|py|sps|do|dta|sav|log|md|txt\.asc)$/i

/**
 * Proposes a study.json for an export.
 * @param path a file, a folder with the files of an export, or a zip of them; on disk or in a bucket
 * @throws AecoderError FILE_NOT_FOUND; FORMAT_UNKNOWN where nothing in it can be read or mapped; what the readers throw
 */
export async function lookAtExport(
  path: string,
  options: { readonly dictionary?: StudyConfig['dictionary']; readonly askPassword?: AskPassword | undefined } = {},
): Promise<ExportProposal> {
  const { dictionary, askPassword } = options
  const full = toPlace(path)
  const { input, storage, names } = await findFiles(full)
  if (names.length > MOST_FILES) {
    throw new AecoderError('USAGE', {
      where: toShortPath(full),
      found: `a folder of ${names.length} files`,
      expected: `one export: at most ${MOST_FILES} files`,
      action: 'Name the folder of one transfer',
    })
  }
  const { files, damaged } = await openFiles(storage, { names, askPassword })
  const proposal = await proposeStudy({ files, ...(dictionary === undefined ? {} : { dictionary }) })
  return { ...proposal, unused: [...damaged, ...proposal.unused], input }
}

/** A file is looked at alone; a folder with all that may be data. */
async function findFiles(place: string): Promise<{ input: string; storage: Storage; names: readonly string[] }> {
  const { folder, name } = splitPlace(place)
  const around = openStorage(folder)
  if (name !== '' && (await around.has(name))) return { input: folder, storage: around, names: [name] }
  const storage = openStorage(place)
  const isThere = isBucketUrl(place) ? undefined : (await stat(place).catch(() => undefined))?.isDirectory()
  const all = isThere === false ? [] : await storage.list()
  // A prefix of a bucket is there when something has it.
  const likely = all.filter((each) => !NO_DATA.test(each))
  // Where there is nothing else, what these files are is the answer.
  if (isThere ?? all.length > 0) return { input: place, storage, names: likely.length > 0 ? likely : all }
  throw new AecoderError('FILE_NOT_FOUND', {
    where: toShortPath(place),
    found: 'there is no such file or folder',
    action: 'Name an export: a file, a folder with its files, or a zip of them',
  })
}

/** The files by name, those within archives and libraries among them. */
async function openFiles(
  storage: Storage,
  { names, askPassword }: { names: readonly string[]; askPassword: AskPassword | undefined },
): Promise<{ files: SourceFile[]; damaged: { file: string; why: string }[] }> {
  const transfer = openTransferFiles(storage, { askPassword })
  const files: SourceFile[] = []
  const damaged: { file: string; why: string }[] = []
  for (const name of names) {
    if (!/\.(?:zip|xpt)$/i.test(name)) {
      files.push(storage.file(name))
      continue
    }
    try {
      const reached = transfer.reach([`${name}/**`])
      const within = (await reached.list()).filter((other) => other.startsWith(`${name}/`) && !NO_DATA.test(other))
      // A library of one dataset is the file itself.
      if (/\.xpt$/i.test(name) && within.length < 2) files.push(storage.file(name))
      else files.push(...within.map((inner) => reached.file(inner)))
    } catch (error) {
      if (!(error instanceof AecoderError) || names.length === 1) throw error
      damaged.push({ file: name, why: error.facts.found ?? error.message })
    }
  }
  return { files, damaged }
}
