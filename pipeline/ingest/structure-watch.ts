/**
 * Sees what a file is made of while its rows go by: columns, forms, the studies they say they are of. Knows nothing of
 * values, and nothing of what earlier transfers were made of.
 */
import type { ExportFormat } from '../../schemas/formats.ts'
import type { FileStructure } from '../../schemas/transfers.ts'
import type { OdmRecord } from '../formats/types.ts'

/** A study has one name, or one for each site. What has more is not the name of a study, and would fill the memory. */
const STUDIES_AT_MOST = 1000

export class StructureWatch {
  readonly #format: ExportFormat
  readonly #delimiter: string | null
  readonly #columns: Set<string>
  readonly #forms = new Set<string>()
  readonly #otherForms = new Set<string>()
  readonly #studies = new Set<string>()
  #lastStudy: string | null = null

  constructor(file: { format: ExportFormat; columns: readonly string[]; delimiter?: string }) {
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

  /** A record that belongs to the source. */
  seeRecord({ formOid, items }: OdmRecord): void {
    if (formOid !== null) this.#forms.add(formOid)
    for (const oid of items.keys()) this.#columns.add(oid)
  }

  /** A record of another form or group. */
  seeOther(formOid: string | null): void {
    if (formOid !== null) this.#otherForms.add(formOid)
  }

  read(): FileStructure {
    return {
      format: this.#format,
      delimiter: this.#delimiter,
      columns: [...this.#columns],
      forms: [...this.#forms],
      otherForms: [...this.#otherForms].filter((form) => !this.#forms.has(form)),
      studies: [...this.#studies],
    }
  }
}
