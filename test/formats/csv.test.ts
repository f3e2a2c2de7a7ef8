import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { type OpenCsvOptions, openCsv, toRawText } from '../../pipeline/formats/csv.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { collect, toFile } from './sources.ts'

async function read(content: string | SourceFile, options: OpenCsvOptions = {}) {
  const table = await openCsv(typeof content === 'string' ? toFile(content, { name: 'ae.csv' }) : content, options)
  return { header: table.header, delimiter: table.delimiter, rows: await collect(table.rows) }
}

async function readFields(content: string, options: OpenCsvOptions = {}) {
  return (await read(content, options)).rows.map((row) => row.fields)
}

/** A file in which every kind of row stands, with rows before so that they lie behind the lines that are looked at first. */
function toMixedFile(newline: string): string {
  const before = Array.from({ length: 30 }, (_, index) => `${index},"plain, but quoted",z`)
  const oddities = [
    '"quoted ""twice""",b,c',
    `a,"two${newline}lines",c`,
    '',
    ',,',
    'a,5" nail,c',
    'a,"x"y,c',
    '"", ,""',
    'a,"blanks behind"  ,c',
    'a,b',
    'é€𝛼,"日,本",c',
    `"two${newline}lines" ,b,"two${newline}lines"`,
    '"a","b","c"',
  ]
  return ['x,y,z', ...before, ...oddities].join(newline)
}

describe('lines above the header', () => {
  const table = 'Site;Subject;Term;Start\n101;101-001;Headache;2026-01-05\n'

  test.each([
    ['the title of a report', 'Adverse events, all sites\n', 1],
    ['titles and an empty line', 'Adverse events\nStudy: ONC-204; run 2 March 2026\n\n', 3],
    ['titles that a spreadsheet padded', 'Adverse events;;;\n;;;\n', 2],
  ])('are left out: %s', async (_, above, lines) => {
    const { header, rows } = await read(above + table)
    expect(header).toEqual(['Site', 'Subject', 'Term', 'Start'])
    expect(rows).toEqual([{ line: lines + 2, fields: ['101', '101-001', 'Headache', '2026-01-05'] }])
    expect(await openCsv(toFile(above + table, { name: 'ae.csv' }), {})).toMatchObject({ linesAbove: lines })
  })

  test.each([
    ['a header of three names over rows that are too wide', 'id;term;start\n1;a;b\n2;a;b;c\n', 3],
    ['a header of two names over a row that is too wide', 'verbatim,code\nHA,1\nfever, chills, sweats,2\n', 2],
    ['texts with the other delimiters', 'id;term;start\n1;nausea, vomiting, fever, chills;2026\n', 3],
  ])('are not seen in %s', async (_, content, columns) => {
    const opened = await openCsv(toFile(content, { name: 'ae.csv' }), {})
    expect(opened.header).toHaveLength(columns)
    expect(opened.linesAbove).toBeUndefined()
    await collect(opened.rows)
  })
})

