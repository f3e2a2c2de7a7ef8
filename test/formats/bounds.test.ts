/** Files that were made to fill a machine: each is refused while what is held of it is still small. */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js'
import { describe, expect, test } from 'vitest'
import { holdInMemory } from '../../pipeline/formats/held-file.ts'
import { openOdm } from '../../pipeline/formats/odm.ts'
import { RowBatch } from '../../pipeline/formats/table-shape.ts'
import { readStruct } from '../../pipeline/formats/thrift.ts'
import type { OdmRecord } from '../../pipeline/formats/types.ts'
import { StructureWatch } from '../../pipeline/ingest/structure-watch.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { collect, toFile } from './sources.ts'
import { readTable, refusalOf, toRandomFile } from './tables.ts'

const MILLION = 1_000_000

/** Pieces that are made as they are asked for. */
function toMade(pieces: () => Iterable<string>): SourceFile {
  return {
    name: 'made',
    async *open() {
      for (const piece of pieces()) yield Buffer.from(piece)
    },
  }
}

async function readOdm(file: SourceFile): Promise<OdmRecord[]> {
  const { records } = await openOdm(file, { record: 'group' })
  return await collect(records)
}

const inGroup = (items: Iterable<string>, namespace = 'v1.3') =>
  toMade(function* () {
    yield `<ODM xmlns="http://www.cdisc.org/ns/odm/${namespace}"><ClinicalData StudyOID="S"><ItemGroupData ItemGroupOID="G">`
    yield* items
    yield '</ItemGroupData></ClinicalData></ODM>'
  })

function* times(count: number, make: (index: number) => string): Generator<string> {
  for (let index = 0; index < count; index++) yield make(index)
}

describe('XML', () => {
  test('whose attributes are long at every depth', async () => {
    const file = toMade(function* () {
      yield '<ODM>'
      yield* times(5, () => `<a b="${'x'.repeat(8 * MILLION)}">`)
    })
    expect(await refusalOf(() => readOdm(file))).toContain(
      'more than 33554432 characters in the attributes of elements within one another',
    )
  })

  test('but not where they follow one another', async () => {
    const file = toMade(function* () {
      yield '<ODM>'
      yield* times(5, () => `<a b="${'x'.repeat(8 * MILLION)}"/>`)
      yield '</ODM>'
    })
    expect(await readOdm(file)).toEqual([])
  })

  test('that declares prefixes at every depth', async () => {
    const declare = (depth: number) => Array.from(times(600, (index) => ` xmlns:p${depth}x${index}="urn:p"`)).join('')
    const file = toMade(() => ['<ODM>', ...times(2, (depth) => `<a${declare(depth)}>`)])
    expect(await refusalOf(() => readOdm(file))).toContain('more than 1000 namespace prefixes')
  })
})

describe('ODM', () => {
  test('with a record of more items than any table has columns', async () => {
    const file = inGroup(times(32_768, (index) => `<ItemData ItemOID="I${index}" Value=""/>`))
    expect(await refusalOf(() => readOdm(file))).toContain('the group that begins on line 1 has more than 32767 items')
  })

  test('with a record of long values', async () => {
    const file = inGroup(times(17, (index) => `<ItemData ItemOID="I${index}" Value="${'x'.repeat(MILLION)}"/>`))
    expect(await refusalOf(() => readOdm(file))).toContain(
      'ODM_UNSUPPORTED made:1: the group that begins on line 1 has',
    )
  })

  test.each([
    ['of many values', () => times(12, () => `<Value>${'x'.repeat(100_000)}</Value>`)],
    ['of empty values without end', () => times(525_000, () => '<Value/>')],
    ['of a value in many pieces', () => ['<Value>', ...times(12, () => `${'x'.repeat(100_000)}<!-- -->`)]],
  ])('2.0 with an item %s', async (_, make) => {
    const file = inGroup(['<ItemData ItemOID="I">', ...make()], 'v2.0')
    expect(await refusalOf(() => readOdm(file))).toContain('item I has a value of more than 1048576 characters')
  })

  test('2.0 with a value without end, after a megabyte of it', async () => {
    let pieces = 0
    const file = inGroup(
      (function* () {
        yield '<ItemData ItemOID="I"><Value>'
        for (; pieces < 100; pieces++) yield `${'x'.repeat(100_000)}<!-- -->`
      })(),
      'v2.0',
    )
    expect(await refusalOf(() => readOdm(file))).toContain('item I has a value of more than 1048576 characters')
    expect(pieces).toBeLessThan(20)
  })

  test('whose items have another name in every record', () => {
    const watch = new StructureWatch({ name: 'ae.xml', format: 'odm', columns: [] })
    const see = () => {
      for (const name of times(20, (index) => `${index}${'x'.repeat(MILLION)}`))
        watch.seeRecord({ formOid: 'F', items: new Map([[name, '']]) } as unknown as OdmRecord)
    }
    expect(see).toThrow('ae.xml: more than 16 items or forms, each of another name')
  })
})

