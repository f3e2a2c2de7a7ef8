/** Files that have what plain exports have not: other types, packings and layouts of their formats, for damage to meet. */
import {
  Dictionary,
  Float64,
  Int32,
  LargeUtf8,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { TableFormat } from '../../schemas/formats.ts'
import { toXport } from '../generators/xport-file.ts'

const TERMS = ['Headache', 'Nausea', null, 'Übelkeit 頭痛', 'Rash of both arms']
const terms = Array.from({ length: 60 }, (_, row) => TERMS[row % TERMS.length] ?? null)
const numbers = terms.map((_, row) => row)

/** None where the plain exports say it all. */
export function listShapes(format: TableFormat | 'odm'): readonly Buffer[] {
  switch (format) {
    case 'csv':
      return [
        Buffer.from('A,B,C\n1,"two\nlines, ""quoted""",3\n\n4,\t,\n7,8\n'),
        Buffer.from('sep=;\r\nA;A;\r\n"1";2,5;\r\n'),
      ]
    case 'odm':
      return [toOdm2(), toVendorOdm()]
    case 'dataset-json':
      return [toIndentedJson()]
    case 'dataset-xml':
      return [toTypedDatasetXml()]
    case 'xport':
      return [toNumericXport(5), toNumericXport(8)]
    case 'arrow':
      return [tableToIPC(toArrow(), 'file'), tableToIPC(toArrow(), 'stream')].map((bytes) => Buffer.from(bytes))
    case 'parquet':
      return listParquets()
  }
}

function toOdm2(): Buffer {
  const groups = terms.map(
    (term, row) =>
      `<ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="${row}" TransactionType="${row % 7 === 0 ? 'Remove' : 'Upsert'}"><ItemData ItemOID="I.T"><Value>${term ?? ''}</Value><Value>more</Value></ItemData><ItemData ItemOID="I.N"/></ItemGroupData>`,
  )
  return Buffer.from(
    `<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0" FileType="Transactional"><Study OID="S"><MetaDataVersion OID="M"><ItemGroupDef OID="F.AE" Name="AE" Type="Form"/></MetaDataVersion></Study><ClinicalData StudyOID="S"><SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E"><ItemGroupData ItemGroupOID="F.AE">${groups.join('')}</ItemGroupData></StudyEventData></SubjectData></ClinicalData></ODM>`,
  )
}

function toVendorOdm(): Buffer {
  const records = terms.map(
    (term, row) =>
      `<ClinicalData StudyOID="S" mdsol:AuditSubCategoryName="Entered"><SubjectData SubjectKey="u${row % 5}" mdsol:SubjectName=" 10${row % 5}"><SiteRef LocationOID="1"/><StudyEventData StudyEventOID="AE" StudyEventRepeatKey="AE[1]"><FormData FormOID="AE" oc:Status="${row % 9 === 0 ? 'removed' : 'available'}"><ItemGroupData ItemGroupOID="L" ItemGroupRepeatKey="${row}"><ItemDataString ItemOID="T">${term ?? ''}<!-- seen --><![CDATA[ & more]]></ItemDataString><ItemData ItemOID="C"><AuditRecord><ReasonForChange>&#228;</ReasonForChange></AuditRecord></ItemData><ItemDataAny ItemOID="N" IsNull="Yes"/><ItemData ItemOID="D" TransactionType="Context"/></ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData>`,
  )
  return Buffer.from(
    `\uFEFF<?xml version="1.0" encoding="UTF-8"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" xmlns:oc="http://www.openclinica.org/ns/odm_ext_v130/v3.1" FileType="Transactional">${records.join('')}</ODM>`,
  )
}

function toIndentedJson(): Buffer {
  const rows = terms.map((term, row) => [term, row / 3, row % 2 === 0])
  const columns = ['AETERM', 'AESEQ', 'AESER'].map((name) => ({ name, label: 'x\\"]' }))
  return Buffer.from(JSON.stringify({ rows, columns, records: rows.length }, null, 1))
}

function toTypedDatasetXml(): Buffer {
  const rows = terms.map(
    (term, row) =>
      `<ItemGroupData ItemGroupOID="IG"><ItemDataString ItemOID="IT.AETERM">${term ?? ''}</ItemDataString><ItemData ItemOID="IT.AESEQ" Value="${row}"/><ItemDataAny ItemOID="IT.X" IsNull="Yes"/></ItemGroupData>`,
  )
  return Buffer.from(
    `<?xml version="1.0"?><ODM xmlns:data="urn:d" data:DatasetXMLVersion="1.0.0"><ReferenceData>${rows.join('')}</ReferenceData></ODM>`,
  )
}

function toNumericXport(version: 5 | 8): Buffer {
  return toXport({
    version,
    members: [
      {
        name: 'AE',
        variables: [
          { name: 'AETERM', type: 'char', length: 20 },
          { name: 'AESEQ', type: 'num' },
          { name: 'AESTDT', type: 'num', length: 4, format: 'DATE' },
        ],
        rows: terms.map((term, row) => [term ?? '', row / 3, row]),
      },
    ],
  })
}

function toArrow(): Table {
  return new Table({
    term: vectorFromArray(terms, new Dictionary(new Utf8(), new Int32())),
    text: vectorFromArray(terms, new Utf8()),
    large: vectorFromArray(terms, new LargeUtf8()),
    seq: vectorFromArray(
      numbers.map((row) => row / 3),
      new Float64(),
    ),
    moment: vectorFromArray(numbers, new TimestampMillisecond()),
  })
}

function listParquets(): Buffer[] {
  const kinds = [
    { term: 'PLAIN', seq: 'PLAIN', codec: 'UNCOMPRESSED' },
    { term: 'RLE_DICTIONARY', seq: 'PLAIN', codec: 'SNAPPY' },
    { term: 'DELTA_BYTE_ARRAY', seq: 'DELTA_BINARY_PACKED', codec: 'UNCOMPRESSED' },
    { term: 'DELTA_LENGTH_BYTE_ARRAY', seq: 'DELTA_BINARY_PACKED', codec: 'UNCOMPRESSED' },
  ] as const
  return kinds.map(({ term, seq, codec }) =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: 'term', data: terms, type: 'STRING', nullable: true, encoding: term },
          { name: 'seq', data: numbers, type: 'INT32', encoding: seq },
          { name: 'flag', data: numbers.map((row) => row % 2 === 0), type: 'BOOLEAN', encoding: 'RLE' },
          { name: 'dose', data: numbers.map((row) => row / 3), type: 'DOUBLE', encoding: 'BYTE_STREAM_SPLIT' },
        ],
        codec,
        rowGroupSize: [20, 40],
      }),
    ),
  )
}
