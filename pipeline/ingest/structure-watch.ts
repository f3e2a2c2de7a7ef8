/**
 * Sees what a file is made of while its rows go by: columns, forms, the studies they say they are of. Knows nothing of
 * values, and nothing of what earlier transfers were made of.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { ExportFormat } from '../../schemas/formats.ts'
import type { FileStructure } from '../../schemas/transfers.ts'
import type { OdmRecord } from '../formats/types.ts'

/** A study has one name, or one for each site. What has more is not the name of a study, and would fill the memory. */
const STUDIES_AT_MOST = 1000

/** Characters of the names of all items and forms: those of half a million, where a large study has twenty thousand. */
const NAMES_AT_MOST = 16 * 1024 * 1024

export class StructureWatch {
  readonly #format: ExportFormat
  readonly #delimiter: string | null
  readonly #columns: Set<string>
  readonly #forms = new Set<string>()
  readonly #otherForms = new Set<string>()
  readonly #studies = new Set<string>()
  #lastStudy: string | null = null
  readonly #name: string
  readonly #oids: Pick<FileStructure, 'fileOid' | 'priorFileOid'>
  #characters = 0

  constructor(file: {
    name: string
    format: ExportFormat
    columns: readonly string[]
    delimiter?: string
    /** Of an ODM that states changes. */
    oids?: Pick<FileStructure, 'fileOid' | 'priorFileOid'>
  }) {
    this.#name = file.name
    this.#oids = file.oids ?? { fileOid: null, priorFileOid: null }
    this.#format = file.format
    this.#delimiter = file.delimiter ?? null
    this.#columns = new Set(file.columns)
  }

  /** What a row or record says of its study; says nothing where it is blank. */
  seeStudy(text: string | null): void {
    if (text === this.#lastStudy) return
    this.#lastStudy = text
    const study = text?.trim() ?? ''
    if (study !== '' && this.#studies.size < STUDIES_AT_MOST) this.#studies.add(study)
  }

  /** A record that belongs to the source. @throws AecoderError ODM_UNSUPPORTED for names without end */
  seeRecord({ formOid, items }: OdmRecord): void {
    if (formOid !== null) this.#note(this.#forms, formOid)
    for (const oid of items.keys()) this.#note(this.#columns, oid)
  }

  /** A record of another form or group. @throws AecoderError ODM_UNSUPPORTED for names without end */
  seeOther(formOid: string | null): void {
    if (formOid !== null) this.#note(this.#otherForms, formOid)
  }

  #note(names: Set<string>, name: string): void {
    if (names.has(name)) return
    this.#characters += name.length + 1
    if (this.#characters > NAMES_AT_MOST) {
      throw new AecoderError('ODM_UNSUPPORTED', {
        where: this.#name,
        found: `more than ${names.size} items or forms, each of another name`,
        expected: 'the same items in record after record',
        action: 'Check the export: OIDs name items and forms, and are no numbers of records',
      })
    }
    names.add(name)
  }

  read(): FileStructure {
    return {
      format: this.#format,
      delimiter: this.#delimiter,
      columns: [...this.#columns],
      forms: [...this.#forms],
      otherForms: [...this.#otherForms].filter((form) => !this.#forms.has(form)),
      studies: [...this.#studies],
      fileOid: this.#oids.fileOid,
      priorFileOid: this.#oids.priorFileOid,
    }
  }
}
