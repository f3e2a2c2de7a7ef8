/** What real exports do beside plain CSV: repeated and missing names, lines before the header, backslashes, marks. */
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { type OpenCsvOptions, openCsv } from '../../pipeline/formats/csv.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { collect, toFile } from './sources.ts'

async function read(content: string | SourceFile, options: OpenCsvOptions = {}) {
  const table = await openCsv(typeof content === 'string' ? toFile(content, { name: 'ae.csv' }) : content, options)
  return { header: table.header, delimiter: table.delimiter, rows: await collect(table.rows) }
}

describe('the header', () => {
  test.each([
    ['a,b,a', ['a (1)', 'b', 'a (2)']],
    ['a,a,a (1)', ['a (2)', 'a (3)', 'a (1)']],
    ['a,a,a (2),a', ['a (1)', 'a (3)', 'a (2)', 'a (4)']],
    ['Severity?, Severity? ,Grade', ['Severity? (1)', 'Severity? (2)', 'Grade']],
    ['a,,c', ['a', '(column 2)', 'c']],
    [',b', ['(column 1)', 'b']],
    [',,(column 2)', ['(column 1)', '(column 3)', '(column 2)']],
    ['constructor,constructor', ['constructor (1)', 'constructor (2)']],
  ])('%s names every column so that none is taken for another: %j', async (text, names) => {
    const row = text.split(',').map((_, index) => String(index))
    expect(await read(`${text}\n${row.join(',')}\n`)).toMatchObject({ header: names, rows: [{ fields: row }] })
  })

  test('with several unnamed columns at its end drops them all', async () => {
    const lost = { code: 'ragged-row', text: 'has a value in column 4, which has no name' }
    expect(await read('a,b,,\n1,2,,\n3,4,, lost\n')).toMatchObject({
      header: ['a', 'b'],
      rows: [{ fields: ['1', '2'] }, { problem: lost }],
    })
  })

  test.each(['sep=;\r\na;b,c\r\n1;2\r\n', 'SEP=;\na;b,c\n1;2', '"sep=;"\ra;b,c\r1;2\r'])(
    'may come after a line that names the delimiter: %j',
    async (text) => {
      for (const chunkSize of [1, 1000]) {
        const table = await read(toFile(text, { chunkSize }))
        expect(table).toEqual({ header: ['a', 'b,c'], delimiter: ';', rows: [{ line: 3, fields: ['1', '2'] }] })
      }
    },
  )
})

describe('the line of the header', () => {
  test.each([
    ['Label one,Label two\nid,term\n1,Rash\n', 2],
    ['"A ""title"\r\n\r\nid,term\r\n1,Rash\r\n', 3],
    ['Title\rid,term\r1,Rash', 2],
    ['sep=,\nTitle; of two\nid,term\n1,Rash\n', 3],
    ['sep=,\nid,term\n1,Rash\n', 1],
  ])('%j is line %i where the source says so', async (text, headerLine) => {
    for (const chunkSize of [1, 2, 1000]) {
      const { header, rows } = await read(toFile(text, { chunkSize }), { headerLine })
      expect({ header, rows }).toEqual({
        header: ['id', 'term'],
        rows: [{ line: text.split(/\r\n|\n|\r/).indexOf('1,Rash') + 1, fields: ['1', 'Rash'] }],
      })
    }
  })

  test('that comes again among the rows is no row: files were joined', async () => {
    const again = { code: 'malformed-row', text: 'is the header again: files were joined here' }
    expect(await read('id,term,term,\n1,Rash,x,\nid, term,term,\n2,id,,\n')).toMatchObject({
      rows: [
        { line: 2, fields: ['1', 'Rash', 'x'] },
        { line: 3, problem: again },
        { line: 4, fields: ['2', 'id', ''] },
      ],
    })
    expect((await read('id\n1\nid\n')).rows.map(({ problem }) => problem)).toEqual([undefined, again])
  })

  test('must be there', async () => {
    await expect(read('a,b\n1,2\n', { headerLine: 3 })).rejects.toMatchObject({
      code: 'CSV_HEADER',
      message: expect.stringMatching(/^ae\.csv: nothing from line 3 on .* "headerLine" of the source$/) as string,
    })
  })
})

describe('backslashes', () => {
  const ESCAPED = [
    'a,b,c',
    String.raw`1,"say \"hi\", C:\\","x\y"`,
    String.raw`2,5\" nail,"two
lines \"
"`,
    '3,"","and ""this"""',
    '',
  ].join('\n')

  test('before quotes are read where the source says so', async () => {
    for (const chunkSize of [1, 2, 3, 1000]) {
      const { rows } = await read(toFile(ESCAPED, { chunkSize }), { escape: 'backslash' })
      expect(rows).toEqual([
        { line: 2, fields: ['1', String.raw`say "hi", C:\ `.trim(), String.raw`x\y`] },
        { line: 3, fields: ['2', String.raw`5\" nail`, 'two\nlines "\n'] },
        { line: 6, fields: ['3', '', 'and "this"'] },
      ])
    }
  })

  test('before quotes refuse the file where it does not, with what to do', async () => {
    await expect(read(ESCAPED)).rejects.toMatchObject({
      code: 'CSV_MALFORMED_QUOTE',
      message: expect.stringMatching(/^ae\.csv:2: a quote inside .* set "escape": "backslash" on the source/) as string,
    })
  })

  test('that the site wrote are text', async () => {
    const text = ['a,b', String.raw`"C:\",x`, String.raw`"she said \""ouch\""",y`].join('\n')
    expect((await read(text)).rows.map(({ fields }) => fields)).toEqual([
      ['C:\\', 'x'],
      [String.raw`she said \"ouch\"`, 'y'],
    ])
  })

  test('in one row only make it malformed where quotes are said to be doubled', async () => {
    const { rows } = await read('a,b\n1,"x\\"y"\n2,z\n', { escape: 'doubled' })
    expect(rows.map((row) => row.problem?.code)).toEqual(['malformed-row', undefined])
  })
})

describe('byte order marks', () => {
  const MARK = '\ufeff'
  // secuTrial: each piece of the text was encoded as a UTF-16 text of its own.
  const toPieces = (rows: readonly (readonly string[])[]) =>
    rows.map((row) => `${row.map((cell) => MARK + cell).join(`${MARK}\t`)}${MARK}\r\n`).join('')

  test('all over a UTF-16 file end up in no name and no value', async () => {
    const text = toPieces([
      ['mnpaid', '"aeterm"', '""'],
      ['101', '"two\r\nlines"', '""'],
      ['', 'Fever', ''],
    ])
    const bytes = Buffer.concat([Buffer.from([0xfe, 0xff]), iconv.encode(text, 'utf-16be')])
    for (const chunkSize of [1, 5, 1000]) {
      expect(await read(toFile(bytes, { chunkSize }))).toEqual({
        header: ['mnpaid', 'aeterm'],
        delimiter: '\t',
        rows: [
          { line: 2, fields: ['101', 'two\r\nlines'] },
          { line: 4, fields: ['', 'Fever'] },
        ],
      })
    }
  })

  test('all over a file that is longer than what is looked at first are left out to its end', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => [String(row), 'Fever'])
    const table = await read(toFile(`\ufeff${toPieces([['mnpaid', 'aeterm'], ...rows])}`))
    expect(table.rows.map(({ fields }) => fields)).toEqual(rows)
  })

  test('that stand in values alone stay, as everything does that the site wrote', async () => {
    expect((await read(`a,b\n1,x${MARK}y\n`)).rows).toEqual([{ line: 2, fields: ['1', `x${MARK}y`] }])
  })
})