describe('rows', () => {
  test('come with the line on which they begin', async () => {
    const { rows } = await read('a,b\n1,2\n"3\n\n3",4\n\n  \n5,"6\n"\n7,8')
    expect(rows).toEqual([
      { line: 2, fields: ['1', '2'] },
      { line: 3, fields: ['3\n\n3', '4'] },
      { line: 8, fields: ['5', '6\n'] },
      { line: 10, fields: ['7', '8'] },
    ])
  })

  test('of a CRLF file keep the line breaks inside their cells, and count lines as an editor does', async () => {
    const { rows } = await read('a,b\r\n1,"x\r\ny"\r\n2,"x\ny"\r\n3,z\r\n')
    expect(rows).toEqual([
      { line: 2, fields: ['1', 'x\r\ny'] },
      { line: 4, fields: ['2', 'x\ny'] },
      { line: 6, fields: ['3', 'z'] },
    ])
  })

  test('of a CR file are read', async () => {
    const { rows } = await read('a,b\r1,"x\ry"\r\r2,z')
    expect(rows).toEqual([
      { line: 2, fields: ['1', 'x\ry'] },
      { line: 5, fields: ['2', 'z'] },
    ])
  })

  test('keep blanks, quotes and commas exactly as written', async () => {
    expect(await readFields('a,b\n 1 ,"say ""hi"", now"\n\u00a0x,5" nail\n')).toEqual([
      [' 1 ', 'say "hi", now'],
      ['\u00a0x', '5" nail'],
    ])
  })

  test('of delimiters only are rows of empty fields, blank lines are none', async () => {
    expect(await readFields('\n\na,b\n\n,\n\n1,2\n\n')).toEqual([
      ['', ''],
      ['1', '2'],
    ])
  })

  test('may end in CRLF one by one where the others end in LF', async () => {
    expect(await readFields('a,b\n1,2\r\n3,4\n5,6\r\n')).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ])
  })

  test('may lack the final newline, also half of it', async () => {
    expect(await readFields('a,b\r\n1,2')).toEqual([['1', '2']])
    expect(await readFields('a,b\r\n1,2\r')).toEqual([['1', '2']])
    expect(await readFields('a,b\n1,"2"')).toEqual([['1', '2']])
  })

  test('with a wrong number of fields say so and keep what was found', async () => {
    const { rows } = await read('a,b,c\n1,2\n1,2,3,4\nalone\n1,2,3\n')
    expect(rows).toEqual([
      { line: 2, fields: ['1', '2'], problem: { code: 'ragged-row', text: 'has 2 fields, the header has 3' } },
      {
        line: 3,
        fields: ['1', '2', '3', '4'],
        problem: { code: 'ragged-row', text: 'has 4 fields, the header has 3' },
      },
      { line: 4, fields: ['alone'], problem: { code: 'ragged-row', text: 'has 1 field, the header has 3' } },
      { line: 5, fields: ['1', '2', '3'] },
    ])
  })

  test('are the same however the file is cut into chunks', async () => {
    for (const newline of ['\n', '\r\n', '\r']) {
      const text = toMixedFile(newline)
      const whole = (await read(text)).rows
      expect(whole.filter((row) => row.problem?.code === 'malformed-row').map((row) => row.fields.join())).toEqual([
        'a,"x"y,c',
      ])
      expect(whole.filter((row) => row.problem?.code === 'ragged-row').map((row) => row.fields.join())).toEqual(['a,b'])
      expect(whole).toHaveLength(41)
      for (const chunkSize of [1, 2, 3, 5, 7, 64]) {
        expect((await read(toFile(text, { chunkSize }))).rows).toEqual(whole)
      }
    }
  })

  test('come in batches while the file is read, no further than asked', async () => {
    const file = toFile(`a,b\n${'1,2\n'.repeat(400_000)}`)
    const { rows } = await openCsv(file, {})
    const chunksInFile = Math.ceil(1_600_004 / 65_536)
    let read = 0
    for await (const batch of rows) {
      expect(batch.length).toBeLessThanOrEqual(4000)
      read += batch.length
      if (read > 20_000) break
    }
    expect(file.chunksRead()).toBeLessThan(4)
    expect(file.chunksRead()).toBeLessThan(chunksInFile)
    expect(file.isClosed()).toBe(true)
  })

  test('number a hundred thousand lines right across many chunks', async () => {
    const text = `a,b\n${Array.from({ length: 50_000 }, (_, row) => `${row},"x\ny"\n`).join('')}`
    const { rows } = await read(text)
    expect(rows).toHaveLength(50_000)
    expect(rows.filter((row) => row.line !== 2 + 2 * Number(row.fields[0]))).toEqual([])
  })
})

