/**
 * Bytes to text, strictly: a byte that does not belong to the encoding is refused with its place, never replaced.
 * Knows encodings; knows nothing of rows or elements.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { type ChosenEncoding, findEncoding, XML_DECLARATION_BYTES } from './encoding.ts'

export interface ReadTextOptions {
  /** The encoding where the file does not name it itself. */
  readonly encoding?: string
  /** Honour the encoding in an XML declaration. */
  readonly declaration?: 'xml'
  /** Sees every chunk of the file once, in order, as it was read: for a checksum. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/**
 * Characters of a piece of text, at most: large enough to be parsed fast, small enough to keep memory flat. No encoding
 * has more characters than bytes, so as many bytes are decoded at once.
 */
export const MOST_CHARACTERS = 65_536

export interface DecodedText {
  readonly encoding: string
  /** The text without its byte order mark, in pieces of bounded size. Can be consumed once; ending the loop early closes the file. */
  readonly text: AsyncGenerator<string, void, undefined>
}

/** Turns chunks into text. Code points split between chunks are kept back until they are whole. */
interface Decoder {
  write(bytes: Buffer): string
  end(): string
}

/**
 * Opens a file as text. Its encoding is what `findEncoding` says; the same text comes out however the bytes are cut into chunks.
 * @throws AecoderError ENCODING here when the encoding is unknown or contradicted, from `text` when bytes do not belong
 * to it or a NUL character shows that the file is binary or of another encoding
 */
export async function readText(file: SourceFile, options: ReadTextOptions): Promise<DecodedText> {
  const chunks = file.open()[Symbol.asyncIterator]()
  try {
    const head = await readHead(chunks, options)
    const found = findEncoding(head, { ...options, name: file.name })
    const isOfTable = found.from === 'option' && options.declaration === undefined
    const encoding: ChosenEncoding = isOfTable ? { ...found, isOfTable } : found
    const decoder = openDecoder(file.name, encoding)
    const rest = decodeChunks(chunks, { decoder, onBytes: options.onBytes, first: head.subarray(encoding.bomLength) })
    return { encoding: encoding.name, text: rest }
  } catch (error) {
    await chunks.return?.()
    throw error
  }
}

/** Reads as many chunks as the byte order mark and the XML declaration need. */
async function readHead(chunks: AsyncIterator<Uint8Array>, options: ReadTextOptions): Promise<Buffer> {
  let head = Buffer.alloc(0)
  for (;;) {
    const isXml = options.declaration === 'xml' && !head.includes('>')
    if (head.length >= (isXml ? XML_DECLARATION_BYTES : 4)) return head
    const next = await chunks.next()
    if (next.done === true) return head
    options.onBytes?.(next.value)
    head = Buffer.concat([head, next.value])
  }
}

async function* decodeChunks(
  chunks: AsyncIterator<Uint8Array>,
  source: { decoder: Decoder; onBytes: ReadTextOptions['onBytes']; first: Buffer },
): AsyncGenerator<string, void, undefined> {
  const { decoder, onBytes } = source
  try {
    yield* decodePieces(source.first, decoder)
    for (;;) {
      const next = await chunks.next()
      if (next.done === true) break
      onBytes?.(next.value)
      yield* decodePieces(toBuffer(next.value), decoder)
    }
    const last = decoder.end()
    if (last !== '') yield last
  } finally {
    await chunks.return?.()
  }
}

