/**
 * The XML files of an ICD-10-CM release, element by element: the text of those that are asked for, the rest passed over.
 * Knows XML; knows nothing of what the elements mean.
 */
import { readText } from '../../pipeline/formats/decode.ts'
import { type XmlElement, type XmlListener, XmlReader } from '../../pipeline/formats/xml.ts'
import { toSourceFile } from '../tree/tree-file.ts'
import { toTreeDamage } from '../tree/tree-node.ts'

/** An element that began or ended, with its place in the file. */
export interface IcdElement {
  readonly name: string
  readonly line: number
  readonly attributes: { readonly [name: string]: string | undefined }
}

/** Receives a file's elements. What it throws ends the reading. */
export interface IcdListener {
  /** The name of the document's outermost element. */
  readonly root: string
  /** Elements whose text is wanted: they do not hold each other, and what they hold else is part of their text. */
  readonly texts: ReadonlySet<string>
  /** Elements inside those whose text is not part of it. */
  readonly leftOut?: ReadonlySet<string>
  open(element: IcdElement): void
  /** `text`: of an element whose text is wanted, blanks run together. */
  close(element: IcdElement, text: string | undefined): void
}

/**
 * Reads a file from beginning to end.
 * @throws AecoderError XML_MALFORMED, ENCODING; DICTIONARY_DAMAGED where the outermost element is another one
 */
export async function readIcdXml(
  file: string,
  { bytes, listener }: { bytes: Uint8Array; listener: IcdListener },
): Promise<void> {
  const { text } = await readText(toSourceFile(file, bytes), { declaration: 'xml' })
  const xml = new XmlReader(
    file,
    new TextListener(file, { listener, listenToText: (wanted) => xml.listenToText(wanted) }),
  )
  for await (const piece of text) xml.push(piece)
  xml.end()
}

class TextListener implements XmlListener {
  readonly #file: string
  readonly #listener: IcdListener
  readonly #listenToText: (wanted: 'yes' | 'no') => void
  readonly #open: IcdElement[] = []
  /** The depth of the element whose text is collected. */
  #textDepth: number | undefined
  #text = ''
  #leftOutDepth: number | undefined

  constructor(file: string, parts: { listener: IcdListener; listenToText: (wanted: 'yes' | 'no') => void }) {
    this.#file = file
    this.#listener = parts.listener
    this.#listenToText = parts.listenToText
  }

  openElement({ local, line, attributes }: XmlElement): void {
    const element = { name: local, line, attributes: toValues(attributes) }
    if (this.#open.length === 0 && local !== this.#listener.root) {
      throw toTreeDamage(
        { file: this.#file, line },
        {
          found: `the root element <${local}>`,
          expected: `<${this.#listener.root}>`,
          action: 'Put the XML file of the release here',
        },
      )
    }
    this.#open.push(element)
    if (this.#textDepth !== undefined) {
      if (this.#leftOutDepth === undefined && this.#listener.leftOut?.has(local)) this.#leftOutDepth = this.#open.length
      return
    }
    this.#listener.open(element)
    if (!this.#listener.texts.has(local)) return
    this.#textDepth = this.#open.length
    this.#text = ''
    this.#listenToText('yes')
  }

  text(text: string): void {
    if (this.#leftOutDepth === undefined) this.#text += text
  }

  closeElement(): void {
    const depth = this.#open.length
    const element = this.#open.pop()
    if (element === undefined) return
    if (this.#leftOutDepth === depth) this.#leftOutDepth = undefined
    if (this.#textDepth === undefined) this.#listener.close(element, undefined)
    else if (this.#textDepth === depth) {
      this.#textDepth = undefined
      this.#listenToText('no')
      this.#listener.close(element, this.#text.replace(/\s+/g, ' ').trim())
    }
  }
}

const NONE = {}

function toValues(attributes: XmlElement['attributes']): IcdElement['attributes'] {
  return Object.keys(attributes).length === 0 ? NONE : { ...attributes }
}
