import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { detectFormat } from '../../pipeline/formats/detect.ts'
import { toExport, WRITTEN_FORMATS } from '../generators/exports.ts'
import { toFile } from './sources.ts'
import { refusalOf } from './tables.ts'

describe('an export is known by its first bytes', () => {
  test.each(WRITTEN_FORMATS)('%s, whatever it is called and however it is cut', async (written) => {
    const bytes = await toExport(written, { rows: 3, seed: 1 })
    const format = written === 'dataset-ndjson' ? 'dataset-json' : written.replace('-transactional', '')
    expect(await detectFormat(toFile(bytes, { name: 'ae.xls', chunkSize: 3 }))).toBe(format)
  })

  test.each([
    ['odm', '\ufeff <?xml version="1.0"?><ODM/>'],
    ['odm', '\n<!-- made by hand --><ODM/>'],
    ['dataset-xml', '<ODM xmlns:data="urn:d" data:DatasetXMLVersion = "1.0.0">'],
    ['dataset-json', ' {"datasetJSONVersion": "1.1.0"'],
    ['csv', ''],
    ['csv', '\ufeffSUBJID,AETERM\n'],
    ['csv', '[1],AETERM\n'],
    ['csv', 'PK,AETERM\n'],
  ] as const)('%s: %j', async (format, text) => {
    expect(await detectFormat(toFile(text))).toBe(format)
  })

  test.each(['utf16le', 'utf16be'] as const)('in %s as well', async (encoding) => {
    const bytes = Buffer.from('\ufeff<?xml version="1.0"?><ODM/>', 'utf16le')
    expect(await detectFormat(toFile(encoding === 'utf16le' ? bytes : bytes.swap16()))).toBe('odm')
  })
})

describe('what is no export says what it is and what to do', () => {
  /** The head of an archive's first file. */
  const toZipHead = (name: string) =>
    Buffer.concat([
      Buffer.from('PK\u0003\u0004'),
      Buffer.alloc(22),
      Buffer.from([name.length, 0, 0, 0]),
      Buffer.from(name),
    ])

  test.each([
    [Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), 'an Excel workbook of the old kind (.xls)', 'Save it as CSV'],
    [toZipHead('[Content_Types].xml'), 'an Excel workbook (.xlsx)', 'Save its sheet as CSV'],
    [toZipHead('docProps/app.xml'), 'an Excel workbook (.xlsx)', 'Save its sheet as CSV'],
    // The first bytes of files that R's haven 2.5 wrote.
    [Buffer.from('000000000000000000000000c2ea8160b31411cf', 'hex'), 'a SAS dataset (.sas7bdat)', 'SAS XPORT'],
    [Buffer.from('$FL2@(#) SPSS DATA FILE'), 'an SPSS data file', 'Save it as CSV'],
    [Buffer.from('$FL3@(#) SPSS DATA FILE'), 'an SPSS data file', 'Save it as CSV'],
    [Buffer.from('<stata_dta><header><release>118</release>'), 'a Stata dataset', 'Save it as CSV'],
    [Buffer.from('FEA1\0\0\0\0'), 'a Feather file of version 1', 'Feather version 2'],
    [deflateSync('{"datasetJSONVersion":"1.1.0"}\n'), 'compressed Dataset-JSON', 'not compressed'],
    [deflateSync('{"datasetJSONVersion":"1.1.0"}\n', { level: 1 }), 'compressed Dataset-JSON', 'not compressed'],
    [
      Buffer.from('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>'),
      'an Excel workbook in XML',
      'Save its sheet as CSV',
    ],
    [Buffer.from('\ufeff<!DOCTYPE html>\n<html>'), 'an HTML page', 'CSV or ODM'],
    [Buffer.from('<table border="1">'), 'an HTML page', 'CSV or ODM'],
    [Buffer.from('**COMPRESSED** **COMPRESSED** **COMPRESSED**'), 'PROC CPORT', 'SAS XPORT'],
    [Buffer.from([0x1f, 0x8b, 0x08, 0]), 'packed by gzip', 'Unpack it'],
    [Buffer.from('%PDF-1.7\n'), 'a PDF', 'Name the export itself'],
    [Buffer.from('<html><body><table><tr><td>Subject'), 'an HTML page', 'save it as CSV'],
    [Buffer.from('<!-- AE listing -->\n<TABLE border=1>'), 'an HTML page', 'save it as CSV'],
    [
      Buffer.from('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:x">'),
      'an Excel workbook in XML',
      'Save its sheet as CSV',
    ],
    [Buffer.from('[{"record_id": 1}]'), 'JSON that is no Dataset-JSON', 'CSV'],
  ])('%s', async (bytes, found, action) => {
    const refusal = await refusalOf(() => detectFormat(toFile(bytes, { name: 'ae.csv' })))
    expect(refusal).toContain('FORMAT_UNKNOWN ae.csv: ')
    expect(refusal).toContain(found)
    expect(refusal).toContain(action)
  })

  test('a long file is looked at no further than its beginning', async () => {
    const file = toFile('a,b\n'.repeat(100_000), { chunkSize: 1000 })
    expect([await detectFormat(file), file.chunksRead(), file.isClosed()]).toEqual(['csv', 9, true])
  })

  test('a zip of exports is one', async () => {
    expect(await detectFormat(toFile(toZipHead('xl.csv')))).toBe('zip')
  })
})