/** In texts that a parser takes as they are: one cut from a longer text costs a detour at every character. */
function* decodePieces(bytes: Buffer, decoder: Decoder): Generator<string> {
  for (let at = 0; at < bytes.length; at += MOST_CHARACTERS) {
    const text = decoder.write(bytes.subarray(at, at + MOST_CHARACTERS))
    if (text !== '') yield text
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function openDecoder(file: string, encoding: ChosenEncoding): Decoder {
  switch (encoding.name) {
    case 'utf-8':
      return utf8Decoder(file, encoding)
    case 'utf-16le':
    case 'utf-16be':
      return utf16Decoder(file, encoding)
    case 'us-ascii':
      return asciiDecoder(file, encoding)
    default:
      return iconvDecoder(file, encoding)
  }
}

function utf8Decoder(file: string, encoding: ChosenEncoding): Decoder {
  let offset = encoding.bomLength
  let carried = Buffer.alloc(0)
  return {
    write(bytes) {
      const all = carried.length === 0 ? bytes : Buffer.concat([carried, bytes])
      const whole = all.subarray(0, all.length - countUnfinished(all))
      refuseNul(file, { bytes: whole, offset })
      if (!isUtf8(whole)) {
        const { start, end } = findInvalidUtf8(whole)
        throw notInEncoding(file, { encoding, offset: offset + start, bytes: whole.subarray(start, end) })
      }
      // A copy: a chunk's memory may be used again by whoever reads the file.
      carried = Buffer.from(all.subarray(whole.length))
      offset += whole.length
      return whole.toString('utf8')
    },
    end() {
      if (carried.length > 0) throw notInEncoding(file, { encoding, offset, bytes: carried })
      return ''
    },
  }
}

/** Bytes that a UTF-8 lead byte announces, itself included; 1 for bytes that lead nothing. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  if (lead >= 0xe0) return 3
  return lead >= 0xc0 ? 2 : 1
}

/** How many bytes at the end begin a code point whose rest is still to come. */
function countUnfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

/** The first bytes that are no UTF-8: a lead byte with its valid followers and the byte that breaks it off. */
function findInvalidUtf8(bytes: Buffer): { start: number; end: number } {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0)
    if (isUtf8(bytes.subarray(at, at + length))) {
      at += length
      continue
    }
    let end = at + 1
    while (end < at + length && isContinuation(bytes[end])) end++
    return { start: at, end: Math.min(length === 1 ? end : end + 1, at + length, bytes.length) }
  }
  throw new Error('called on valid UTF-8')
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0
}

function asciiDecoder(file: string, encoding: ChosenEncoding, from = 0): Decoder {
  let offset = from
  return {
    write(bytes) {
      refuseNul(file, { bytes, offset })
      if (!isAscii(bytes)) {
        const at = bytes.findIndex((byte) => byte > 0x7f)
        throw notInEncoding(file, { encoding, offset: offset + at, bytes: bytes.subarray(at, at + 1) })
      }
      offset += bytes.length
      return bytes.toString('latin1')
    },
    end: () => '',
  }
}

function utf16Decoder(file: string, encoding: ChosenEncoding): Decoder {
  let offset = encoding.bomLength
  let carried = Buffer.alloc(0)
  const isBigEndian = encoding.name === 'utf-16be'
  const at = (bytes: Buffer, index: number) => (isBigEndian ? bytes.readUInt16BE(index) : bytes.readUInt16LE(index))
  return {
    write(bytes) {
      const all = Buffer.concat([carried, bytes])
      let end = all.length - (all.length % 2)
      // The first half of a surrogate pair waits for the second.
      if (end >= 2 && (at(all, end - 2) & 0xfc00) === 0xd800) end -= 2
      const whole = all.subarray(0, end)
      carried = Buffer.from(all.subarray(end))
      const text = (isBigEndian ? Buffer.from(whole).swap16() : whole).toString('utf16le')
      const nul = text.indexOf('\0')
      if (nul >= 0) throw hasNul(file, offset + 2 * nul)
      if (!text.isWellFormed()) {
        const lone = 2 * text.search(/\p{Surrogate}/u)
        throw notInEncoding(file, { encoding, offset: offset + lone, bytes: whole.subarray(lone, lone + 2) })
      }
      offset += end
      return text
    },
    end() {
      if (carried.length > 0) throw notInEncoding(file, { encoding, offset, bytes: carried })
      return ''
    },
  }
}

/**
 * Sees to it that a file is not UTF-8 though its XML declaration, or the source of a table, says otherwise: each character
 * would be read as two or three others. Hardly any text in another encoding is UTF-8 throughout, so the file is refused
 * where nothing in it speaks against that. Over an XML declaration, whoever says the encoding outright is believed.
 */