describe('the header', () => {
  test('alone makes a table without rows', async () => {
    for (const text of ['a,b', 'a,b\n', 'a,b\r\n', 'a,b\r']) {
      expect(await read(text)).toMatchObject({ header: ['a', 'b'], rows: [] })
    }
  })

  test('loses byte order marks and blanks around its names', async () => {
    expect((await read('\ufeff"a b" , c,\ufeffd\n')).header).toEqual(['a b', 'c', 'd'])
  })

  test('may use names that JavaScript objects have', async () => {
    const { header, rows } = await read('__proto__,constructor\n1,2\n')
    expect(header).toEqual(['__proto__', 'constructor'])
    expect(rows[0]?.fields).toEqual(['1', '2'])
  })

  test('may hold line breaks', async () => {
    const { header, rows } = await read('"term\r\nas written",b\r\n1,2\r\n')
    expect(header).toEqual(['term\r\nas written', 'b'])
    expect(rows).toEqual([{ line: 3, fields: ['1', '2'] }])
  })

  test.each([
    ['\r\n', '\n'],
    ['\n', '\r\n'],
    ['\n', '\r'],
  ])('may hold other line breaks in its names than %j behind its lines: %j', async (newline, inside) => {
    const { header, rows } = await read(`"term${inside}as written",b${newline}1,2${newline}`)
    expect(header).toEqual([`term${inside}as written`, 'b'])
    expect(rows).toMatchObject([{ fields: ['1', '2'] }])
  })

  test('may have so many line breaks in a name that its own newline is cut in half', async () => {
    const header = `"term${'\n'.repeat(300)}",b\r`
    const text = `${header}\n1,2\r\n`
    expect((await read(toFile(text, { chunkSize: header.length }))).rows).toMatchObject([{ fields: ['1', '2'] }])
  })

  test.each([
    ['no byte', ''],
    ['a byte order mark only', '\ufeff'],
    ['blank lines only', '\n\r\n \n'],
  ])('is expected of a file with %s', async (_what, text) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'CSV_HEADER',
      message: expect.stringContaining('ae.csv: the file is empty (expected a header line') as string,
    })
  })

  test.each([
    ['\n,,\n1,2,3\n', 'ae.csv:2: none of its 3 columns has a name'],
    ['a,"b"c\n', 'ae.csv:1: a quoted column name is followed by text'],
  ])('%j is refused', async (text, message) => {
    const file = toFile(text + '1,2,3\n'.repeat(100_000), { name: 'ae.csv' })
    await expect(read(file)).rejects.toMatchObject({
      code: 'CSV_HEADER',
      message: expect.stringContaining(message) as string,
    })
    expect([file.isClosed(), file.chunksRead()]).toEqual([true, 1])
  })

  test('with an unnamed last column drops that column from every row', async () => {
    expect(await read('a;b;""\n1;2;\n3;4;""\n')).toMatchObject({
      header: ['a', 'b'],
      rows: [{ fields: ['1', '2'] }, { fields: ['3', '4'] }],
    })
  })

  test('with an unnamed last column makes a value in it a problem', async () => {
    const { rows } = await read('a,b,\n1,2,lost\n3,4\n5,6,\n')
    expect(rows).toEqual([
      {
        line: 2,
        fields: ['1', '2', 'lost'],
        problem: { code: 'ragged-row', text: 'has a value in column 3, which has no name' },
      },
      { line: 3, fields: ['3', '4'], problem: { code: 'ragged-row', text: 'has 2 fields, the header has 3' } },
      { line: 4, fields: ['5', '6'] },
    ])
  })
})

describe('broken quotes', () => {
  const rowsAround = (line: string) => `a,b,c\n1,2,3\n${line}\n4,"5",6\n7,8,9\n`

  test.each(['x,"abc"def,y', 'x,"abc" def,y', '"a"b,"c",d', 'x,"say "hi" now",y', 'x,y,"5"" or 6" or 7"'])(
    'in %s make that one row malformed and no other',
    async (line) => {
      const { rows } = await read(rowsAround(line))
      expect(rows.map((row) => row.problem?.code)).toEqual([undefined, 'malformed-row', undefined, undefined])
      expect(rows.map((row) => row.line)).toEqual([2, 3, 4, 5])
      expect(rows.map((row) => toRawText(row, ','))).toEqual(['1,2,3', line, '4,5,6', '7,8,9'])
    },
  )

  test('may stand in every row of a large file, which takes no longer than reading it', {
    timeout: 10_000,
  }, async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => `${row},"say "hi" now",x`)
    const table = await read(['a,b,c', ...rows, ''].join('\n'))
    expect(table.rows.filter(({ problem }) => problem?.code === 'malformed-row')).toHaveLength(rows.length)
  })

  test('may stand before a row that is long', async () => {
    const long = 'x'.repeat(10_000)
    expect(await readFields(`a,b\n1,"2"3\n4,${long}\n5,6\n`)).toEqual([
      ['1', '"2"3'],
      ['4', long],
      ['5', '6'],
    ])
  })

  test('behind doubled ones are told by the quote that is not doubled, be there a backslash before others', async () => {
    const { rows } = await read('a,b\n1,"2\\""3"4\n5,6\n')
    expect(rows.map((row) => row.problem?.code)).toEqual(['malformed-row', undefined])
  })

  test('may stand in the last row, without a newline behind', async () => {
    const { rows } = await read('a,b\n1,2\n3,"4"5')
    expect(rows.map((row) => row.problem?.code)).toEqual([undefined, 'malformed-row'])
  })

  test.each([
    ['a cell that goes on in the next line', '1,"he said "hi" and\nwent home, then came back",3'],
    ['a line with fewer fields than the header', '1,"2"3'],
    ['a line whose last cell has another one behind it that does not end', '1,2,"3"4,"5'],
  ])('in %s refuse the file, because nobody can say where the row ends', async (_what, row) => {
    await expect(read(`a,b,c\n${row}\n4,5,6\n`)).rejects.toMatchObject({
      code: 'CSV_MALFORMED_QUOTE',
      message: expect.stringContaining('ae.csv:2: a quoted cell is followed by text') as string,
    })
  })

  test.each([
    ['up to the end of the file', 'a,b\n1,2\n\n3,"open\n4,5\n6,7\n', 4],
    ['up to a quoted cell further down', 'a,b\n1,"open\n2,3\n4,"five"\n6,7\n', 2],
    ['in the second cell of a row that begins earlier', 'a,b,c\n"x\ny","open,c\n1,2,3\n', 3],
    ['behind doubled quotes', 'a,b\n"say ""hi""","open ""\n1,2', 2],
    ['in the header', 'a,"b\n1,2\n3,4\n', 1],
    ['in the last character', 'a,b\n1,"', 2],
  ])('that stay open %s refuse the file at the line where they open', async (_what, text, line) => {
    for (const chunkSize of [1, 3, 7, 1000]) {
      await expect(read(toFile(text, { name: 'ae.csv', chunkSize }))).rejects.toMatchObject({
        code: 'CSV_UNTERMINATED_QUOTE',
        message: expect.stringContaining(`ae.csv:${line}: `) as string,
      })
    }
  })

  test('that stay open in a large file refuse it after a bounded amount of text', async () => {
    const file = toFile(`a,b\n1,2\n3,"open\n${'4,5\n'.repeat(2_000_000)}`, { name: 'ae.csv' })
    await expect(read(file)).rejects.toMatchObject({
      code: 'CSV_UNTERMINATED_QUOTE',
      message: expect.stringContaining(
        'ae.csv:3: the row that begins here is longer than 1048576 characters',
      ) as string,
    })
    expect(file.chunksRead()).toBeLessThan(25)
  })

  test('are told from a long row, which may have as many characters as the limit and no more', async () => {
    const row = (length: number) => `a,b\n1,"${'x'.repeat(length - 5)}"\n2,3\n`
    for (const chunkSize of [65_536, 3_000_000]) {
      expect((await read(toFile(row(1_048_576), { chunkSize }))).rows).toHaveLength(2)
      await expect(read(toFile(row(1_048_577), { chunkSize }))).rejects.toMatchObject({
        code: 'CSV_UNTERMINATED_QUOTE',
      })
    }
  })
})

