import { describe, expect, test } from 'vitest'
import { readTable, refusalOf, toStreamFile } from './tables.ts'

const toXml = (
  rows: string,
  { wrapper = 'ClinicalData', attributes = '' } = {},
) => `<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:data="http://www.cdisc.org/ns/Dataset-XML/v1.0" ODMVersion="1.3.2"
  FileType="Snapshot" data:DatasetXMLVersion="1.0.0" CreationDateTime="2026-03-02T18:00:00"${attributes}>
<${wrapper} StudyOID="S" MetaDataVersionOID="M">
${rows}
</${wrapper}>
</ODM>`

const toRow = (items: { readonly [oid: string]: string }, group = 'IG.AE') =>
  `<ItemGroupData ItemGroupOID="${group}" data:ItemGroupDataSeq="1">${Object.entries(items)
    .map(([oid, value]) => `<ItemData ItemOID="${oid}" Value="${value}"/>`)
    .join('')}</ItemGroupData>`

const read = (text: string, chunkSize = 500) =>
  readTable(toStreamFile(Buffer.from(text), { name: 'ae.xml', chunkSize }), { format: 'dataset-xml' })

describe('rows', () => {
  const rows = [
    toRow({ 'IT.USUBJID': 'S1', 'IT.AE.AETERM': 'Headache' }),
    toRow({ 'IT.USUBJID': 'S2', 'IT.AE.AESEV': 'MILD', 'IT.AE.AETERM': 'Nausea &amp; vomiting' }),
  ].join('\n')

  test('have the columns that occur anywhere in the file, called by the last part of their OIDs', async () => {
    expect(await read(toXml(rows))).toEqual({
      encoding: 'utf-8',
      delimiter: ',',
      asOf: '2026-03-02T18:00:00',
      header: ['USUBJID', 'AETERM', 'AESEV'],
      rows: [
        ['S1', 'Headache', ''],
        ['S2', 'Nausea & vomiting', 'MILD'],
      ],
      lines: [5, 6],
      problems: [],
    })
  })

  test('are called by whole OIDs where their last parts are the same', async () => {
    const table = await read(toXml(toRow({ 'IT.USUBJID': 'S1', 'IT.AE.TERM': 'Headache', 'IT.MH.TERM': 'Asthma' })))
    expect(table.header).toEqual(['USUBJID', 'IT.AE.TERM', 'IT.MH.TERM'])
  })

  test('of ReferenceData, typed items, null ones, and elements of others in between', async () => {
    const items =
      '<ItemDataString ItemOID="IT.A">Head<!-- x -->ache</ItemDataString><ItemData ItemOID="IT.B" IsNull="Yes"/><v:x xmlns:v="urn:v"><v:y/></v:x>'
    const table = await read(
      toXml(`<ItemGroupData ItemGroupOID="IG.AE">${items}</ItemGroupData>`, {
        wrapper: 'ReferenceData',
        attributes: ' AsOfDateTime="2026-03-01T00:00:00"',
      }),
      3,
    )
    expect([table.asOf, table.header, table.rows]).toEqual(['2026-03-01T00:00:00', ['A', 'B'], [['Headache', '']]])
  })
})

describe('damage', () => {
  test.each([
    ['a file cut off', toXml(toRow({ 'IT.A': '1' })).slice(0, -20), /^XML_MALFORMED ae.xml:/],
    [
      'ODM of subjects',
      toXml('<SubjectData SubjectKey="1"/>'),
      /^FORMAT_DAMAGED ae.xml: line 5: <SubjectData> inside <ClinicalData>/,
    ],
    ['another root', '<html/>', /^FORMAT_DAMAGED ae.xml: line 1: the root element <html>/],
    [
      'two datasets',
      toXml(toRow({ 'IT.A': '1' }) + toRow({ 'IT.A': '2' }, 'IG.DM')),
      /rows of IG.DM behind rows of IG.AE/,
    ],
    [
      'two values of one item',
      toXml(toRow({ 'IT.A': '1' }).replace('</ItemGroupData>', '<ItemData ItemOID="IT.A" Value="2"/></ItemGroupData>')),
      /IT.A has two values in one row/,
    ],
    [
      'an item without OID',
      toXml('<ItemGroupData ItemGroupOID="G"><ItemData Value="1"/></ItemGroupData>'),
      /without ItemOID/,
    ],
    ['no rows, and so no columns', toXml(''), /^FORMAT_DAMAGED ae.xml: 0 columns/],
    [
      'entities',
      `<!DOCTYPE ODM [<!ENTITY a "b">]>${toXml('')}`.replace('<?xml version="1.0" encoding="UTF-8"?>', ''),
      /^XML_MALFORMED ae.xml:.*DOCTYPE/,
    ],
    ['depths that no file has', '<a>'.repeat(100_000), /the root element <a>/],
    [
      'depths that no file has, below the root',
      `<ODM>${'<a>'.repeat(100_000)}`,
      /more than 256 elements within one another/,
    ],
  ])('%s is refused', async (_, text, expected) => {
    expect(await refusalOf(() => read(text, 65_536))).toMatch(expected)
  })

  test('an attribute that never ends is refused before it fills the memory', async () => {
    const file = {
      name: 'ae.xml',
      async *open() {
        yield Buffer.from('<ODM a="')
        for (;;) yield Buffer.alloc(65_536, 'x')
      },
    }
    expect(await refusalOf(() => readTable(file, { format: 'dataset-xml' }))).toMatch(
      /^XML_MALFORMED ae.xml:.*a tag, comment or text of more than/,
    )
  })
})
