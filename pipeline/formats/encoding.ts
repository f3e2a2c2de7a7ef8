/** Names of character encodings and what a file's first bytes say of its own. Knows no decoding. */
import iconv from 'iconv-lite'
import { AecoderError } from '../../schemas/errors.ts'

/** An encoding with the reason it was taken: the advice of a later refusal depends on it. */
export interface ChosenEncoding {
  /** Lower case, one spelling each for the common ones: utf-8, utf-16le, utf-16be, us-ascii, iso-8859-1, windows-1252. */
  readonly name: string
  readonly from: 'bom' | 'xml-declaration' | 'option' | 'bytes' | 'default'
  /** The option names it, for a text that has no declaration of its own. */
  readonly isOfTable?: true
  /** Bytes of the byte order mark, to be left out of the text. */
  readonly bomLength: number
}

/** Spellings without punctuation → our name. Everything else is iconv-lite's business. */
const COMMON: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  utf16: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  ucs2: 'utf-16le',
  ascii: 'us-ascii',
  usascii: 'us-ascii',
  iso646us: 'us-ascii',
  ansix341968: 'us-ascii',
  latin1: 'iso-8859-1',
  iso88591: 'iso-8859-1',
  cp1252: 'windows-1252',
  win1252: 'windows-1252',
  windows1252: 'windows-1252',
}

/** What iconv-lite also offers, but no export is written in. */
const NOT_TEXT = /^(base64|hex|utf7|utf32|ucs4)/

/** The XML declaration must be the very first thing in the file (XML 1.0 §2.8); 1 KiB is ample for it. */
export const XML_DECLARATION_BYTES = 1024

/**
 * The encoding of a file: its byte order mark, else the option, else its XML declaration (if `declaration` is asked
 * for), else UTF-16 where every other of the first bytes is zero, else UTF-8. The option stands over the declaration:
 * nobody sets it but for files that are wrong about themselves or say nothing.
 * @throws AecoderError ENCODING for an unknown name, or one that the first bytes contradict
 */
export function findEncoding(
  head: Uint8Array,
  options: { readonly name: string; readonly encoding?: string; readonly declaration?: 'xml' },
): ChosenEncoding {
  const { name: where } = options
  const wanted = options.encoding === undefined ? undefined : toEncodingName(options.encoding, `${where}: encoding`)

  const bom = findBom(head)
  if (bom !== undefined) {
    if (wanted !== undefined && wanted !== bom.name && !(wanted === 'utf-16' && bom.name.startsWith('utf-16'))) {
      throw new AecoderError('ENCODING', {
        where,
        found: `the file begins with the byte order mark of ${bom.name}`,
        expected: `${wanted}, as the source's "encoding" says`,
        action: 'Remove "encoding" from the source: a byte order mark names the encoding',
      })
    }
    return { name: bom.name, from: 'bom', bomLength: bom.length }
  }

  const declared = options.declaration === 'xml' ? findXmlEncoding(head) : undefined
  const named = wanted ?? (declared === undefined ? undefined : toEncodingName(declared, `${where}: XML declaration`))
  const wide = findWide(head)
  if (declared !== undefined && named !== undefined && named.startsWith('utf-16') !== (wide !== undefined)) {
    throw new AecoderError('ENCODING', {
      where,
      found: `the ${wanted === undefined ? `XML declaration says "${declared}"` : `source's "encoding" says ${wanted}`}, the bytes are ${wide ?? 'one per character'}`,
      action:
        wanted === undefined
          ? 'Have the export corrected: the declaration and the bytes must agree'
          : 'Correct "encoding" in study.json, or remove it',
    })
  }
  if (named === undefined)
    return { name: wide ?? 'utf-8', from: wide === undefined ? 'default' : 'bytes', bomLength: 0 }
  // Without a byte order mark the first character, which is ASCII in a header line, shows the byte order.
  const byOrder = head[0] === 0 ? 'utf-16be' : 'utf-16le'
  const name = named !== 'utf-16' ? named : byOrder
  return { name, from: wanted === undefined ? 'xml-declaration' : 'option', bomLength: 0 }
}

/** One spelling for an encoding's name. */
function toEncodingName(name: string, where: string): string {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  const common = COMMON[bare]
  if (common !== undefined) return common
  if (bare !== '' && !NOT_TEXT.test(bare) && iconv.encodingExists(name)) return name.toLowerCase()
  throw new AecoderError('ENCODING', {
    where,
    found: `"${name}" is not the name of an encoding`,
    expected: 'utf-8, utf-16le, utf-16be, us-ascii, iso-8859-1, iso-8859-15, windows-1252, macintosh, shift_jis …',
  })
}

function findBom(head: Uint8Array): { name: string; length: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', length: 3 }
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', length: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', length: 2 }
  return undefined
}

/**
 * Two ASCII characters in 16-bit units without a byte order mark: a header line begins so, and XML does (XML 1.0,
 * appendix F). No other text holds a zero byte.
 */
function findWide([first, second, third, fourth]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first && second === 0 && third && fourth === 0) return 'utf-16le'
  if (first === 0 && second && third === 0 && fourth) return 'utf-16be'
  return undefined
}

function findXmlEncoding(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, XML_DECLARATION_BYTES)).toString('latin1').replaceAll('\0', '')
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1]
}