describe('the delimiter', () => {
  test.each([
    [',', 'id,term,text\n1,a;b,c|d\n2,e,f\n'],
    [';', 'id;term, as written;text\n1;2,5;a\n2;3,5;b\n'],
    ['\t', 'id\tterm\n1\ta, b\n'],
    ['|', 'id|term\n1|a, b; c\n'],
    [';', '"a";"b"\n"1,2";"x, y"\n'],
    [';', 'a;b'],
    [',', 'single\na;b\n'],
  ])('is found to be %j in %j', async (delimiter, text) => {
    expect((await read(text)).delimiter).toBe(delimiter)
    expect((await read(toFile(text, { chunkSize: 1 }))).delimiter).toBe(delimiter)
  })

  test('is what most rows have, though the header alone looks otherwise', async () => {
    const rows = Array.from({ length: 300 }, (_, row) => `${row};nausea\n`).join('')
    expect((await read(`number, counted up;term, as written, in full\n${rows}`)).delimiter).toBe(';')
  })

  test('that is configured is used as it is', async () => {
    const { header, rows } = await read('a,x^"b\n,"\n1^2\n', { delimiter: '^' })
    expect(header).toEqual(['a,x', 'b\n,'])
    expect(rows).toEqual([{ line: 3, fields: ['1', '2'] }])
  })

  test.each(['', '"', '\n', ';;'])('cannot be %j', async (delimiter) => {
    await expect(read('a,b\n', { delimiter })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

test('a file in another encoding gives its text', async () => {
  const file = toFile(iconv.encode('id;term\n1;Übelkeit\n', 'latin1'))
  expect((await read(file, { encoding: 'latin1' })).rows).toEqual([{ line: 2, fields: ['1', 'Übelkeit'] }])
})

test('a file of the wrong encoding fails while its rows are read', async () => {
  const head = 'id,term\n'.padEnd(70_000, '1,nausea\n')
  const table = await openCsv(toFile(Buffer.concat([Buffer.from(head), Buffer.from([0xdc, 0x62])])), {})
  await expect(collect(table.rows)).rejects.toMatchObject({
    code: 'ENCODING',
    facts: { where: 'file: byte offset 70000' },
  })
})

test('raw text of a row reads back as the same fields', async () => {
  const fields = ['plain', 'a;b', 'say "hi"', 'two\nlines', '', ' blank ']
  const raw = toRawText({ line: 2, fields }, ';')
  expect(raw).toBe('plain;"a;b";"say ""hi""";"two\nlines";; blank ')
  expect(await readFields(`1;2;3;4;5;6\n${raw}\n`)).toEqual([fields])
})
