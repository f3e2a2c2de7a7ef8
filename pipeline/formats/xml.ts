/**
 * Text to XML elements, strictly: what is not well-formed is refused with its place, and so is a document type
 * declaration, whose entities could blow up in memory. Namespaces are resolved here: the parser's own way of doing so
 * halves its speed. Knows no ODM.
 */
import { SaxesParser } from 'saxes'
import { AecoderError } from '../../schemas/errors.ts'

export interface XmlElement {
  readonly local: string
  /** Empty for none. */
  readonly namespace: string
  /** By name as written, prefix included. */
  readonly attributes: Readonly<Record<string, string>>
  /** Names of the attributes with a prefix, which is what vendors add. Valid until the next element. */
  readonly prefixed: readonly string[]
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
const MOST_ATTRIBUTES = 1000
/** Namespace prefixes that are declared at one place: each element that declares one gets a list of its own. */
const MOST_PREFIXES = 1000
/** Characters of one comment, CDATA section or attribute: the parser holds what is not complete in memory. */
const LONGEST_TOKEN = 16 * 1024 * 1024
/** Characters of names and attributes of all elements that are open: the parser holds them until they end. */
const MOST_HELD = 32 * 1024 * 1024
/** Characters of an element that need not be counted: nearly all have fewer, and few can be open. */
const SMALL_ELEMENT = 4096

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/'

/** What to do where the same export would come out the same, by what the parser says. */
const PASTED =
  'XML has no such character, and one may have been pasted into a field: have it removed there, and the export repeated'
const ADVICE: { readonly [found: string]: string } = {
  'disallowed character': PASTED,
  'malformed character entity': PASTED,
}

/** Namespaces by prefix, that of names without one under ''. */
type Scope = ReadonlyMap<string, string>

/** Where the parser keeps what it has read of a token that is not complete. Not part of its interface: a test holds it. */
interface Unfinished {
  readonly text: string
  readonly name: string
  readonly entity: string
  readonly piTarget: string
}

export class XmlReader {
  readonly #file: string
  readonly #parser = new SaxesParser({ xmlns: false })
  readonly #listener: XmlListener
  #startLine = 1
  #depth = 0
  #scope: Scope = new Map([
    ['', ''],
    ['xml', XML_NAMESPACE],
    ['xmlns', XMLNS_NAMESPACE],
  ])
  /** The scopes around elements that declare namespaces, with the depth of each. */
  readonly #outer: { readonly depth: number; readonly scope: Scope }[] = []
  /** Of the tag that is being read: how many attributes it has, and the names of those that have to do with namespaces. */
  #attributes = 0
  #prefixed: string[] = []
  /** Characters of the tag that is being read, of each open element that is not small, and of these together. */
  #tagCharacters = 0
  readonly #large: { readonly depth: number; readonly characters: number }[] = []
  #held = 0

  constructor(file: string, listener: XmlListener) {
    this.#file = file
    this.#listener = listener
    const parser = this.#parser
    parser.on('error', (error) => {
      const found = error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')
      throw this.#malformed(found, { cause: error, action: ADVICE[found] })
    })
    parser.on('doctype', () => {
      throw this.#malformed(
        'a document type declaration (DOCTYPE), which is not read because its entities can hide anything',
        { action: 'Have the export written without it' },
      )
    })
    parser.on('processinginstruction', ({ target }) => {
      if (target.includes(':')) throw this.#malformed(`malformed name: ${target}`)
    })
    parser.on('opentagstart', ({ name }) => {
      // The parser has read one character beyond the name: a line break there begins the next line.
      this.#startLine = parser.column === 0 ? parser.line - 1 : parser.line
      this.#attributes = 0
      this.#tagCharacters = name.length
      if (this.#prefixed.length > 0) this.#prefixed = []
    })
    parser.on('attribute', ({ name, value }) => {
      this.#tagCharacters += name.length + value.length
      if (this.#held + this.#tagCharacters > MOST_HELD)
        throw this.#malformed(`more than ${MOST_HELD} characters in the attributes of elements within one another`)
      if (++this.#attributes > MOST_ATTRIBUTES)
        throw this.#malformed(`an element with more than ${MOST_ATTRIBUTES} attributes`)
      if (name.includes(':') || name === 'xmlns') this.#prefixed.push(name)
    })
    parser.on('opentag', ({ name, attributes }) => {
      if (++this.#depth > DEEPEST) throw this.#malformed(`more than ${DEEPEST} elements within one another`)
      if (this.#tagCharacters > SMALL_ELEMENT) {
        this.#large.push({ depth: this.#depth, characters: this.#tagCharacters })
        this.#held += this.#tagCharacters
      }
      if (this.#prefixed.length > 0) this.#resolveAttributes(attributes)
      const { local, namespace } = name.includes(':')
        ? this.split(name)
        : { local: name, namespace: this.#scope.get('') ?? '' }
      if (namespace === XMLNS_NAMESPACE) throw this.#malformed('tags may not have "xmlns" as prefix')
      listener.openElement({ local, namespace, attributes, prefixed: this.#prefixed, line: this.#startLine })
    })
    parser.on('closetag', () => {
      listener.closeElement()
      if (this.#held > 0 && this.#large.at(-1)?.depth === this.#depth) this.#held -= this.#large.pop()?.characters ?? 0
      const outer = this.#outer.at(-1)
      if (outer?.depth === this.#depth) {
        this.#scope = outer.scope
        this.#outer.pop()
      }
      this.#depth--
    })
  }

  /**
   * A name with a prefix, apart, in the scope of the element that is open.
   * @throws AecoderError XML_MALFORMED when nothing declares the prefix
   */
  split(name: string): { local: string; namespace: string } {
    const colon = name.indexOf(':')
    const prefix = name.slice(0, colon)
    const local = name.slice(colon + 1)
    if (prefix === '' || local === '' || local.includes(':')) throw this.#malformed(`malformed name: ${name}`)
    const namespace = this.#scope.get(prefix)
    if (namespace === undefined) throw this.#malformed(`unbound namespace prefix: "${prefix}"`)
    return { local, namespace }
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
    this.#parser.write(text)
    const held = this.#parser as unknown as Unfinished
    if (held.text.length + held.name.length + held.entity.length + held.piTarget.length > LONGEST_TOKEN)
      throw this.#malformed(`a tag, comment or text of more than ${LONGEST_TOKEN} characters`)
  }

  /** @throws AecoderError XML_MALFORMED when the document is not complete */
  end(): void {
    this.#parser.close()
  }

  /** Takes in what an element declares; then every prefix must be declared, and no attribute may stand twice. */
  #resolveAttributes(attributes: Readonly<Record<string, string>>): void {
    const names = this.#prefixed.filter((name) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    if (names.length < this.#prefixed.length) this.#declare(attributes)
    this.#prefixed = names
    const seen = new Set<string>()
    for (const name of names) {
      const { local, namespace } = this.split(name)
      seen.add(`${namespace} ${local}`)
    }
    if (seen.size < names.length) throw this.#malformed(`duplicate attribute under two prefixes: ${names.join(', ')}`)
  }

  #declare(attributes: Readonly<Record<string, string>>): void {
    const scope = new Map(this.#scope)
    for (const name of this.#prefixed) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue
      const prefix = name.slice('xmlns:'.length)
      const namespace = (attributes[name] ?? '').trim()
      if (name !== 'xmlns' && (prefix === '' || prefix.includes(':'))) throw this.#malformed(`malformed name: ${name}`)
      if (prefix !== '' && namespace === '') throw this.#malformed('invalid attempt to undefine prefix in XML 1.0')
      const isReserved = prefix === 'xmlns' || namespace === XMLNS_NAMESPACE
      if (isReserved || (prefix === 'xml') !== (namespace === XML_NAMESPACE))
        throw this.#malformed(`${name}="${namespace}": xml and xmlns keep their own namespaces`)
      scope.set(prefix, namespace)
    }
    if (scope.size > MOST_PREFIXES) throw this.#malformed(`more than ${MOST_PREFIXES} namespace prefixes`)
    this.#outer.push({ depth: this.#depth, scope: this.#scope })
    this.#scope = scope
  }

  #malformed(found: string, { cause, action }: { cause?: Error; action?: string | undefined } = {}): AecoderError {
    const facts = {
      where: `${this.#file}:${this.#parser.line}:${this.#parser.column}`,
      found,
      expected: 'a complete, well-formed XML document',
      action: action ?? 'Have the export repeated; nothing was taken from this file',
    }
    return new AecoderError('XML_MALFORMED', facts, cause)
  }
}
