import { describe, expect, test } from 'vitest'
import { listXportMembers, toXportFile } from '../../pipeline/formats/xport-members.ts'
import { toIbmNumber, toMeaning } from '../../pipeline/formats/xport-values.ts'
import { toIbm, toXport, type XportLibrary, type XportMember } from '../generators/xport-file.ts'
import { readTable, refusalOf, toRandomFile, toStreamFile } from './tables.ts'

const TERMS: XportMember = {
  name: 'AE',
  variables: [
    { name: 'USUBJID', type: 'char', length: 6 },
    { name: 'AESEQ', type: 'num' },
    { name: 'AETERM', type: 'char', length: 12 },
  ],
  rows: [
    ['S1', 1, 'Headache'],
    ['S1', 2, '  Nausea'],
    ['S2', 1, 'Ubelkeit'],
  ],
}

const read = (library: XportLibrary, encoding?: string) =>
  readTable(toStreamFile(toXport(library), { name: 'ae.xpt' }), {
    format: 'xport',
    ...(encoding === undefined ? {} : { encoding }),
  })

/** The column X with these values. */
const readValues = async (
  variable: Omit<XportMember['variables'][number], 'name'>,
  values: XportMember['rows'][number],
) =>
  (
    await read({
      members: [
        {
          name: 'AE',
          variables: [
            { ...variable, name: 'X' },
            { name: 'Y', type: 'char', length: 1 },
          ],
          rows: values.map((value) => [value, '!']),
        },
      ],
    })
  ).rows.map(([x]) => x)

describe('rows', () => {
  test('come with leading blanks kept, trailing ones dropped, and numbers as people write them', async () => {
    const table = await read({ members: [TERMS] })
    expect(table).toEqual({
      encoding: 'utf-8',
      delimiter: ',',
      asOf: '2026-03-02T18:00:00',
      header: ['USUBJID', 'AESEQ', 'AETERM'],
      rows: [
        ['S1', '1', 'Headache'],
        ['S1', '2', '  Nausea'],
        ['S2', '1', 'Ubelkeit'],
      ],
      lines: [1, 2, 3],
      problems: [],
    })
  })

  test.each([1, 79, 80, 81, 240, 100_000])(
    'are the same however the file is cut: chunks of %i bytes',
    async (chunkSize) => {
      const rows = Array.from({ length: 300 }, (_, row) => [`S${row}`, row, `Term ${row}`])
      const bytes = toXport({ members: [{ ...TERMS, rows }] })
      const table = await readTable(toStreamFile(bytes, { chunkSize }), { format: 'xport' })
      expect(table.rows).toEqual(rows.map((row) => row.map(String)))
    },
  )

  test('are known from padding: blank ones count where others follow, at the end they do not', async () => {
    const blank = ['', Buffer.alloc(8, ' '), '']
    const table = await read({
      members: [{ ...TERMS, rows: [['S1', 1, 'Headache'], blank, ['S2', 2, 'Rash'], blank] }],
      blankRecords: 7,
    })
    expect(table.rows).toEqual([
      ['S1', '1', 'Headache'],
      ['', '', ''],
      ['S2', '2', 'Rash'],
    ])
  })

  test('are read from descriptions of 136 bytes, as VAX/VMS writes them', async () => {
    expect((await read({ members: [TERMS], namestrBytes: 136 })).rows).toHaveLength(3)
  })

  test('are read from version 8, whose names are longer', async () => {
    const variables = [{ name: 'AdverseEventReportedTerm', type: 'char', length: 300 } as const]
    const table = await read({ version: 8, members: [{ name: 'AdverseEvents', variables, rows: [['Headache']] }] })
    expect([table.header, table.rows]).toEqual([['AdverseEventReportedTerm'], [['Headache']]])
  })

  test('may be none', async () => {
    expect((await read({ members: [{ ...TERMS, rows: [] }] })).rows).toEqual([])
  })
})

