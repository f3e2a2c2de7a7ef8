/**
 * The tabular list of ICD-10-CM (icd10cm_tabular_*.xml): chapters, sections and codes with what is said beside them. Knows
 * the elements; whether the codes can be assigned is the order file's matter.
 */
import type { CodeNote } from '../dictionary.ts'
import { toTreeDamage } from '../tree/tree-node.ts'
import { isBareCode, toBareCode } from './code.ts'
import { type IcdElement, readIcdXml } from './elements.ts'

export interface TabularNode {
  readonly kind: 'chapter' | 'section' | 'code'
  /** The number of a chapter, the range of a section (`I10-I1A`), a code with its dot. */
  readonly code: string
  readonly text: string
  /** Its place in the list; -1 for a chapter. */
  readonly parent: number
  readonly line: number
  readonly inclusionTerms: readonly string[]
  readonly notes: readonly CodeNote[]
  /** The 7th characters that may be added to the codes below it, and to itself. */
  readonly seventhCharacters: string
}

export interface Tabular {
  readonly file: string
  /** As it names itself, e.g. 2026. */
  readonly version: string | undefined
  /** In the order of the file, those above before those below. */
  readonly nodes: readonly TabularNode[]
}

const NOTES: { readonly [element: string]: CodeNote['kind'] } = {
  includes: 'includes',
  excludes1: 'excludes1',
  excludes2: 'excludes2',
  codeFirst: 'code-first',
  useAdditionalCode: 'use-additional',
  codeAlso: 'code-also',
  notes: 'note',
  sevenChrNote: 'note',
}
const KINDS: { readonly [element: string]: TabularNode['kind'] } = {
  chapter: 'chapter',
  section: 'section',
  diag: 'code',
}
const PARENTS = { chapter: undefined, section: 'chapter', code: 'section' } as const

/** @throws AecoderError DICTIONARY_DAMAGED with file and line, XML_MALFORMED, ENCODING */
export async function readTabular(file: string, bytes: Uint8Array): Promise<Tabular> {
  const reader = new TabularReader(file)
  await readIcdXml(file, { bytes, listener: reader })
  return { file, version: reader.version, nodes: reader.nodes }
}

type OpenNode = {
  -readonly [key in keyof TabularNode]: TabularNode[key] extends readonly (infer Item)[] ? Item[] : TabularNode[key]
}

class TabularReader {
  readonly root = 'ICD10CM.tabular'
  readonly texts: ReadonlySet<string> = new Set(['name', 'desc', 'note', 'version'])
  readonly nodes: OpenNode[] = []
  version: string | undefined
  readonly #file: string
  readonly #lineByCode = new Map<string, number>()
  /** Places in the list of the nodes that are open, and the names of all elements that are. */
  readonly #open: number[] = []
  readonly #path: string[] = []

  constructor(file: string) {
    this.#file = file
  }

  open({ name, line, attributes }: IcdElement): void {
    const kind = KINDS[name]
    if (kind !== undefined) this.#openNode(kind, { line, code: attributes.id ?? '' })
    else if (name === 'extension') {
      const node = this.#current()
      if (node !== undefined) node.seventhCharacters += attributes.char ?? ''
    }
    this.#path.push(name)
  }

  close({ name, line }: IcdElement, text: string | undefined): void {
    this.#path.pop()
    const parent = this.#path.at(-1) ?? ''
    if (KINDS[name] !== undefined) {
      this.#checkNode(line)
      this.#open.pop()
      return
    }
    if (text === undefined) return
    if (name === 'version' && parent === this.root) this.version = text
    const node = this.#current()
    if (node === undefined) return
    const noteKind = NOTES[parent]
    if (name === 'note' && text === '') return
    if (name === 'note' && noteKind !== undefined) node.notes.push({ kind: noteKind, text })
    else if (name === 'note' && parent === 'inclusionTerm') node.inclusionTerms.push(text)
    else if (KINDS[parent] !== undefined && name === 'name') node.code = text
    else if (KINDS[parent] !== undefined && name === 'desc') node.text = text
  }

  #current(): OpenNode | undefined {
    return this.nodes[this.#open.at(-1) ?? -1]
  }

  #openNode(kind: TabularNode['kind'], { line, code }: { line: number; code: string }): void {
    const above = this.#current()
    const parent = this.#open.at(-1) ?? -1
    if (above?.kind !== PARENTS[kind] && !(kind === 'code' && above?.kind === 'code')) {
      const found = `a ${kind} in ${above === undefined ? 'no chapter' : `${above.kind} ${above.code}`}`
      throw this.#toDamage(line, { found, expected: 'sections in chapters, codes in sections or other codes' })
    }
    this.#open.push(this.nodes.length)
    this.nodes.push({ kind, code, text: '', parent, line, inclusionTerms: [], notes: [], seventhCharacters: '' })
  }

  /** A node is judged when it ends: its name stands inside it. */
  #checkNode(line: number): void {
    const node = this.#current()
    if (node === undefined) return
    const { kind, code, text } = node
    if (code === '' || text === '') {
      const what = code === '' ? 'no code' : `code ${code} without a title`
      throw this.#toDamage(line, { found: `a ${kind} with ${what}`, expected: 'a code (name) and a title (desc)' })
    }
    if (kind === 'code' && !(isBareCode(toBareCode(code)) && (code.length === 3 || code[3] === '.'))) {
      throw this.#toDamage(line, { found: `code ${JSON.stringify(code)}`, expected: 'a code with its dot, as S52.521' })
    }
    if (kind !== 'code') return
    const before = this.#lineByCode.get(code)
    if (before !== undefined)
      throw this.#toDamage(line, { found: `code ${code} again, first on line ${before}`, expected: 'each code once' })
    this.#lineByCode.set(code, line)
  }

  #toDamage(line: number, { found, expected }: { found: string; expected: string }) {
    return toTreeDamage(
      { file: this.#file, line },
      { found, expected, action: 'Get the tabular list again, or take the file away to load the codes without it' },
    )
  }
}
