import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { type ReadTextOptions, readText } from '../../pipeline/formats/decode.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { toFile } from './sources.ts'

async function decode(file: SourceFile, options: ReadTextOptions = {}): Promise<{ encoding: string; text: string }> {
  const { encoding, text } = await readText(file, options)
  let all = ''
  for await (const piece of text) all += piece
  return { encoding, text: all }
}

/** One, two, three and four bytes in UTF-8; a surrogate pair in UTF-16. */
const SAMPLE = 'a,é,€,𝛼,日本語\r\n'

describe('byte order marks', () => {
  test.each([
    ['utf-8', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(SAMPLE)])],
    ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), iconv.encode(SAMPLE, 'utf-16le')])],
    ['utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), iconv.encode(SAMPLE, 'utf-16be')])],
  ])('the mark of %s names the encoding and is not part of the text', async (encoding, bytes) => {
    for (const chunkSize of [1, 2, 3, 5, 1000]) {
      expect(await decode(toFile(bytes, { chunkSize }))).toEqual({ encoding, text: SAMPLE })
    }
  })

  test('a mark that contradicts the configured encoding is refused', async () => {
    const file = toFile('\ufeffa,b', { name: 'ae.csv' })
    await expect(decode(file, { encoding: 'latin1' })).rejects.toMatchObject({
      code: 'ENCODING',
      message: expect.stringContaining('ae.csv: the file begins with the byte order mark of utf-8') as string,
    })
    expect(file.isClosed()).toBe(true)
  })

  test('a mark that agrees with the configured encoding is taken', async () => {
    expect((await decode(toFile('\ufeffa'), { encoding: 'UTF8' })).text).toBe('a')
    const wide = Buffer.concat([Buffer.from([0xfe, 0xff]), iconv.encode('a', 'utf-16be')])
    expect(await decode(toFile(wide), { encoding: 'utf-16' })).toEqual({ encoding: 'utf-16be', text: 'a' })
  })

  test('a mark alone is an empty text, and so is no byte at all', async () => {
    expect((await decode(toFile('\ufeff'))).text).toBe('')
    expect((await decode(toFile(''))).text).toBe('')
  })
})