describe('numbers', () => {
  test.each([0, 1, -1, 0.1, -2.5, 1 / 3, 12345678, 1e-30, 123456789.123, 16 ** 12 + 1, 5e70])(
    '%d comes back as it was',
    async (value) => {
      expect(await readValues({ type: 'num' }, [value])).toEqual([String(value)])
      expect(toIbmNumber(toIbm(value), 0, 8)).toBe(value)
    },
  )

  test.each([3, 4, 5, 6, 7])('stored in %i bytes are the shortest that is stored alike', async (length) => {
    expect(await readValues({ type: 'num', length }, [0.1, -0.5, 37, 0.25])).toEqual(['0.1', '-0.5', '37', '0.25'])
  })

  test('that are missing, in any of the 28 ways, are empty', async () => {
    const signs = ['.', '._', ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `.${letter}`)]
    expect(
      new Set(
        await readValues(
          { type: 'num' },
          signs.map((missing) => ({ missing })),
        ),
      ),
    ).toEqual(new Set(['']))
  })

  test('that are blanks, which stand for no number, are empty', async () => {
    expect(await readValues({ type: 'num' }, [Buffer.alloc(8, ' '), 7])).toEqual(['', '7'])
  })

  test.each([
    ['DATE', 22006, '2020-04-01'],
    ['YYMMDD', -1, '1959-12-31'],
    ['E8601DA', 0, '1960-01-01'],
    ['MONYY', 22006.7, '2020-04-01'],
    ['DATETIME', 1901354400, '2020-04-01T10:00:00'],
    ['E8601DT', 1901354400.25, '2020-04-01T10:00:00.25'],
    ['TIME', 36000, '10:00:00'],
    ['TIME', 90000, '90000'],
    ['DATE', 1e15, '1000000000000000'],
    ['BEST', 22006, '22006'],
  ])('with the format %s: %d is %s', async (format, value, expected) => {
    expect(await readValues({ type: 'num', format }, [value])).toEqual([expected])
  })

  test('are dates by the name of their format alone, whatever its case', () => {
    expect(['date', 'DDMMYYS', 'TOD', 'B8601DN', 'DOLLAR', ''].map(toMeaning)).toEqual([
      'date',
      'date',
      'time',
      'datetime',
      'number',
      'number',
    ])
  })
})

describe('texts', () => {
  const inLatin = {
    members: [
      {
        ...TERMS,
        rows: [
          ['S1', 1, 'Headache'],
          ['S2', 1, Buffer.from('D\xe9mangeaison', 'latin1')],
        ],
      },
    ],
  }

  test('that are no UTF-8 are refused with their byte', async () => {
    const at = toXport(inLatin).indexOf(Buffer.from('D\xe9', 'latin1')) + 1
    expect(await refusalOf(() => read(inLatin))).toBe(
      `ENCODING ae.xpt: byte offset ${at}: bytes 0xe9 0x6d are not utf-8. Export the file again as UTF-8, or set "encoding": "windows-1252" on the source if that is what it is`,
    )
  })

  test('that hold a NUL character are refused; the character that stands for an unknown one is a character', async () => {
    const ofTerm = (term: string) => ({ members: [{ ...TERMS, rows: [['S1', 1, term]] }] })
    expect(await refusalOf(() => read(ofTerm('Na\u0000sea')))).toMatch(/^ENCODING .* a NUL character/)
    expect(await refusalOf(() => read(ofTerm('f\u0000vre é')))).toMatch(/^ENCODING .* a NUL character/)
    expect((await read(ofTerm('f\ufffdvre'))).rows).toEqual([['S1', '1', 'f\ufffdvre']])
  })

  test('are read in the encoding that the source names', async () => {
    const table = await read(inLatin, 'windows-1252')
    expect([table.encoding, table.rows[1]?.[2]]).toEqual(['windows-1252', 'Démangeaison'])
    expect(await refusalOf(() => read(inLatin, 'us-ascii'))).toMatch(
      /^ENCODING ae.xpt: byte offset \d+: byte 0xe9 is not us-ascii/,
    )
    expect(await refusalOf(() => read(inLatin, 'utf-16le'))).toMatch(/^ENCODING ae.xpt: "encoding" is utf-16le/)
  })

  test('cut off within a character, as programs that count bytes do, are refused', async () => {
    const rows = [['S1', 1, Buffer.from('Xerostomi\u00e9').subarray(0, 10)]]
    expect(await refusalOf(() => read({ members: [{ ...TERMS, rows }] }))).toMatch(
      /^ENCODING .* byte 0xc3 is not utf-8/,
    )
  })
})

