/**
 * JSON read piece by piece: values of bounded size, and arrays of plain values as texts, numbers as they are written.
 * Knows JSON (RFC 8259); knows no Dataset-JSON.
 */
import { MOST_COLUMNS, toDamaged } from './table-shape.ts'

/** Characters of one value or row as they stand in the file: six may stand for one. */
const LONGEST_VALUE = 8 * 1024 * 1024

/** Arrays and objects within one another. */
const DEEPEST = 32

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const LINE_FEED = 0x0a
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = 0x5b

/** One array of plain values. */
export interface JsonRow {
  /** 1-based line of the text on which it begins. */
  readonly line: number
  /** Texts and numbers as written, true and false by name, null as ''. */
  readonly fields: string[]
}

/** A JSON text, taken from its start to its end. */
export class JsonText {
  readonly #file: string
  readonly #blocks: AsyncIterator<string>
  #text = ''
  #at = 0
  #line = 1
  /** The first line break that was not counted. */
  #break = Number.POSITIVE_INFINITY
  #isEnded: boolean = false
  #end = 0

  constructor(file: string, blocks: AsyncIterator<string>) {
    this.#file = file
    this.#blocks = blocks
  }

  /** The next character that is no white space, undefined at the end. It is not taken. */
  async peek(): Promise<string | undefined> {
    for (;;) {
      this.#at = skipBlanks(this.#text, this.#at)
      if (this.#at < this.#text.length) return this.#text[this.#at]
      if (!(await this.#fill())) return undefined
    }
  }

  /** Takes one of these characters, white space before it. @throws AecoderError FORMAT_DAMAGED for anything else */
  async take(characters: string): Promise<string> {
    const next = await this.peek()
    if (next === undefined || !characters.includes(next)) throw this.#unexpected(Array.from(characters).join(' or '))
    this.#at++
    return next
  }

  /** Any value, parsed. @throws AecoderError FORMAT_DAMAGED, also for one that is too long or too deep */
  async value(): Promise<unknown> {
    await this.peek()
    for (;;) {
      const end = this.#findValueEnd()
      if (end >= 0) {
        const text = this.#text.slice(this.#at, end)
        try {
          const value: unknown = JSON.parse(text)
          this.#at = end
          return value
        } catch (error) {
          throw this.#malformed(`no JSON value: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      if (!(await this.#fill())) throw this.#unexpected('a whole value')
    }
  }

  /** The array that comes next, which must begin here; undefined where its end is not there yet. */
  nextRow(): JsonRow | undefined {
    this.#at = skipBlanks(this.#text, this.#at)
    if (this.#at >= this.#text.length) return undefined
    const fields = this.#parseRow()
    if (fields === undefined) return undefined
    const line = this.line
    this.#at = this.#end
    return { line, fields }
  }

  /** The next row if it is there as a whole, with the comma behind it; undefined also where something else comes. */
  rowNow(within: 'array' | 'lines'): JsonRow | undefined {
    this.#at = skipBlanks(this.#text, this.#at)
    if (this.#text.charCodeAt(this.#at) !== OPENING) return undefined
    const fields = this.#parseRow()
    if (fields === undefined) return undefined
    let end = this.#end
    if (within === 'array') {
      end = skipBlanks(this.#text, end)
      if (this.#text[end] !== ',' || this.#text[skipBlanks(this.#text, end + 1)] === ']') return undefined
      end++
    }
    const line = this.line
    this.#at = end
    return { line, fields }
  }

  /** Reads on. @throws AecoderError FORMAT_DAMAGED at the end, and where nothing ends for too long */
  async more(wanted: string): Promise<void> {
    if (!(await this.#fill())) throw this.#unexpected(wanted)
  }

  /** 1-based line of the place. */
  get line(): number {
    while (this.#break < this.#at) {
      this.#line++
      this.#break = findBreak(this.#text, this.#break + 1)
    }
    return this.#line
  }

  async close(): Promise<void> {
    await this.#blocks.return?.()
  }

  async #fill(): Promise<boolean> {
    if (this.#text.length - this.#at > LONGEST_VALUE) {
      throw this.#malformed(`a value of more than ${LONGEST_VALUE} characters: something is not closed`)
    }
    if (this.#isEnded) return false
    const next = await this.#blocks.next()
    if (next.done === true) {
      this.#isEnded = true
      // A number at the very end of the text ends with it.
      this.#text += ' '
      return true
    }
    void this.line
    this.#text = this.#text.slice(this.#at) + next.value
    this.#at = 0
    this.#break = findBreak(this.#text, 0)
    return true
  }

  /** Behind the value that begins here, -1 where that is not there yet. */
  #findValueEnd(): number {
    const text = this.#text
    let depth = 0
    for (let at = this.#at; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        at = findClosingQuote(text, at)
        if (at < 0) return -1
        if (depth === 0) return at + 1
      } else if (code === OPENING || code === 0x7b) {
        if (++depth > DEEPEST) throw this.#malformed(`more than ${DEEPEST} arrays and objects within one another`)
      } else if (code === 0x5d || code === 0x7d) {
        if (depth === 0) return at
        if (--depth === 0) return at + 1
      } else if (depth === 0 && (code === 0x2c || isBlank(code))) return at
    }
    return -1
  }

  /** Undefined where the array is not whole yet; else `#end` stands behind it. */
  #parseRow(): string[] | undefined {
    const text = this.#text
    let at = this.#at
    if (text.charCodeAt(at) !== OPENING) throw this.#unexpected('a row, which is an array')
    const fields: string[] = []
    at = skipBlanks(text, at + 1)
    if (text[at] === ']') {
      this.#end = at + 1
      return fields
    }
    for (;;) {
      at = skipBlanks(text, at)
      const code = text.charCodeAt(at)
      if (Number.isNaN(code)) return undefined
      let end: number
      if (code === QUOTE) {
        end = text.indexOf('"', at + 1)
        if (end < 0) return undefined
        let value = text.slice(at + 1, end)
        if (value.includes('\\')) {
          end = findClosingQuote(text, at)
          if (end < 0) return undefined
          value = this.#parseString(text.slice(at, end + 1), at)
        } else if (hasControl(value)) throw this.#malformed('a line break or control character within a text', at)
        fields.push(value)
        end++
      } else {
        end = at
        while (isPlain(text.charCodeAt(end))) end++
        if (end >= text.length) return undefined
        fields.push(this.#toPlainText(text.slice(at, end), at))
      }
      if (fields.length > MOST_COLUMNS) throw this.#malformed(`a row of more than ${MOST_COLUMNS} values`)
      at = skipBlanks(text, end)
      const next = text[at]
      if (next === undefined) return undefined
      at++
      if (next === ']') {
        this.#end = at
        return fields
      }
      if (next !== ',') throw this.#malformed(`${JSON.stringify(next)} behind a value (expected , or ])`, at)
    }
  }

  #parseString(text: string, at: number): string {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw this.#malformed('a text with a broken escape', at)
    }
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) {
      throw this.#malformed('a text with a NUL character or half a surrogate pair', at)
    }
    return value
  }

  #toPlainText(text: string, at: number): string {
    if (text === 'null') return ''
    if (text === 'true' || text === 'false' || NUMBER.test(text)) return text
    const found = text === '' ? `${JSON.stringify(this.#text[at])} within a row` : JSON.stringify(text.slice(0, 40))
    throw this.#malformed(`${found} (expected a text, a number, true, false or null)`, at)
  }

  #unexpected(expected: string): Error {
    const next = this.#text[skipBlanks(this.#text, this.#at)]
    const found = next === undefined ? 'the file ends here' : JSON.stringify(next)
    return toDamaged({ file: this.#file, at: `line ${this.line}` }, { found, expected })
  }

  #malformed(found: string, at: number = this.#at): Error {
    this.#at = at
    return toDamaged({ file: this.#file, at: `line ${this.line}` }, { found, expected: 'JSON' })
  }
}

function findBreak(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === LINE_FEED || code === 0x0d || code === 0x09
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/** Characters of numbers and of true, false and null. */
function isPlain(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x2b ||
    code === 0x45
  )
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20) return true
  return false
}

/** The quote that ends the text which the one at `from` begins, -1 where there is none. */
function findClosingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return at
  }
  return -1
}
