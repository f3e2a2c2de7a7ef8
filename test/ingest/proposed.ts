/** What `init` proposes for files that a test holds, and what is read by it. */
import iconv from 'iconv-lite'
import { type Proposal, proposeStudy } from '../../pipeline/ingest/propose.ts'
import { listMatching } from '../../pipeline/storage/glob.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { parseStudyConfig } from '../../schemas/study.ts'
import { readOutcomes, toWords } from './text-file.ts'

const DICTIONARY = { name: 'OpenAE', version: '0.1', path: 'dictionary' }

export async function propose(...files: SourceFile[]): Promise<Proposal> {
  return await proposeStudy({ files, dictionary: DICTIONARY })
}

/** Reads the files as the proposed study.json says; what is unsure of the study's name is filled in first. */
export async function readProposed({ config }: Proposal, ...files: SourceFile[]): Promise<{ [id: string]: string[] }> {
  const study = { protocol: 'ABC-101', environment: 'uat' }
  const parsed = parseStudyConfig(JSON.stringify({ ...config, study }), 'study.json')
  const read: { [id: string]: string[] } = {}
  for (const source of parsed.sources) {
    const file = files.find(({ name }) => listMatching([name], source.files).length > 0)
    if (file === undefined) throw new Error(`no file ${source.files.join()}`)
    read[source.id] = toWords(await readOutcomes(file, { ...parsed, source }))
  }
  return read
}

/** A file in an encoding other than UTF-8. */
export function toEncodedFile(encoding: string, name: string, text: string): SourceFile {
  return {
    name,
    async *open() {
      yield iconv.encode(text, encoding)
    },
  }
}