describe('configured encodings', () => {
  test.each([
    ['latin1', 'iso-8859-1', [0x63, 0x61, 0x66, 0xe9], 'café'],
    ['ISO-8859-15', 'iso-8859-15', [0xa4], '€'],
    ['windows-1252', 'windows-1252', [0x93, 0x68, 0x69, 0x94, 0x80], '“hi”€'],
    ['macintosh', 'macintosh', [0x8e], 'é'],
    ['shift_jis', 'shift_jis', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['utf-16', 'utf-16le', [0x61, 0, 0xe9, 0], 'aé'],
    ['utf-16', 'utf-16be', [0, 0x61, 0, 0xe9], 'aé'],
  ])('%s reads as %s', async (encoding, name, bytes, text) => {
    for (const chunkSize of [1, 1000]) {
      expect(await decode(toFile(Buffer.from(bytes), { chunkSize }), { encoding })).toEqual({ encoding: name, text })
    }
  })

  test.each(['klingon', 'base64', 'utf-7', ''])('the encoding "%s" is refused with examples', async (encoding) => {
    await expect(decode(toFile('a'), { encoding })).rejects.toMatchObject({
      code: 'ENCODING',
      message: expect.stringContaining('windows-1252') as string,
    })
  })

  test('a byte that windows-1252 does not define is refused with its offset', async () => {
    const bytes = Buffer.from([0x61, 0x62, 0x63, 0x81, 0x64])
    await expect(decode(toFile(bytes, { chunkSize: 2, name: 'ae.csv' }), { encoding: 'cp1252' })).rejects.toThrow(
      'ae.csv: byte offset 3: byte 0x81 is not windows-1252',
    )
  })

  test('a control character that only windows-1252 makes sense of is refused in ISO 8859', async () => {
    const bytes = Buffer.from([0x61, 0xe9, 0x93, 0x68, 0x94])
    for (const chunkSize of [1, 100]) {
      await expect(decode(toFile(bytes, { chunkSize }), { encoding: 'latin1' })).rejects.toThrow(
        'byte offset 2: byte 0x93 is not iso-8859-1. Export the file again as UTF-8, or set "encoding": "windows-1252"',
      )
    }
  })

  test('half a surrogate pair and half a character are refused in UTF-16', async () => {
    const lone = iconv.encode('ab', 'utf-16le')
    lone.writeUInt16LE(0xd835, 2)
    const followed = Buffer.concat([lone, iconv.encode('c', 'utf-16le')])
    for (const chunkSize of [1, 4, 100]) {
      await expect(decode(toFile(followed, { chunkSize }), { encoding: 'utf-16le' })).rejects.toThrow('byte offset 2')
    }
    await expect(decode(toFile(lone), { encoding: 'utf-16le' })).rejects.toThrow('byte offset 2')
    await expect(decode(toFile(Buffer.from([0x61, 0, 0x62])), { encoding: 'utf-16le' })).rejects.toThrow(
      'byte offset 2',
    )
  })
})

describe('UTF-16 without a byte order mark', () => {
  test.each(['utf-16le', 'utf-16be'] as const)('%s is known by the zeros in its first characters', async (name) => {
    const bytes = iconv.encode(SAMPLE.replace('a,', 'ab,'), name)
    for (const chunkSize of [1, 3, 1000])
      expect(await decode(toFile(bytes, { chunkSize }))).toEqual({ encoding: name, text: SAMPLE.replace('a,', 'ab,') })
  })

  test('is no UTF-16 where it is said to be something else', async () => {
    const bytes = iconv.encode('ab', 'utf-16le')
    await expect(decode(toFile(bytes), { encoding: 'utf-8' })).rejects.toThrow('byte offset 1: a NUL character')
  })
})

describe('the XML declaration', () => {
  const declare = (encoding: string, rest = '<a/>') => `<?xml version="1.0" encoding="${encoding}"?>${rest}`

  test.each([
    ['ISO-8859-1', 'iso-8859-1', '<a>é</a>'],
    ['windows-1252', 'windows-1252', '<a>€</a>'],
    ['UTF-8', 'utf-8', '<a>日</a>'],
    ['US-ASCII', 'us-ascii', '<a>&#233;</a>'],
  ])('%s is honoured', async (declared, encoding, rest) => {
    const text = declare(declared, rest)
    const bytes = iconv.encode(text, declared === 'US-ASCII' ? 'ascii' : declared)
    for (const chunkSize of [1, 7, 1000]) {
      const read = await decode(toFile(bytes, { chunkSize }), { declaration: 'xml' })
      expect(read).toEqual({ encoding, text })
    }
  })

  test('that is wrong is overruled by the configured encoding', async () => {
    const bytes = iconv.encode(declare('UTF-8', '<a>“é”</a>'), 'windows-1252')
    await expect(decode(toFile(bytes), { declaration: 'xml' })).rejects.toThrow(
      'not utf-8. The XML declaration of the file says "utf-8": have the export corrected, or set "encoding" on the source',
    )
    expect(await decode(toFile(bytes), { declaration: 'xml', encoding: 'windows-1252' })).toEqual({
      encoding: 'windows-1252',
      text: declare('UTF-8', '<a>“é”</a>'),
    })
  })

  test('and the configured encoding cannot make characters of two bytes out of one', async () => {
    const file = toFile(declare('UTF-8'))
    await expect(decode(file, { declaration: 'xml', encoding: 'utf-16le' })).rejects.toThrow(
      'the source\'s "encoding" says utf-16le, the bytes are one per character',
    )
  })

  test('UTF-16 is found without a byte order mark', async () => {
    const text = declare('UTF-16')
    for (const name of ['utf-16le', 'utf-16be'] as const) {
      const file = toFile(iconv.encode(text, name), { chunkSize: 3 })
      expect(await decode(file, { declaration: 'xml' })).toEqual({ encoding: name, text })
    }
  })

  test('a declaration of UTF-16 in a file of single bytes is refused', async () => {
    await expect(decode(toFile(declare('utf-16')), { declaration: 'xml' })).rejects.toMatchObject({ code: 'ENCODING' })
  })

  test('is not looked for in files that are no XML', async () => {
    const file = toFile(iconv.encode(declare('UTF-8', 'é'), 'latin1'))
    expect((await decode(file, { encoding: 'latin1' })).text).toBe(declare('UTF-8', 'é'))
  })

  test('without one the configured encoding counts', async () => {
    const file = toFile(iconv.encode('<a>é</a>', 'latin1'))
    expect((await decode(file, { declaration: 'xml', encoding: 'latin1' })).text).toBe('<a>é</a>')
  })

  describe('that the bytes speak against', () => {
    const bytes = (name: string) => Buffer.from(declare(name, 'fièvre, très élevée'))

    test.each(['ISO-8859-1', 'windows-1252', 'macintosh', 'GBK'])(
      'UTF-8 under the name of %s is refused with its first byte above 127',
      async (name) => {
        const offset = bytes(name).indexOf(0xc3)
        for (const chunkSize of [1, offset + 1, 1000]) {
          const file = toFile(bytes(name), { chunkSize, name: 'ae.xml' })
          await expect(decode(file, { declaration: 'xml' })).rejects.toThrow(
            `ae.xml: byte offset ${offset}: bytes 0xc3 0xa8, which are UTF-8 like all others above 127 in the file (expected ${name.toLowerCase()}, as its XML declaration says)`,
          )
        }
      },
    )

    test('is believed where one byte is no UTF-8, and where there is nothing to tell', async () => {
      for (const content of ['fièvre, or fiÃ¨vre', 'fever']) {
        const file = toFile(iconv.encode(declare('ISO-8859-1', content), 'latin1'), { chunkSize: 3 })
        expect((await decode(file, { declaration: 'xml' })).text).toBe(declare('ISO-8859-1', content))
      }
    })

    test('is refused where a source names another for a table: its next transfer may be UTF-8', async () => {
      const file = toFile('SUBJID,AETERM\n101,fièvre\n', { name: 'ae.csv', chunkSize: 3 })
      await expect(decode(file, { encoding: 'windows-1252' })).rejects.toThrow(
        /^ae\.csv: byte offset 20: bytes 0xc3 0xa8, which are UTF-8 .*expected windows-1252, as the source's "encoding" says.*Remove "encoding"/,
      )
    })

    test('is believed where the source says the same', async () => {
      const told = await decode(toFile(bytes('ISO-8859-1')), { declaration: 'xml', encoding: 'iso-8859-1' })
      expect(told.text).toBe(declare('ISO-8859-1', 'fiÃ¨vre, trÃ¨s Ã©levÃ©e'))
    })
  })
})

describe('bytes that do not belong to the encoding', () => {
  test('Latin-1 read as UTF-8 is refused with file, offset, bytes and advice, however it is cut into chunks', async () => {
    const text = `${'x'.repeat(100)}é,${'y'.repeat(50)}`
    for (const chunkSize of [1, 3, 100, 101, 102, 1000]) {
      const file = toFile(iconv.encode(text, 'latin1'), { name: 'site 1/ae.csv', chunkSize })
      await expect(decode(file)).rejects.toMatchObject({
        code: 'ENCODING',
        message:
          'site 1/ae.csv: byte offset 100: bytes 0xe9 0x2c are not utf-8. Export the file again as UTF-8, or set ' +
          '"encoding": "windows-1252" on the source if that is what it is',
      })
      expect(file.isClosed()).toBe(true)
    }
  })

  test.each([
    ['a stray continuation byte', [0x61, 0x92, 0x62], 'byte offset 1: byte 0x92 is'],
    ['an overlong form', [0xc0, 0xaf], 'byte offset 0: bytes 0xc0 0xaf are'],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 'byte offset 1: bytes 0xed 0xa0 0x80 are'],
    ['a code point beyond Unicode', [0xf5, 0x80, 0x80, 0x80], 'byte offset 0: bytes 0xf5 0x80 0x80 0x80 are'],
    ['a character cut off by the end of the file', [0x61, 0xe2, 0x82], 'byte offset 1: bytes 0xe2 0x82 are'],
  ])('%s is refused in UTF-8', async (_what, bytes, message) => {
    for (const chunkSize of [1, 2, 100]) {
      await expect(decode(toFile(Buffer.from(bytes), { chunkSize }))).rejects.toThrow(message)
    }
  })

  test('the offset counts the byte order mark', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff])
    await expect(decode(toFile(bytes))).rejects.toThrow('byte offset 4: byte 0xff')
  })

  test('a byte over 0x7F is refused where the file says US-ASCII', async () => {
    const text = '<?xml version="1.0" encoding="US-ASCII"?><a>é</a>'
    const file = toFile(iconv.encode(text, 'latin1'), { chunkSize: 10 })
    await expect(decode(file, { declaration: 'xml' })).rejects.toThrow(
      `byte offset ${text.indexOf('é')}: byte 0xe9 is not us-ascii. The XML declaration of the file says "us-ascii"`,
    )
  })

  test.each([
    ['utf-8', 'é\0', 2],
    ['latin1', 'é\0', 1],
    ['us-ascii', 'abc\0', 3],
    ['utf-16le', 'é\0', 2],
  ])('a NUL character is refused in %s', async (encoding, text, offset) => {
    for (const chunkSize of [1, 100]) {
      await expect(decode(toFile(iconv.encode(text, encoding), { chunkSize }), { encoding })).rejects.toMatchObject({
        code: 'ENCODING',
        message: expect.stringContaining(`byte offset ${offset}: a NUL character`) as string,
      })
    }
  })
})

