/** A dictionary's release as it is downloaded: a zip archive. Knows no dictionary format. */
import { openZip, type ZipLimits } from '../pipeline/formats/zip.ts'
import type { DictionaryFiles, SourceFile } from '../schemas/files.ts'

export interface DictionaryZipOptions {
  /** Gives the password of an encrypted archive, e.g. from the environment or a prompt; called once, when it is needed. */
  readonly askPassword?: (question: { readonly archive: string }) => Promise<string | undefined>
  readonly limits?: Partial<ZipLimits>
}

/**
 * Opens an archive as the folder it would unpack to, at any depth, e.g. MedDRA_29_1_English/MedAscii/llt.asc. Hidden
 * files and what macOS adds are left out.
 * @throws AecoderError DICTIONARY_DAMAGED for what is no zip archive, here or, where content is damaged, when a file is
 *   read; USAGE, when a file is read, for a password that is missing or wrong
 */
export async function openDictionaryZip(
  source: SourceFile,
  { askPassword, limits }: DictionaryZipOptions = {},
): Promise<DictionaryFiles> {
  const archive = await openZip(source, {
    damage: 'DICTIONARY_DAMAGED',
    ...(askPassword === undefined ? {} : { askPassword }),
    ...(limits === undefined ? {} : { limits }),
  })
  const names = archive.names.filter((name) => !/(?:^|\/)(?:\.|__MACOSX\/)/.test(name)).sort()
  return { where: source.name, list: () => Promise.resolve(names), open: (name) => archive.open(name) }
}