describe('libraries of several datasets', () => {
  const library = { members: [TERMS, { ...TERMS, name: 'MH', rows: [['S9', 9, 'Asthma']] }] }

  test('are refused as one table, with the way to name one', async () => {
    expect(await refusalOf(() => read(library))).toBe(
      'FORMAT_DAMAGED ae.xpt: 2 datasets: AE, MH (expected one). Name the one that is meant in "files", below the file: ae.xpt/AE',
    )
  })

  test('give each dataset as a file of its own', async () => {
    const bytes = toXport(library)
    const file = toStreamFile(bytes, { name: 'study.xpt', chunkSize: 100 })
    const members = await listXportMembers(file)
    expect(members.map(({ name }) => name)).toEqual(['AE', 'MH'])
    const tables = await Promise.all(members.map((member) => readTable(toXportFile(file, member), { format: 'xport' })))
    expect(tables.map(({ rows, asOf }) => [rows.length, rows[0]?.[2], asOf])).toEqual([
      [3, 'Headache', '2026-03-02T18:00:00'],
      [1, 'Asthma', '2026-03-02T18:00:00'],
    ])
  })
})

describe('damage', () => {
  const bytes = toXport({ members: [TERMS] })
  const readBytes = (content: Uint8Array) =>
    refusalOf(() => readTable(toRandomFile(content, 'ae.xpt'), { format: 'xport' }))

  test('every cut but one at the end of a row is refused with the place', async () => {
    for (let length = 0; length < bytes.length; length++) {
      const refusal = await readBytes(bytes.subarray(0, length))
      // Where whole records end with a whole row, or within padding, nothing tells that more was there.
      if (refusal === 'not refused') expect(length % 80).toBe(0)
      else expect(refusal).toMatch(/^FORMAT_DAMAGED ae.xpt: byte offset \d+: /)
    }
  })

  test.each([
    [
      'a file that was transferred as text',
      Buffer.from(bytes.toString('latin1').replaceAll(/(.{80})/gs, '$1\r\n'), 'latin1'),
      /byte offset \d+: .* \(expected the header record/,
    ],
    ['a count of variables that no file has', replace(bytes, '0000000003', '0000099999'), /99999 variables/],
    ['descriptions of another size', replace(bytes, '00000140', '00000999'), /descriptions of "0999" bytes/],
    ['a text of no bytes', patch(bytes, 640 + 4, [0, 0]), /of type 2 and 0 bytes/],
    ['a number of nine bytes', patch(bytes, 640 + 140 + 4, [0, 9]), /of type 1 and 9 bytes/],
    ['a type that is none', patch(bytes, 640, [0, 7]), /of type 7 and 6 bytes/],
    [
      'two columns of one name',
      replace(bytes, 'AESEQ   AESEQ', 'USUBJID AESEQ'),
      /columns 1 and 2 are both named "USUBJID"/,
    ],
  ])('%s is refused', async (_, content, expected) => {
    expect(await readBytes(content)).toMatch(expected)
  })
})

function replace(bytes: Buffer, from: string, to: string): Buffer {
  expect(bytes.includes(from, 0, 'latin1'), from).toBe(true)
  return Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')
}

function patch(bytes: Buffer, at: number, values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(values, at)
  return copy
}