class DeclarationCheck {
  readonly #file: string
  readonly #encoding: ChosenEncoding
  #isSuspected: boolean
  /** Where the first byte above 127 stands, with those that follow it to its character's end. */
  #first: { readonly offset: number; readonly bytes: Buffer } | undefined
  #carried: Buffer = Buffer.alloc(0)
  #offset = 0

  constructor(file: string, encoding: ChosenEncoding) {
    this.#file = file
    this.#encoding = encoding
    // Over an XML declaration the option is the way out; a table has none, and its next transfer may be UTF-8.
    this.#isSuspected =
      encoding.from === 'xml-declaration' || (encoding.isOfTable === true && !encoding.name.startsWith('utf-'))
  }

  see(bytes: Buffer): void {
    if (!this.#isSuspected) return
    const all = this.#carried.length === 0 ? bytes : Buffer.concat([this.#carried, bytes])
    const whole = all.subarray(0, all.length - countUnfinished(all))
    this.#carried = Buffer.from(all.subarray(whole.length))
    this.#isSuspected = isUtf8(whole)
    if (this.#first === undefined && this.#isSuspected && !isAscii(whole)) {
      const at = whole.findIndex((byte) => byte > 0x7f)
      const end = at + sequenceLength(whole[at] ?? 0)
      this.#first = { offset: this.#offset + at, bytes: Buffer.from(whole.subarray(at, end)) }
    }
    this.#offset += whole.length
  }

  /** @throws AecoderError ENCODING when all of the file was UTF-8, and not ASCII alone */
  end(): void {
    if (!this.#isSuspected || this.#first === undefined) return
    const { offset, bytes } = this.#first
    const isTold = this.#encoding.from === 'option'
    throw new AecoderError('ENCODING', {
      where: `${this.#file}: byte offset ${offset}`,
      found: `bytes ${toHex(bytes)}, which are UTF-8 like all others above 127 in the file`,
      expected: `${this.#encoding.name}, as ${isTold ? 'the source\'s "encoding"' : 'its XML declaration'} says`,
      action: isTold
        ? 'Remove "encoding" from the source: this file is UTF-8, which needs none'
        : `Have the export corrected, or set "encoding" on the source to what it is: "utf-8", or "${this.#encoding.name}" after all`,
    })
  }
}

/**
 * All other encodings. iconv-lite puts U+FFFD where bytes mean nothing; that is refused here. So are the control
 * characters that 0x80 to 0x9F stand for in ISO 8859: no export writes them, and a file that has them is windows-1252.
 */
function iconvDecoder(file: string, encoding: ChosenEncoding, from = 0): Decoder {
  const { name } = encoding
  if (!iconv.encodingExists(name)) throw new Error('findEncoding lets unknown encodings through')
  const decoder = iconv.getDecoder(name, { stripBOM: false })
  const declaration = new DeclarationCheck(file, encoding)
  const foreign = name.startsWith('iso-8859-') ? /[\u0080-\u009f\ufffd]/ : /\ufffd/
  let offset = from
  const checked = (text: string, bytes: Buffer) => {
    const lost = text.search(foreign)
    if (lost >= 0) {
      // One byte is one character in most of these encodings; where it is not, the chunk's start is as near as we know.
      const isExact = text.length === bytes.length
      const at = isExact ? lost : 0
      throw notInEncoding(file, { encoding, offset: offset + at, bytes: bytes.subarray(at, at + (isExact ? 1 : 0)) })
    }
    offset += bytes.length
    return text
  }
  return {
    write(bytes) {
      refuseNul(file, { bytes, offset })
      declaration.see(bytes)
      return checked(decoder.write(bytes), bytes)
    },
    end() {
      declaration.end()
      return checked(decoder.end() ?? '', Buffer.alloc(0))
    },
  }
}

interface BadPlace {
  readonly encoding: ChosenEncoding
  /** 0-based, from the start of the file. */
  readonly offset: number
}

function refuseNul(file: string, { bytes, offset }: { bytes: Buffer; offset: number }): void {
  const at = bytes.indexOf(0)
  if (at >= 0) throw hasNul(file, offset + at)
}

function hasNul(file: string, offset: number): AecoderError {
  return new AecoderError('ENCODING', {
    where: `${file}: byte offset ${offset}`,
    found: 'a NUL character',
    expected: 'a text file, or a binary format that is read: SAS XPORT, Arrow, Parquet, zip',
    action:
      'Check what the file is, and that no field of it holds a NUL; if it is text in UTF-16, set "encoding": "utf-16le" or "utf-16be" on the source',
  })
}

function notInEncoding(file: string, { encoding, offset, bytes }: BadPlace & { bytes: Buffer }): AecoderError {
  const hex = toHex(bytes)
  const what =
    bytes.length === 0 ? 'from here on, bytes that are' : bytes.length === 1 ? `byte ${hex} is` : `bytes ${hex} are`
  return new AecoderError('ENCODING', {
    where: `${file}: byte offset ${offset}`,
    found: `${what} not ${encoding.name}`,
    action: toAdvice(encoding),
  })
}

function toHex(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')
}

function toAdvice({ name, from }: ChosenEncoding): string {
  switch (from) {
    case 'bom':
      return `The file begins with the byte order mark of ${name}, so it is damaged or was joined from files of different encodings: export it again`
    case 'xml-declaration':
      return `The XML declaration of the file says "${name}": have the export corrected, or set "encoding" on the source to what it is`
    case 'bytes':
      return `Its first bytes are ${name}: export the file again, or set "encoding" on the source to what it is`
    case 'option':
    case 'default':
      return name === 'windows-1252'
        ? 'Set another "encoding" on the source'
        : 'Export the file again as UTF-8, or set "encoding": "windows-1252" on the source if that is what it is'
  }
}

/** Turns the bytes of one cell into text. `offset` is the place of its first byte in the file. */
export type CellDecoder = (bytes: Buffer, offset: number) => string

/** Encodings in which bytes below 128 are ASCII and nothing else. */
const ASCII_WITHIN = /^(?:utf-8|us-ascii|iso-8859-\d+|windows-125\d|macintosh|macroman)$/

/**
 * A decoder for formats whose texts stand between other bytes, as strict as `readText`: each cell by itself.
 * @param name the encoding; without it UTF-8
 * @returns also whether cells of ASCII bytes need no decoding
 * @throws AecoderError ENCODING here for an unknown name or one of several bytes a character, from the decoder with the
 * byte offset
 */
export function toCellDecoder(
  file: string,
  name: string | undefined,
): { encoding: string; decode: CellDecoder; isAsciiPlain: boolean } {
  const encoding = findEncoding(new Uint8Array(), { name: file, ...(name === undefined ? {} : { encoding: name }) })
  if (encoding.name.startsWith('utf-16')) {
    throw new AecoderError('ENCODING', {
      where: file,
      found: `"encoding" is ${encoding.name}`,
      expected: 'utf-8, us-ascii, iso-8859-1, windows-1252, shift_jis …: cells of this format are bytes',
    })
  }
  return {
    encoding: encoding.name,
    isAsciiPlain: ASCII_WITHIN.test(encoding.name),
    decode: encoding.name === 'utf-8' ? utf8Cells(file, encoding) : otherCells(file, encoding),
  }
}

function utf8Cells(file: string, encoding: ChosenEncoding): CellDecoder {
  return (bytes, offset) => {
    const text = bytes.toString('utf8')
    // Only a text with this character can have lost something.
    if (text.includes('\ufffd') && !isUtf8(bytes)) {
      const { start, end } = findInvalidUtf8(bytes)
      throw notInEncoding(file, { encoding, offset: offset + start, bytes: bytes.subarray(start, end) })
    }
    const nul = text.includes('\0') ? bytes.indexOf(0) : -1
    if (nul >= 0) throw hasNul(file, offset + nul)
    return text
  }
}

function otherCells(file: string, encoding: ChosenEncoding): CellDecoder {
  const open = encoding.name === 'us-ascii' ? asciiDecoder : iconvDecoder
  return (bytes, offset) => {
    const decoder = open(file, encoding, offset)
    return decoder.write(bytes) + decoder.end()
  }
}
