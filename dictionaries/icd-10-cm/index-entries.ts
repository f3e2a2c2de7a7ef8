/**
 * The alphabetic indexes of ICD-10-CM (icd10cm_index_*.xml, icd10cm_eindex_*.xml): words and the codes they lead to. Knows
 * the elements; whether a code exists is the order file's matter. Cross-references (see, see also) are left out.
 */

import { toTreeDamage } from '../tree/tree-node.ts'
import { type IcdElement, readIcdXml } from './elements.ts'

export interface IndexEntry {
  /** The main term and the terms below it, broadest first: `Otitis, externa, acute`; without nonessential modifiers. */
  readonly text: string
  /** As written, e.g. H60.50-: a hyphen stands for characters to be added. */
  readonly code: string
  readonly line: number
}

/** @throws AecoderError DICTIONARY_DAMAGED with file and line, XML_MALFORMED, ENCODING */
export async function readIndex(file: string, bytes: Uint8Array): Promise<readonly IndexEntry[]> {
  const reader = new IndexReader(file)
  await readIcdXml(file, { bytes, listener: reader })
  return reader.entries
}

class IndexReader {
  readonly root = 'ICD10CM.index'
  readonly texts: ReadonlySet<string> = new Set(['title', 'code'])
  readonly leftOut: ReadonlySet<string> = new Set(['nemod'])
  readonly entries: IndexEntry[] = []
  readonly #file: string
  /** Titles of the terms that are open, the main term first. */
  readonly #titles: string[] = []

  constructor(file: string) {
    this.#file = file
  }

  open({ name, line }: IcdElement): void {
    if (name === 'mainTerm' || name === 'term') this.#titles.push('')
    else if (name === 'code' && (this.#titles.at(-1) ?? '') === '') {
      throw toTreeDamage(
        { file: this.#file, line },
        {
          found: 'a code of a term without a title',
          expected: 'the title first',
          action: 'Get the index again, or take the file away',
        },
      )
    }
  }

  close({ name, line }: IcdElement, text: string | undefined): void {
    if (name === 'mainTerm' || name === 'term') this.#titles.pop()
    else if (name === 'title' && this.#titles.length > 0) this.#titles[this.#titles.length - 1] = text ?? ''
    else if (name === 'code' && text !== undefined && text !== '')
      this.entries.push({ text: this.#titles.filter((title) => title !== '').join(', '), code: text, line })
  }
}
