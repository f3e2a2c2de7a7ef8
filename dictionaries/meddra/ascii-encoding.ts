/**
 * Bytes of a MedDRA ASCII file to text. Knows encodings, and files that are no text at all; knows no records.
 * UTF-8 is what releases have today. Older ones have the single-byte encoding of their language, MedDRA/J has Shift_JIS,
 * and nothing in them says so: the release's language does.
 */
import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { AecoderError } from '../../schemas/errors.ts'
import { toDamage } from './ascii-file.ts'

export interface DecodeOptions {
  readonly file: string
  /** As the caller was told; else found out. A byte order mark stands over both. */
  readonly encoding?: string | undefined
  /** The release's language, by which bytes that are no UTF-8 are read. */
  readonly language?: string | undefined
}

export interface DecodedFile {
  readonly text: string
  /** The encoding that was supposed because the bytes are no UTF-8 and nobody named one. */
  readonly supposed: string | undefined
}

/** What people call encodings that the WHATWG table has under another label. */
const LABELS: { readonly [name: string]: string } = { cp932: 'shift_jis', cp1250: 'windows-1250', cp936: 'gb18030' }

/** Languages of MedDRA whose old releases are not in Western European letters. */
const BY_LANGUAGE: readonly (readonly [language: RegExp, encoding: string])[] = [
  [/japan/i, 'shift_jis'],
  [/chinese/i, 'gb18030'],
  [/korean/i, 'euc-kr'],
  [/russian/i, 'windows-1251'],
  [/greek/i, 'windows-1253'],
  [/latvian|estonian|lithuanian/i, 'windows-1257'],
  [/czech|hungarian|polish|croatian|slovak|slovenian|romanian/i, 'windows-1250'],
]

/**
 * Decodes a file.
 * @throws AecoderError ENCODING for an encoding that does not exist, or bytes that do not belong to the one named;
 *   DICTIONARY_DAMAGED where the bytes are another kind of file, or UTF-8 with damage
 */
export function decodeText(bytes: Uint8Array, { file, encoding, language = '' }: DecodeOptions): DecodedFile {
  refuseOtherFormat(bytes, file)
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : ''
  if (wide !== '') return { text: decodeAs(bytes, { file, encoding: wide }), supposed: undefined }
  if (encoding !== undefined) return { text: decodeAs(bytes, { file, encoding }), supposed: undefined }
  if (isUtf8(bytes)) return { text: new TextDecoder().decode(bytes), supposed: undefined }
  refuseDamagedUtf8(bytes, file)
  const supposed = supposeEncoding(bytes, language)
  return { text: decodeAs(bytes, { file, encoding: supposed }), supposed }
}

function supposeEncoding(bytes: Uint8Array, language: string): string {
  const name = BY_LANGUAGE.find(([pattern]) => pattern.test(language))?.[1] ?? 'windows-1252'
  // ISO 8859-2 has no letters from 80 to 9F, and Windows-1250 has the commonest ones of these languages there.
  if (name === 'windows-1250' && !bytes.some((byte) => byte >= 0x80 && byte < 0xa0)) return 'iso-8859-2'
  return name
}

function decodeAs(bytes: Uint8Array, { file, encoding }: { file: string; encoding: string }): string {
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(LABELS[encoding.toLowerCase()] ?? encoding, { fatal: true })
  } catch {
    throw new AecoderError('ENCODING', {
      where: file,
      found: `"${encoding}" is not the name of an encoding`,
      expected: 'utf-8, shift_jis, windows-1252, iso-8859-2, gb18030 …',
    })
  }
  try {
    return decoder.decode(bytes)
  } catch {
    throw new AecoderError('ENCODING', {
      where: `${file}:${findBadLine(bytes, decoder)}`,
      found: `bytes that are not ${decoder.encoding}`,
      action: 'Name the encoding the release is in, or get the release again',
    })
  }
}

/** The first line, from 1, that cannot be decoded; the lines of all encodings here end in the same byte. */
function findBadLine(bytes: Uint8Array, decoder: TextDecoder): number {
  let line = 1
  for (let start = 0; start < bytes.length; line += 1) {
    const lineFeed = bytes.indexOf(0x0a, start)
    const end = lineFeed === -1 ? bytes.length : lineFeed
    try {
      decoder.decode(bytes.subarray(start, end))
    } catch {
      return line
    }
    start = end + 1
  }
  return line
}

/** Text of an old encoding holds next to no sequence that is UTF-8; where most are, the file is UTF-8 with damage. */
function refuseDamagedUtf8(bytes: Uint8Array, file: string): void {
  const text = new TextDecoder().decode(bytes)
  let lost = 0
  let whole = 0
  let firstLost = -1
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    if (unit !== 0xfffd) whole += 1
    else {
      lost += 1
      if (firstLost === -1) firstLost = at
    }
  }
  if (whole < 3 * lost) return
  const row = text.slice(0, firstLost).split('\n').length - 1
  throw toDamage(
    { file, row },
    {
      found: 'bytes that are not UTF-8, in a file that is',
      expected: 'the file as released',
      action: 'Get the release again; if it is in another encoding, name that',
    },
  )
}

const SIGNATURES: readonly (readonly [bytes: readonly number[], kind: string, action: string])[] = [
  [[0x1f, 0x8b], 'a gzip archive', 'Unpack it, and load what is in it'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive or an Excel workbook', 'Put the text file of the release here'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel or Word file', 'Put the text file of the release here'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF', 'Put the text file of the release here'],
]

function refuseOtherFormat(bytes: Uint8Array, file: string): void {
  const refuse = (found: string, action: string) => {
    throw new AecoderError('DICTIONARY_DAMAGED', {
      where: `${file}:1`,
      found,
      expected: 'a text file with $ between its fields',
      action,
    })
  }
  for (const [signature, kind, action] of SIGNATURES) {
    if (signature.every((byte, at) => bytes[at] === byte)) refuse(kind, action)
  }
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1')
  const isMarkup = /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|head|body|\?xml)/i.test(head)
  if (isMarkup) {
    refuse('HTML or XML, as of a page that asks to log in', 'Log in and download the release again')
  }
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe
  if (!isWide && head.includes('\0')) refuse('a binary file', 'Put the text file of the release here')
}
