/**
 * Text to XML elements, strictly: what is not well-formed is refused with its place, and so is a document type
 * declaration, whose entities could blow up in memory. Knows no ODM.
 */
import { type SaxesAttributeNS, SaxesParser } from 'saxes'
import { AecoderError } from '../../schemas/errors.ts'

export interface XmlElement {
  readonly local: string
  readonly namespace: string
  /** By name as written, prefix included. */
  readonly attributes: Readonly<Record<string, SaxesAttributeNS>>
  /** 1-based line on which the element begins. */
  readonly line: number
}

/** Receives the document piece by piece. What it throws reaches the one who feeds the parser. */
export interface XmlListener {
  openElement(element: XmlElement): void
  closeElement(): void
  /** Character data and CDATA; called only while the last `listenToText` said so. */
  text(text: string): void
}

/** Elements within one another. ODM needs ten, vendors a few more. */
const DEEPEST = 256

/** Characters from one element to the next: a tag, a comment, a text. */
const LONGEST_PIECE = 16 * 1024 * 1024

export class XmlReader {
  readonly #file: string
  #depth = 0
  /** Characters since something ended. */
  #unended = 0
  readonly #parser = new SaxesParser<{ xmlns: true }>({ xmlns: true })
  readonly #listener: XmlListener
  #startLine = 1

  constructor(file: string, listener: XmlListener) {
    this.#file = file
    this.#listener = listener
    const parser = this.#parser
    parser.on('error', (error) => {
      throw this.#malformed(error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, ''), error)
    })
    parser.on('doctype', () => {
      throw this.#malformed(
        'a document type declaration (DOCTYPE), which is not read because its entities can hide anything',
      )
    })
    parser.on('opentagstart', () => {
      // The parser has read one character beyond the name: a line break there begins the next line.
      this.#startLine = parser.column === 0 ? parser.line - 1 : parser.line
    })
    parser.on('opentag', ({ local, uri, attributes }) => {
      this.#unended = 0
      if (++this.#depth > DEEPEST) throw this.#malformed(`more than ${DEEPEST} elements within one another`)
      listener.openElement({ local, namespace: uri, attributes, line: this.#startLine })
    })
    parser.on('closetag', () => {
      this.#unended = 0
      this.#depth--
      listener.closeElement()
    })
  }

  /** Text that nobody listens to is not kept in memory. */
  listenToText(wanted: 'yes' | 'no'): void {
    if (wanted === 'yes') {
      this.#parser.on('text', (text) => {
        this.#listener.text(text)
      })
      this.#parser.on('cdata', (text) => {
        this.#listener.text(text)
      })
    } else {
      this.#parser.off('text')
      this.#parser.off('cdata')
    }
  }

  /** @throws AecoderError XML_MALFORMED with file:line:column */
  push(text: string): void {
    this.#unended += text.length
    this.#parser.write(text)
    // The parser keeps what has not ended in memory.
    if (this.#unended > LONGEST_PIECE)
      throw this.#malformed(`a tag, comment or text of more than ${LONGEST_PIECE} characters`)
  }

  /** @throws AecoderError XML_MALFORMED when the document is not complete */
  end(): void {
    this.#parser.close()
  }

  #malformed(found: string, cause?: Error): AecoderError {
    const facts = {
      where: `${this.#file}:${this.#parser.line}:${this.#parser.column}`,
      found,
      expected: 'a complete, well-formed XML document',
      action: 'Have the export repeated; nothing was taken from this file',
    }
    return new AecoderError('XML_MALFORMED', facts, cause)
  }
}
