import { describe, expect, test } from 'vitest'
import { readTable, refusalOf, toStreamFile } from './tables.ts'

const HEAD = {
  datasetJSONCreationDateTime: '2026-03-02T18:00:00',
  datasetJSONVersion: '1.1.0',
  dbLastModifiedDateTime: '2026-03-01T06:00:00',
  itemGroupOID: 'IG.AE',
  records: 2,
  name: 'AE',
  label: 'Adverse Events',
  columns: ['USUBJID', 'AESEQ', 'AETERM'].map((name) => ({
    itemOID: `IT.AE.${name}`,
    name,
    label: name,
    dataType: 'string',
  })),
}
const ROWS = '[["S1",1,"Headache"],["S2",null,"Nausea"]]'

/** An object in which `rows` is written as it is given. */
const toObject = (rows: string, head: object = HEAD) => `${JSON.stringify(head).slice(0, -1)},"rows":${rows}}`
const toLines = (rows: readonly string[], head: object = HEAD) => `${[JSON.stringify(head), ...rows].join('\n')}\n`

const read = (text: string | Buffer, chunkSize = 1000) =>
  readTable(toStreamFile(Buffer.from(text), { name: 'ae.json', chunkSize }), { format: 'dataset-json' })

describe('rows', () => {
  test('come from the object with its columns as header and the day its data changed', async () => {
    expect(await read(toObject(ROWS))).toEqual({
      encoding: 'utf-8',
      delimiter: ',',
      asOf: '2026-03-01T06:00:00',
      header: ['USUBJID', 'AESEQ', 'AETERM'],
      rows: [
        ['S1', '1', 'Headache'],
        ['S2', '', 'Nausea'],
      ],
      lines: [1, 2],
      problems: [],
    })
  })

  test('come from lines the same, each with its line', async () => {
    const { rows, lines } = await read(toLines(['["S1",1,"Headache"]', '', '["S2",null,"Nausea"]\r']))
    expect([rows, lines]).toEqual([
      [
        ['S1', '1', 'Headache'],
        ['S2', '', 'Nausea'],
      ],
      [2, 4],
    ])
  })

  test('may stand before the columns, and the file may be indented', async () => {
    const { columns, ...head } = HEAD
    const text = JSON.stringify({ rows: JSON.parse(ROWS), ...head, columns }, null, 2)
    expect((await read(text)).rows).toEqual([
      ['S1', '1', 'Headache'],
      ['S2', '', 'Nausea'],
    ])
  })

  test('keep numbers as they are written, and name true and false', async () => {
    const text = toObject('[[1.10,12345678901234567890,-0.5e-3],[true,false,"1.20"]]')
    expect((await read(text)).rows).toEqual([
      ['1.10', '12345678901234567890', '-0.5e-3'],
      ['true', 'false', '1.20'],
    ])
  })

  test('keep texts: escapes, quotes, line breaks, brackets and other scripts', async () => {
    const values = ['a "b" \\', 'line\nbreak\t]', '頭痛 \u{1f600} é']
    expect((await read(toObject(JSON.stringify([values, values])))).rows).toEqual([values, values])
    expect((await read(toObject('[["\\u00e9\\/","",""],["\\\\","\\"",""]]'))).rows).toEqual([
      ['é/', '', ''],
      ['\\', '"', ''],
    ])
  })

  test.each([1, 2, 3, 7, 64])('are the same however the file is cut: chunks of %i bytes', async (chunkSize) => {
    const text = toObject('[["S1", 12 ,"頭痛 \\"x\\""] , ["S2",-1.5,"Nausea, vomiting"]]')
    expect((await read(text, chunkSize)).rows).toEqual([
      ['S1', '12', '頭痛 "x"'],
      ['S2', '-1.5', 'Nausea, vomiting'],
    ])
  })

  test('of another length than the header are told, and are no reason to refuse the file', async () => {
    const { problems, rows } = await read(toObject('[["S1",1],["S2",2,"Rash","more"]]'))
    expect(problems).toEqual([
      '1: ragged-row: has 2 values, there are 3 columns',
      '2: ragged-row: has 4 values, there are 3 columns',
    ])
    expect(rows).toHaveLength(2)
  })

  test('may be none, or not there at all', async () => {
    expect((await read(toObject('[]', { ...HEAD, records: 0 }))).rows).toEqual([])
    expect((await read(JSON.stringify({ ...HEAD, records: 0 }))).rows).toEqual([])
  })

  test('speak for the day the file was made where nothing else is said', async () => {
    const { dbLastModifiedDateTime: _, ...head } = HEAD
    expect((await read(toObject(ROWS, head))).asOf).toBe('2026-03-02T18:00:00')
  })
})