test('a UTF-8 text is the same for every place at which it can be cut in two', async () => {
  const bytes = Buffer.from(SAMPLE)
  for (let cut = 0; cut <= bytes.length; cut++) {
    const file: SourceFile = {
      name: 'file',
      async *open() {
        yield bytes.subarray(0, cut)
        yield bytes.subarray(cut)
      },
    }
    expect((await decode(file)).text).toBe(SAMPLE)
  }
})

test('a chunk whose memory is used again by the reader does no harm', async () => {
  const bytes = Buffer.from('abcdefgh€ij𝛼')
  const file: SourceFile = {
    name: 'file',
    async *open() {
      const memory = Buffer.alloc(3)
      for (let at = 0; at < bytes.length; at += 3) yield memory.subarray(0, bytes.copy(memory, 0, at, at + 3))
    },
  }
  expect((await decode(file)).text).toBe('abcdefgh€ij𝛼')
})

test('every byte of the file is shown once and in order, the byte order mark included', async () => {
  for (const chunkSize of [1, 4, 100]) {
    const seen: number[] = []
    await decode(toFile(`\ufeff${SAMPLE}`, { chunkSize }), { onBytes: (chunk) => seen.push(...chunk) })
    expect(Buffer.from(seen)).toEqual(Buffer.from(`\ufeff${SAMPLE}`))
  }
})

test('the file is closed when the reader stops early', async () => {
  const file = toFile('abc'.repeat(100), { chunkSize: 10 })
  const { text } = await readText(file, {})
  for await (const _piece of text) break
  expect(file.isClosed()).toBe(true)
})