describe('Dataset-XML', () => {
  const inRow = (content: Iterable<string>) =>
    toMade(function* () {
      yield '<ODM xmlns:data="urn:d" data:DatasetXMLVersion="1.0.0"><ClinicalData><ItemGroupData ItemGroupOID="IG">'
      yield* content
      yield '</ItemGroupData></ClinicalData></ODM>'
    })

  test.each([
    [
      'a text in many pieces',
      () => ['<ItemDataString ItemOID="I">', ...times(12, () => `${'x'.repeat(100_000)}<!-- -->`)],
    ],
    [
      'a row of many values',
      () => times(12, (index) => `<ItemData ItemOID="I${index}" Value="${'x'.repeat(100_000)}"/>`),
    ],
  ])('with %s', async (_, make) => {
    const refusal = await refusalOf(() => readTable(inRow(make()), { format: 'dataset-xml' }))
    expect(refusal).toContain('FORMAT_DAMAGED made: line 1: a row of more than 1048576 characters')
  })
})

describe('Parquet', () => {
  test('with a footer of a struct in every byte', () => {
    const count = MILLION + 1
    // A list of structs as field 1, its length as a varint, then structs without a field.
    const length = [(count & 127) | 128, ((count >> 7) & 127) | 128, count >> 14]
    const bytes = Buffer.concat([Buffer.from([0x19, 0xfc, ...length]), Buffer.alloc(count + 1)])
    const shape = { fields: { 1: { entries: { fields: {} }, most: 2 * MILLION } } } as const
    expect(() => readStruct(bytes, shape)).toThrow('more than 1000000 structs')
  })

  test('whose dictionary has a value in every bit', async () => {
    const values = 17 * MILLION
    const bytes = new Uint8Array(values / 8)
    const writer = new ByteWriter()
    const parquet = new ParquetWriter({
      writer,
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'AESER', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
      ],
    })
    const at = writer.offset
    const inner = { field_1: values, field_2: 0 }
    serializeTCompactProtocol(writer, { field_1: 2, field_2: bytes.length, field_3: bytes.length, field_7: inner })
    writer.appendBytes(bytes)
    const size = BigInt(writer.offset - at)
    parquet.num_rows = 1n
    parquet.row_groups.push({
      num_rows: 1n,
      total_byte_size: size,
      columns: [
        {
          file_offset: 0n,
          meta_data: {
            type: 'BOOLEAN',
            encodings: ['PLAIN'],
            path_in_schema: ['AESER'],
            codec: 'UNCOMPRESSED',
            num_values: 1n,
            total_uncompressed_size: size,
            total_compressed_size: size,
            data_page_offset: BigInt(at),
          },
        },
      ],
    })
    void parquet.finish()
    const file = toRandomFile(writer.getBytes())
    expect(await refusalOf(() => readTable(file, { format: 'parquet' }))).toContain(
      'columns that take more than 536870912 bytes side by side',
    )
  })
})

describe('a table of any format', () => {
  test('with a long row', () => {
    const add = () => new RowBatch('ae.arrow').add({ line: 7, fields: ['x'.repeat(MILLION), 'x'.repeat(50_000)] })
    expect(add).toThrow('ae.arrow: row 7: a row of 1050000 characters (expected at most 1048576)')
  })

  test('with more than such a file can hold', () => {
    const batch = new RowBatch('ae.arrow')
    batch.unfold(64 * 1024 * 1024)
    batch.holds(1)
    batch.unfold(2000)
    expect(() => batch.unfold(1)).toThrow('more than 67110865 cells and characters out of 1 bytes')
  })

  test('is handed over before its rows fill the memory', () => {
    const batch = new RowBatch('ae.arrow')
    for (let rows = 1; !batch.isFull(); rows++) {
      batch.add({ line: rows, fields: ['x'.repeat(MILLION)] })
      expect(rows).toBeLessThan(6)
    }
    expect(batch.take()).toHaveLength(5)
    expect(batch.isFull()).toBe(false)
  })

  test('that must be held and is larger than what may be', async () => {
    const chunk = new Uint8Array(MILLION)
    const file: SourceFile = {
      name: 'made',
      async *open() {
        for (let count = 0; count < 600; count++) yield chunk
      },
    }
    expect(await refusalOf(() => holdInMemory(file, 'Parquet'))).toContain('a file of more than 536870912 bytes')
  })
})

test('of the names of studies so many are kept as one study can have; a form that is read is no other form', () => {
  const watch = new StructureWatch({ name: 'ae.xml', format: 'odm', columns: [] })
  for (const study of times(2000, (index) => `S${index}`)) watch.seeStudy(study)
  watch.seeRecord({ formOid: 'F', items: new Map() } as unknown as OdmRecord)
  for (const form of ['F', 'G']) watch.seeOther(form)
  const { studies, forms, otherForms } = watch.read()
  expect([studies.length, forms, otherForms]).toEqual([1000, ['F'], ['G']])
})

test('a CSV row without an end is refused after a megabyte', async () => {
  const file = toMade(function* () {
    yield 'A,B\n'
    for (;;) yield 'x,'.repeat(10_000)
  })
  expect(await refusalOf(() => readTable(file, { format: 'csv' }))).toContain('longer than 1048576 characters')
})

test('a header of ten million columns is refused before it is read to its end', async () => {
  const file = toFile('x,'.repeat(10 * MILLION))
  expect(await refusalOf(() => readTable(file, { format: 'csv' }))).toContain('longer than 1048576 characters')
  expect(file.chunksRead()).toBeLessThan(40)
})