describe('damage', () => {
  test('every cut of an object is refused', async () => {
    const text = toObject(ROWS)
    for (let length = 0; length < text.length; length++) {
      expect(await refusalOf(() => read(text.slice(0, length))), text.slice(0, length)).toMatch(
        /^FORMAT_DAMAGED ae.json/,
      )
    }
  })

  test('lines that are cut off, even behind a whole one, are refused by the number of records', async () => {
    expect(await refusalOf(() => read(toLines(['["S1",1,"Headache"]'])))).toBe(
      'FORMAT_DAMAGED ae.json: 1 rows (expected 2, as "records" says: the file was cut off, or rows were lost). Have the export repeated; nothing was taken from this file',
    )
  })

  test.each([
    ['a comma too many', toObject('[["S1",1,"A"],["S2",2,"B"],]')],
    ['a comma too many in a row', toObject('[["S1",1,"A",],["S2",2,"B"]]')],
    ['a row within a row', toObject('[["S1",1,["A"]],["S2",2,"B"]]')],
    ['an object as a value', toObject('[["S1",1,{"a":1}],["S2",2,"B"]]')],
    ['a row that is an object', toObject('[{"USUBJID":"S1"}]')],
    ['rows that are none', toObject('null')],
    ['a number that is none', toObject('[["S1",01,"A"],["S2",2,"B"]]')],
    ['NaN', toObject('[["S1",NaN,"A"],["S2",2,"B"]]')],
    ['a line break within a text', toObject('[["S1",1,"A\nB"],["S2",2,"B"]]')],
    ['half a surrogate pair', toObject('[["S1",1,"\\ud800"],["S2",2,"B"]]')],
    ['a NUL character', toObject('[["S1",1,"\\u0000"],["S2",2,"B"]]')],
    ['a broken escape', toObject('[["S1",1,"\\x"],["S2",2,"B"]]')],
    ['rows twice', `${toObject('[]').slice(0, -1)},"rows":[]}`],
    ['text behind the object', `${toObject(ROWS)} {}`],
    ['lines behind an object that has rows', `${toObject(ROWS)}\n["S1",1,"A"]`],
    ['no columns', toObject(ROWS, { ...HEAD, columns: undefined })],
    ['columns without names', toObject(ROWS, { ...HEAD, columns: [{}, {}, {}] })],
    ['two columns of one name', toObject(ROWS, { ...HEAD, columns: [1, 2, 3].map(() => ({ name: 'A' })) })],
    ['version 1.0', '{"datasetJSONVersion":"1.0.0","clinicalData":{}}'],
    ['depths that no file has', `{"datasetJSONVersion":"1.1.0","columns":${'['.repeat(100_000)}`],
    ['an array', '[["S1"]]'],
  ])('%s is refused', async (_, text) => {
    expect(await refusalOf(() => read(text))).toMatch(/^FORMAT_DAMAGED ae.json/)
  })

  test('a text that never ends is refused before it fills the memory', async () => {
    const file = {
      name: 'ae.json',
      async *open() {
        yield Buffer.from(toObject('[["S1",1,"').slice(0, -1))
        for (;;) yield Buffer.alloc(65_536, 'x')
      },
    }
    expect(await refusalOf(() => readTable(file, { format: 'dataset-json' }))).toMatch(
      /^FORMAT_DAMAGED ae.json: line 1: a value of more than/,
    )
  })

  test('bytes that are no UTF-8 are refused with their place', async () => {
    const bytes = Buffer.from(toObject(ROWS).replace('Headache', 'H\xe9adache'), 'latin1')
    expect(await refusalOf(() => read(bytes))).toMatch(
      /^ENCODING ae.json: byte offset \d+: bytes 0xe9 0x61 are not utf-8/,
    )
  })
})
