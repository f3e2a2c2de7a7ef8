import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { type OpenOdmOptions, openOdm } from '../../pipeline/formats/odm.ts'
import type { OdmRecord } from '../../pipeline/formats/types.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { collect, toFile } from './sources.ts'

const ROOT = 'xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot" FileOID="F1"'

/** Item groups in one form of one visit of one subject. */
const inForm = (groups: string, attributes = '') => `<ODM ${ROOT}>
<ClinicalData StudyOID="ST1"><SubjectData SubjectKey="S1"><StudyEventData StudyEventOID="SE">
<FormData FormOID="AE"${attributes}>
${groups}
</FormData></StudyEventData></SubjectData></ClinicalData></ODM>`

const inGroup = (items: string) => inForm(`<ItemGroupData ItemGroupOID="IG">${items}</ItemGroupData>`)

async function read(content: string | SourceFile, options: Partial<OpenOdmOptions> = {}) {
  const file = typeof content === 'string' ? toFile(content, { name: 'ae.xml' }) : content
  const { root, records } = await openOdm(file, { record: 'group', ...options })
  return { root, records: await collect(records) }
}

async function readItems(content: string | SourceFile, options: Partial<OpenOdmOptions> = {}) {
  return (await read(content, options)).records.map((record) => Object.fromEntries(record.items))
}

const toPlain = (record: OdmRecord) => ({ ...record, items: Object.fromEntries(record.items) })

describe('records', () => {
  const visits = `<?xml version="1.0" encoding="UTF-8"?>
<ODM ${ROOT} CreationDateTime="2026-01-02T03:04:05Z" AsOfDateTime="2026-01-01T00:00:00Z">
  <Study OID="ST1"><MetaDataVersion OID="M"><FormDef OID="AE"/></MetaDataVersion></Study>
  <ReferenceData StudyOID="ST1"><ItemGroupData ItemGroupOID="LAB"><ItemData ItemOID="X" Value="1"/></ItemGroupData></ReferenceData>
  <ClinicalData StudyOID="ST1" MetaDataVersionOID="M">
    <SubjectData SubjectKey=" S1">
      <SiteRef LocationOID="SITE1"/>
      <StudyEventData StudyEventOID="SE" StudyEventRepeatKey="1">
        <FormData FormOID="AE" FormRepeatKey="">
          <ItemGroupData
            ItemGroupOID="LOG" ItemGroupRepeatKey="1">
            <ItemData ItemOID="AETERM" Value="Headache"/>
            <ItemData ItemOID="AESEV"/>
          </ItemGroupData>
          <ItemGroupData ItemGroupOID="LOG" ItemGroupRepeatKey="2"/>
        </FormData>
      </StudyEventData>
    </SubjectData>
    <SubjectData SubjectKey="S2"><StudyEventData StudyEventOID="SE"><FormData FormOID="MH"><ItemGroupData ItemGroupOID="G">
      <ItemData ItemOID="MHTERM" Value=""/>
    </ItemGroupData></FormData></StudyEventData></SubjectData>
  </ClinicalData>
</ODM>`

  test('carry all keys, absent ones as null and empty ones as empty, and the line they begin on', async () => {
    const { root, records } = await read(visits)
    expect(root).toEqual({
      encoding: 'utf-8',
      fileType: 'Snapshot',
      isTransactional: false,
      odmVersion: '1.3.2',
      fileOid: 'F1',
      priorFileOid: null,
      creationDateTime: '2026-01-02T03:04:05Z',
      asOfDateTime: '2026-01-01T00:00:00Z',
    })
    const first = {
      says: 'whole',
      level: 'group',
      studyOid: 'ST1',
      subjectKey: ' S1',
      studySubjectId: null,
      siteOid: 'SITE1',
      eventOid: 'SE',
      eventRepeatKey: '1',
      formOid: 'AE',
      formRepeatKey: '',
      groupOid: 'LOG',
    }
    expect(records.map(toPlain)).toEqual([
      { ...first, line: 10, groupRepeatKey: '1', items: { AETERM: 'Headache', AESEV: null } },
      { ...first, line: 15, groupRepeatKey: '2', items: {} },
      {
        says: 'whole',
        level: 'group',
        line: 19,
        studyOid: 'ST1',
        subjectKey: 'S2',
        studySubjectId: null,
        siteOid: null,
        eventOid: 'SE',
        eventRepeatKey: null,
        formOid: 'MH',
        formRepeatKey: null,
        groupOid: 'G',
        groupRepeatKey: null,
        items: { MHTERM: '' },
      },
    ])
  })

  test('do not inherit keys of elements that have ended', async () => {
    const group = (oid: string) => `<ItemGroupData ItemGroupOID="${oid}"/>`
    const { records } = await read(`<ODM ${ROOT}><ClinicalData StudyOID="ST"><SubjectData SubjectKey="S">
      <StudyEventData StudyEventOID="SE" StudyEventRepeatKey="1"><FormData FormOID="F" FormRepeatKey="1">${group('1')}</FormData></StudyEventData>
      <FormData FormOID="F">${group('2')}</FormData></SubjectData>${group('3')}</ClinicalData><ClinicalData>${group('4')}</ClinicalData></ODM>`)
    const none = { subjectKey: null, eventOid: null, eventRepeatKey: null, formOid: null, formRepeatKey: null }
    expect(records).toMatchObject([
      { studyOid: 'ST', subjectKey: 'S', eventOid: 'SE', eventRepeatKey: '1', formOid: 'F', formRepeatKey: '1' },
      { studyOid: 'ST', subjectKey: 'S', eventOid: null, eventRepeatKey: null, formOid: 'F', formRepeatKey: null },
      { studyOid: 'ST', ...none },
      { studyOid: null, ...none },
    ])
  })

  test('are the same however the file is cut into chunks', async () => {
    const content = visits.replace('Headache', 'Kopfschmerz &#x1F915; 日本')
    const whole = await read(content)
    expect(whole.records[0]?.items.get('AETERM')).toBe('Kopfschmerz 🤕 日本')
    for (const chunkSize of [1, 3, 7]) expect(await read(toFile(content, { chunkSize }))).toEqual(whole)
  })

  test('are none in a file without clinical data', async () => {
    expect((await read(`<ODM ${ROOT}><Study OID="ST1"/></ODM>`)).records).toEqual([])
    expect((await read(`<ODM ${ROOT}/>`)).records).toEqual([])
  })

  test('come from several ClinicalData and from ODM 1.2, with a prefix, or without any namespace', async () => {
    const data = (p: string) =>
      `<${p}ClinicalData StudyOID="A"><${p}SubjectData SubjectKey="1"><${p}FormData FormOID="F"><${p}ItemGroupData ItemGroupOID="G"/></${p}FormData></${p}SubjectData></${p}ClinicalData>`
    for (const content of [
      `<ODM xmlns="http://www.cdisc.org/ns/odm/v1.2">${data('')}${data('')}</ODM>`,
      `<odm:ODM xmlns:odm="http://www.cdisc.org/ns/odm/v1.3">${data('odm:')}${data('odm:')}</odm:ODM>`,
      `<ODM>${data('')}${data('')}</ODM>`,
    ]) {
      expect((await read(content)).records.map((record) => record.studyOid)).toEqual(['A', 'A'])
    }
  })

  test('of REDCap, whose forms stand directly in the subject, have no event', async () => {
    const { records } = await read(`<ODM ${ROOT}><ClinicalData StudyOID="P"><SubjectData SubjectKey="7">
      <FormData FormOID="Form.ae" FormRepeatKey="2"><ItemGroupData ItemGroupOID="ae.ae_term" ItemGroupRepeatKey="1">
        <ItemData ItemOID="ae_term" Value="Nausea"/></ItemGroupData></FormData></SubjectData></ClinicalData></ODM>`)
    expect(records[0]).toMatchObject({ eventOid: null, eventRepeatKey: null, formOid: 'Form.ae', formRepeatKey: '2' })
  })

  test('stream out while the file is read', async () => {
    const group = '<ItemGroupData ItemGroupOID="IG"><ItemData ItemOID="AETERM" Value="Headache"/></ItemGroupData>\n'
    const file = toFile(inForm(group.repeat(20_000)))
    const { records } = await openOdm(file, { record: 'group' })
    let read = 0
    for await (const batch of records) {
      read += batch.length
      if (read > 1000) break
    }
    expect(file.chunksRead()).toBeLessThan(5)
    expect(file.isClosed()).toBe(true)
  })
})

describe('items', () => {
  test('may be typed, with their text as value', async () => {
    const items = `<ItemDataString ItemOID="AETERM">Rash &amp; <![CDATA[<itch>]]>
 again</ItemDataString><ItemDataPartialDate ItemOID="AESTDAT">2026-01</ItemDataPartialDate>
      <ItemDataInteger ItemOID="AESEV">2</ItemDataInteger><ItemDataString ItemOID="AEACN"></ItemDataString>
      <ItemDataAny ItemOID="AEENDAT" IsNull="Yes"/>`
    expect(await readItems(inGroup(items))).toEqual([
      { AETERM: 'Rash & <itch>\n again', AESTDAT: '2026-01', AESEV: '2', AEACN: '', AEENDAT: null },
    ])
  })

  test('are null with IsNull and without a value, and empty with an empty one', async () => {
    const items =
      '<ItemData ItemOID="A" IsNull="Yes"/><ItemData ItemOID="B"/><ItemData ItemOID="C" Value=""/><ItemData ItemOID="D" Value="NA"/>'
    expect(await readItems(inGroup(items))).toEqual([{ A: null, B: null, C: '', D: 'NA' }])
  })

  test('resolve character references, and keep a line break only where it is written as one', async () => {
    const items = `<ItemData ItemOID="A" Value="caf&#233; &#xe9; &lt;&quot;&amp;"/><ItemData ItemOID="B" Value="one&#10;two
three"/>`
    expect(await readItems(inGroup(items))).toEqual([{ A: 'café é <"&', B: 'one\ntwo three' }])
  })

  test('do not take in audit records, signatures, annotations or measurement units', async () => {
    const items = `<ItemDataString ItemOID="A">one<AuditRecord><UserRef UserOID="U"/><ReasonForChange>typo</ReasonForChange>
      </AuditRecord><Annotation SeqNum="1"><Comment>seen</Comment></Annotation><MeasurementUnitRef MeasurementUnitOID="M"/></ItemDataString>
      <ItemData ItemOID="B" Value="2"><AuditRecord><ItemData ItemOID="C" Value="old"/></AuditRecord></ItemData>`
    expect(await readItems(inGroup(items))).toEqual([{ A: 'one', B: '2' }])
  })

  test('that stand twice count once if they agree or one is null', async () => {
    const items =
      '<ItemData ItemOID="A" Value="x"/><ItemData ItemOID="A" Value="x"/><ItemData ItemOID="B"/><ItemData ItemOID="B" Value="y"/><ItemData ItemOID="B"/>'
    expect(await readItems(inGroup(items))).toEqual([{ A: 'x', B: 'y' }])
  })

  test('that stand twice with different values refuse the file', async () => {
    const items = '<ItemData ItemOID="A" Value="x"/>\n<ItemData ItemOID="A" Value="y"/>'
    await expect(read(inGroup(items))).rejects.toMatchObject({
      code: 'ODM_UNSUPPORTED',
      message: expect.stringContaining('ae.xml:5: item A has two values in the group that begins on line 4') as string,
    })
  })
})

describe('records of whole forms', () => {
  const groups = `<ItemGroupData ItemGroupOID="ae.term" ItemGroupRepeatKey="1"><ItemData ItemOID="term" Value="Rash"/><ItemData ItemOID="sev"/></ItemGroupData>
<ItemGroupData ItemGroupOID="ae.sev" ItemGroupRepeatKey="1"><ItemData ItemOID="sev" Value="2"/></ItemGroupData>`

  test('merge all item groups of a form', async () => {
    const { records } = await read(inForm(groups, ' FormRepeatKey="3"'), { record: 'form' })
    expect(records.map(toPlain)).toMatchObject([
      {
        line: 3,
        formOid: 'AE',
        formRepeatKey: '3',
        groupOid: null,
        groupRepeatKey: null,
        items: { term: 'Rash', sev: '2' },
      },
    ])
  })

  test('are there for a form without groups', async () => {
    expect((await read(inForm(''), { record: 'form' })).records).toHaveLength(1)
  })

  test('refuse a form with repeating groups and name the way out', async () => {
    const repeated = `${groups}\n${groups.replace('Rash', 'Itch')}`
    await expect(read(inForm(repeated), { record: 'form' })).rejects.toMatchObject({
      code: 'ODM_UNSUPPORTED',
      message: expect.stringContaining('item term has two values in the form that begins on line 3') as string,
      facts: { action: 'The form repeats a group: set "record": "group" on the source' },
    })
    expect((await read(inForm(repeated))).records).toHaveLength(4)
  })
})

describe('what vendors add', () => {
  const root = `${ROOT} xmlns:OpenClinica="http://www.openclinica.org/ns/odm_ext_v130/v3.1" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata"`
  const wrap = (subject: string, data: string) =>
    `<ODM ${root}><ClinicalData StudyOID="ST"><SubjectData SubjectKey="SS_1" ${subject}>${data}</SubjectData></ClinicalData></ODM>`

  test('is passed over with everything below it, whatever its names', async () => {
    const content = wrap(
      'OpenClinica:Status="available"',
      `<OpenClinica:SiteRef LocationOID="wrong"/><StudyEventData StudyEventOID="SE" OpenClinica:StartDate="2026">
        <FormData FormOID="F"><ItemGroupData ItemGroupOID="G" TransactionType="Insert" OpenClinica:ItemGroupName="x">
          <ItemData ItemOID="A" Value="right" OpenClinica:Value="wrong">
            <OpenClinica:AuditLogs><OpenClinica:AuditLog ID="1"/><ItemData ItemOID="A" Value="wrong"/></OpenClinica:AuditLogs>
            <DiscrepancyNotes xmlns="http://vendor.example/notes"><ItemData ItemOID="B" Value="wrong"/></DiscrepancyNotes>
          </ItemData>
        </ItemGroupData></FormData></StudyEventData>
        <OpenClinica:FormData FormOID="wrong"/>`,
    )
    const { records } = await read(content)
    expect(records.map(toPlain)).toMatchObject([{ siteOid: null, formOid: 'F', items: { A: 'right' } }])
  })

  test.each([
    ['OpenClinica:StudySubjectID=" 104-003"', ' 104-003'],
    ['mdsol:SubjectName="104-003"', '104-003'],
    ['StudySubjectID="not a vendor\'s"', null],
    ['OpenClinica:SubjectName="another vendor\'s"', null],
  ])('gives the subject id that people use: %s', async (attribute, expected) => {
    const { records } = await read(
      wrap(attribute, '<FormData FormOID="F"><ItemGroupData ItemGroupOID="G"/></FormData>'),
    )
    expect(records[0]).toMatchObject({ subjectKey: 'SS_1', studySubjectId: expected })
  })
})

test('in a snapshot everything is stated, also what it calls a context', async () => {
  const data = `<ODM ${ROOT}><ClinicalData StudyOID="ST"><SubjectData SubjectKey="S" TransactionType="Context"><StudyEventData StudyEventOID="E"><FormData FormOID="F"><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="A" Value="x"/></ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData></ODM>`
  expect(await readItems(data)).toEqual([{ A: 'x' }])
})

describe('transactional files', () => {
  const TRANSACTIONAL = ROOT.replace('Snapshot', 'Transactional')
  const of = (data: string) =>
    `<ODM ${TRANSACTIONAL} xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata"><ClinicalData StudyOID="ST">\n${data}</ClinicalData></ODM>`
  const inEvent = (groups: string, attributes = '') =>
    of(`<SubjectData SubjectKey="S"><StudyEventData StudyEventOID="E" StudyEventRepeatKey="1"><FormData FormOID="F">
<ItemGroupData ItemGroupOID="G" ItemGroupRepeatKey="1"${attributes}>${groups}</ItemGroupData></FormData></StudyEventData></SubjectData>`)
  const toSaying = ({ says, level, items }: OdmRecord) => ({ says, level, items: Object.fromEntries(items) })

  test('state what their items name: without a value an item says nothing, removed or null it holds nothing any more', async () => {
    const items = `<ItemData ItemOID="A" Value="x"/><ItemData ItemOID="B" Value=""/><ItemData ItemOID="C" TransactionType="Upsert"/>
      <ItemData ItemOID="D" TransactionType="Remove"/><ItemData ItemOID="E" IsNull="Yes"/><ItemData ItemOID="F" Value="y" TransactionType="Context"/>
      <ItemDataString ItemOID="G"></ItemDataString>`
    const { root, records } = await read(inEvent(items))
    expect(root.isTransactional).toBe(true)
    expect(records.map(toSaying)).toEqual([
      { says: 'change', level: 'group', items: { A: 'x', B: '', D: null, E: null, G: '' } },
    ])
  })

  test('the last value of an item counts', async () => {
    const items =
      '<ItemData ItemOID="A" Value="x"/><ItemData ItemOID="A" Value="y"/><ItemData ItemOID="B" Value="x"/><ItemData ItemOID="B" Value=""/>'
    expect(await readItems(inEvent(items))).toEqual([{ A: 'y', B: '' }])
  })

  test.each([
    ['', '', 'change'],
    [' TransactionType="Insert"', '', 'change'],
    [' TransactionType="Upsert"', '', 'change'],
    [' TransactionType="Update"', '', 'update'],
    ['', ' TransactionType="Update"', 'update'],
    [' TransactionType="Context"', ' TransactionType="Update"', 'update'],
  ])('a group%s with an item%s is an %s', async (ofGroup, ofItem, says) => {
    const { records } = await read(inEvent(`<ItemData ItemOID="A" Value="x"${ofItem}/>`, ofGroup))
    expect(records.map(toSaying)).toEqual([{ says, level: 'group', items: { A: 'x' } }])
  })

  test('what stands in a context only locates', async () => {
    const { records } = await read(inEvent('<ItemData ItemOID="A" Value="x"/>', ' TransactionType="Context"'))
    expect(records.map(toSaying)).toEqual([{ says: 'change', level: 'group', items: {} }])
  })

  const keys = { subjectKey: 'S', eventOid: null, eventRepeatKey: null, formOid: null, formRepeatKey: null }
  const event = { ...keys, eventOid: 'E', eventRepeatKey: '1' }
  const REMOVE = 'TransactionType="Remove"'
  test.each([
    [`<SubjectData SubjectKey="S" ${REMOVE}><SiteRef LocationOID="L"/></SubjectData>`, { level: 'subject', ...keys }],
    [
      `<SubjectData SubjectKey="S"><StudyEventData StudyEventOID="E" StudyEventRepeatKey="1" ${REMOVE}><FormData FormOID="F"/></StudyEventData></SubjectData>`,
      { level: 'event', ...event },
    ],
    [
      `<SubjectData SubjectKey="S"><StudyEventData StudyEventOID="E" StudyEventRepeatKey="1"><FormData FormOID="F" ${REMOVE}><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="A" Value="x"/></ItemGroupData></FormData></StudyEventData></SubjectData>`,
      { level: 'form', ...event, formOid: 'F', groupOid: null },
    ],
    [
      `<SubjectData SubjectKey="S"><StudyEventData StudyEventOID="E" StudyEventRepeatKey="1"><FormData FormOID="F"><ItemGroupData ItemGroupOID="G" ItemGroupRepeatKey="2" ${REMOVE}/></FormData></StudyEventData></SubjectData>`,
      { level: 'group', ...event, formOid: 'F', groupOid: 'G', groupRepeatKey: '2' },
    ],
  ])('a removal is one record, with the keys down to its level: %s', async (data, expected) => {
    const { records } = await read(of(data))
    expect(records).toMatchObject([{ says: 'removal', line: 2, ...expected }])
    expect(records).toHaveLength(1)
  })

  test('keys of what was removed are not inherited by what comes next', async () => {
    const { records } = await read(
      of(`<SubjectData SubjectKey="S"><SiteRef LocationOID="L"/><StudyEventData StudyEventOID="E" TransactionType="Remove"/>
<FormData FormOID="F"><ItemGroupData ItemGroupOID="G" TransactionType="Remove"/><ItemGroupData ItemGroupOID="H"/></FormData></SubjectData>`),
    )
    expect(records).toMatchObject([
      { says: 'removal', eventOid: 'E', siteOid: 'L' },
      { says: 'removal', eventOid: null, formOid: 'F', groupOid: 'G' },
      { says: 'change', eventOid: null, formOid: 'F', groupOid: 'H' },
    ])
  })

  test('a subject without data only says how it is called', async () => {
    const data =
      '<SubjectData SubjectKey="u1" mdsol:SubjectName="101" TransactionType="Upsert"><SiteRef LocationOID="L"/></SubjectData>'
    const { records } = await read(of(data))
    expect(records).toMatchObject([
      { says: 'subject', level: 'subject', line: 2, subjectKey: 'u1', studySubjectId: '101', siteOid: 'L' },
    ])
    expect((await read(of(data).replace('Transactional', 'Snapshot'))).records).toEqual([])
  })

  test('of whole forms the later value of a group counts, and two groups of one kind refuse the file', async () => {
    const group = (repeat: string, value: string) =>
      `<ItemGroupData ItemGroupOID="G" ItemGroupRepeatKey="${repeat}"><ItemData ItemOID="A" Value="${value}"/></ItemGroupData>`
    const form = (groups: string) =>
      of(`<SubjectData SubjectKey="S"><FormData FormOID="F">${groups}</FormData></SubjectData>`)
    const options = { record: 'form' } as const
    expect(await readItems(form(group('1', 'x') + group('1', 'y')), options)).toEqual([{ A: 'y' }])
    await expect(read(form(group('1', 'x') + group('2', 'y')), options)).rejects.toThrow(
      'item A has two values in the form',
    )
    await expect(
      read(form('<ItemGroupData ItemGroupOID="G" TransactionType="Remove"/>'), options),
    ).rejects.toMatchObject({
      code: 'ODM_UNSUPPORTED',
      facts: { action: 'Set "record": "group" on the source' },
    })
  })

  test('items of records that nobody wants are left out', async () => {
    const isWanted = (form: string | null, group: string | null) => form === 'F' && group === 'H'
    expect(
      await readItems(inEvent('<ItemData ItemOID="A" Value="x"/><ItemData Value="no OID"/>'), { isWanted }),
    ).toEqual([{}])
  })
})

describe('ODM 2.0', () => {
  const of = (data: string, { metadata = '', type = 'Snapshot' } = {}) =>
    `<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0" FileType="${type}"><Study OID="S"><MetaDataVersion OID="M">${metadata}</MetaDataVersion></Study><ClinicalData StudyOID="ST">
<SubjectData SubjectKey="S"><StudyEventData StudyEventOID="E">${data}</StudyEventData></SubjectData></ClinicalData></ODM>`
  const group = (oid: string, content: string, repeat = '') =>
    `<ItemGroupData ItemGroupOID="${oid}"${repeat === '' ? '' : ` ItemGroupRepeatKey="${repeat}"`}>${content}</ItemGroupData>`
  const item = (oid: string, ...values: string[]) =>
    `<ItemData ItemOID="${oid}">${values.map((value) => `<Value>${value}</Value>`).join('')}</ItemData>`
  const toPlace = ({ formOid, formRepeatKey, groupOid, groupRepeatKey, items }: OdmRecord) =>
    `${formOid}[${formRepeatKey}] ${groupOid}[${groupRepeatKey}] ${[...items.keys()].join(' ')}`

  test('the outermost group is the form; groups with items are records', async () => {
    const data = group('F', group('G', item('A', 'x'), '1') + group('G', item('A', 'y'), '2') + group('EMPTY', ''), '7')
    expect((await read(of(data))).records.map(toPlace)).toEqual(['F[7] G[1] A', 'F[7] G[2] A', 'F[7] EMPTY[null] '])
  })

  test('a form may be the record itself, and hold groups beside its items', async () => {
    expect((await read(of(group('F', item('A', 'x'), '1')))).records.map(toPlace)).toEqual(['F[1] F[null] A'])
    const both = group('F', item('A', 'x') + group('G', item('B', 'y'), '1'))
    expect((await read(of(both))).records.map(toPlace)).toEqual(['F[null] G[1] B', 'F[null] F[null] A'])
  })

  test('groups that repeat between form and record tell records apart', async () => {
    const data = group(
      'F',
      group('P', group('G', item('A', 'x'), '1'), '1') + group('P', group('G', item('A', 'y'), '1'), '2'),
    )
    expect((await read(of(data))).records.map(toPlace)).toEqual(['F[null] G[1/1] A', 'F[null] G[2/1] A'])
  })

  test('the group that the metadata call a form is one, whatever stands around it', async () => {
    const metadata = '<ItemGroupDef OID="BOX" Type="Section"/><ItemGroupDef OID="F" Type="Form"/>'
    const data = group('BOX', group('F', group('G', item('A', 'x'), '1'), '3'))
    expect((await read(of(data, { metadata }))).records.map(toPlace)).toEqual(['F[3] G[1] A'])
    const whole = await read(of(data, { metadata }), { record: 'form' })
    expect(whole.records.map(toPlace)).toEqual(['F[3] null[null] A'])
  })

  test('an item has any number of values; without one it is empty, and says nothing in a change', async () => {
    const items = item('A', 'Rash &amp; <![CDATA[<itch>]]>') + item('B', 'x', 'y') + item('C') + item('D', '')
    expect(await readItems(of(group('F', items)))).toEqual([{ A: 'Rash & <itch>', B: 'x; y', C: null, D: '' }])
    expect(await readItems(of(group('F', items), { type: 'Transactional' }))).toEqual([
      { A: 'Rash & <itch>', B: 'x; y', D: '' },
    ])
  })

  test('queries are passed over wherever they stand, and forms of ODM 1 refused', async () => {
    const query = '<Query OID="Q"><Value>asked</Value><ItemData ItemOID="A"><Value>asked</Value></ItemData></Query>'
    expect(
      await readItems(of(query + group('F', query + `<ItemData ItemOID="A">${query}<Value>x</Value></ItemData>`))),
    ).toEqual([{ A: 'x' }])
    await expect(read(of('<FormData FormOID="F"/>'))).rejects.toThrow('ODM 2.0 has no forms of its own')
  })
})

describe('what OpenClinica and InForm add to keys and states', () => {
  const of = (data: string) =>
    `<ODM ${ROOT} xmlns:OpenClinica="http://www.openclinica.org/ns/odm_ext_v130/v3.1" xmlns:pf="http://pf.example"><ClinicalData><SubjectData SubjectKey="S"><StudyEventData StudyEventOID="E">
${data}</StudyEventData></SubjectData></ClinicalData></ODM>`

  test.each(['OpenClinica:Removed="Yes"', 'OpenClinica:Status="removed"', 'OpenClinica:Status="auto-removed"'])(
    'a form with %s is removed',
    async (attribute) => {
      const form = `<FormData FormOID="F" ${attribute}><ItemGroupData ItemGroupOID="G"/></FormData>`
      expect((await read(of(form))).records).toMatchObject([{ says: 'removal', level: 'form', formOid: 'F', line: 2 }])
    },
  )

  test.each(['OpenClinica:Removed="No"', 'OpenClinica:Status="completed"', 'pf:Removed="Yes"'])(
    'one with %s is not',
    async (attribute) => {
      const form = `<FormData FormOID="F" ${attribute}><ItemGroupData ItemGroupOID="G"/></FormData>`
      expect((await read(of(form))).records).toMatchObject([{ says: 'whole', formOid: 'F', groupOid: 'G' }])
    },
  )

  test('an ordinal stands for a repeat key that is not there', async () => {
    const form = (attributes: string) =>
      `<FormData FormOID="F" ${attributes}><ItemGroupData ItemGroupOID="G"/></FormData>`
    const { records } = await read(
      of(form('pf:FormRepeatKeyOrdinal="2"') + form('FormRepeatKey="k" pf:FormRepeatKeyOrdinal="3"')),
    )
    expect(records.map(({ formRepeatKey }) => formRepeatKey)).toEqual(['2', 'k'])
  })
})

describe('namespaces', () => {
  test('may be declared anywhere, hold below only, and give way to nearer ones', async () => {
    const content = `<o:ODM xmlns:o="http://www.cdisc.org/ns/odm/v1.3"><o:ClinicalData><o:SubjectData SubjectKey="S"><o:FormData FormOID="F">
      <o:ItemGroupData ItemGroupOID="G"><i:ItemData xmlns:i="http://www.cdisc.org/ns/odm/v1.2" ItemOID="A" Value="x"/>
      <o:ItemData xmlns:o="http://vendor.example" ItemOID="A" Value="wrong"/><ItemData ItemOID="A" Value="none"/></o:ItemGroupData>
      </o:FormData></o:SubjectData></o:ClinicalData></o:ODM>`
    expect(await readItems(content)).toEqual([{ A: 'x' }])
  })

  test.each([
    ['a prefix of an element that nothing declares any more', inGroup('<x:a xmlns:x="http://v.example"/><x:b/>')],
    ['a prefix of an attribute that nothing declares', inGroup('<ItemData ItemOID="A" v:note="x"/>')],
    [
      'one attribute under two prefixes of one namespace',
      inGroup('<a xmlns:p="http://v.example" xmlns:q="http://v.example" p:n="1" q:n="2"/>'),
    ],
    ['an attribute that stands twice', inGroup('<ItemData ItemOID="A" ItemOID="A"/>')],
    ['a name with two colons', inGroup('<a:b:c xmlns:a="http://v.example"/>')],
    ['a name that ends in a colon', inGroup('<a: xmlns:a="http://v.example"/>')],
    ['an attribute with two colons', inGroup('<a xmlns:p="http://v.example" p:b:c="1"/>')],
    ['a declaration of a prefix with a colon', inGroup('<a xmlns:p:q="http://v.example"/>')],
    ['a prefix that is taken back', inGroup('<a xmlns:p=""/>')],
    ['xmlns as a prefix', inGroup('<xmlns:a/>')],
    ['xmlns declared', inGroup('<a xmlns:xmlns="http://v.example"/>')],
    ['xml declared as something else', inGroup('<a xmlns:xml="http://v.example"/>')],
    ['another prefix for xml', inGroup('<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>')],
    ['a processing instruction with a colon', inGroup('<?a:b c?>')],
  ])('%s makes a document malformed', async (_what, content) => {
    await expect(read(content)).rejects.toMatchObject({ code: 'XML_MALFORMED' })
  })

  test('xml:lang needs no declaration', async () => {
    expect(await readItems(inGroup('<ItemData ItemOID="A" Value="x" xml:lang="en"/>'))).toEqual([{ A: 'x' }])
  })
})

describe('what would fill the memory is refused', () => {
  test('elements deeper in one another than any export has them', async () => {
    const nested = (depth: number) => inGroup(`${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`)
    expect((await read(nested(200))).records).toHaveLength(1)
    await expect(read(nested(256))).rejects.toThrow('more than 256 elements within one another')
  })

  test('an element with more attributes than any export has', async () => {
    const attributes = Array.from({ length: 1001 }, (_, index) => `a${index}=""`).join(' ')
    await expect(read(inGroup(`<a ${attributes}/>`))).rejects.toThrow('an element with more than 1000 attributes')
  })

  test.each([
    ['an attribute', (text: string) => `<ItemData ItemOID="A" Value="${text}"/>`],
    ['a typed item', (text: string) => `<ItemDataString ItemOID="A">${text}</ItemDataString>`],
  ])('a value of more than a million characters in %s', async (_where, toItem) => {
    expect((await readItems(inGroup(toItem('x'.repeat(1_048_576)))))[0]?.A).toHaveLength(1_048_576)
    await expect(read(inGroup(toItem('x'.repeat(1_048_577))))).rejects.toThrow(
      'item A has a value of more than 1048576 characters',
    )
  })

  test('pictures and files in items are not read', async () => {
    const picture = `<ItemDataBase64Binary ItemOID="P">${'QUJD'.repeat(500_000)}</ItemDataBase64Binary><ItemData ItemOID="A" Value="x"/>`
    expect(await readItems(inGroup(picture))).toEqual([{ P: null, A: 'x' }])
  })

  test.each([
    ['comment', '<!--'],
    ['attribute', '<a b="'],
    ['name', '<'],
    ['CDATA section', '<![CDATA['],
    ['reference', '<a b="&'],
  ])('a %s without end: no more is held than 16 million characters', async (_what, beginning) => {
    let given = 0
    const file: SourceFile = {
      name: 'ae.xml',
      async *open() {
        yield Buffer.from(`${inForm('').split('</FormData>')[0]}${beginning}`)
        const chunk = Buffer.alloc(1 << 20, 'a')
        for (; given < 200; given++) yield chunk
      },
    }
    await expect(read(file)).rejects.toThrow('a tag, comment or text of more than 16777216 characters')
    expect(given).toBeLessThan(20)
  })
})

describe('files that are refused', () => {
  test.each([
    ['truncated in an element', inGroup('<ItemData ItemOID="A" Value="x"/>').slice(0, -40), 'ae.xml:5:'],
    ['truncated in a tag', inGroup('<ItemData ItemOID="A" Value="x"/>').slice(0, -3), 'ae.xml:5:'],
    ['empty', '', 'ae.xml:1:0: document must contain a root element'],
    ['with a tag that does not match', `<ODM ${ROOT}>\n<ClinicalData></ODM>`, 'ae.xml:2:'],
    ['with text behind the root', `<ODM ${ROOT}/>\nrest`, 'ae.xml:2:'],
    ['with an unknown entity', inGroup('<ItemData ItemOID="A" Value="&bomb;"/>'), 'ae.xml:4:'],
    ['with a prefix that is not declared', inGroup('<x:y/>'), 'ae.xml:4:'],
  ])('%s: with line and column', async (_what, content, place) => {
    for (const chunkSize of [1, 1000]) {
      const file = toFile(content, { name: 'ae.xml', chunkSize })
      await expect(read(file)).rejects.toMatchObject({
        code: 'XML_MALFORMED',
        message: expect.stringMatching(/^ae\.xml:\d+:\d+: /) as string,
        facts: { where: expect.stringContaining(place.slice(0, 9)) as string },
      })
      await expect(read(file)).rejects.toThrow(place)
      expect(file.isClosed()).toBe(true)
    }
  })

  test('truncated: its records come first, then the error', async () => {
    const group = '<ItemGroupData ItemGroupOID="IG"><ItemData ItemOID="A" Value="x"/></ItemGroupData>\n'
    const { records } = await openOdm(toFile(inForm(group.repeat(2000)).slice(0, 150_000)), { record: 'group' })
    let read = 0
    const drained = (async () => {
      for await (const batch of records) read += batch.length
    })()
    await expect(drained).rejects.toMatchObject({ code: 'XML_MALFORMED' })
    expect(read).toBeGreaterThan(1000)
  })

  test.each(['Rash\u000bon arm', 'Rash&#11;on arm'])('a character that XML does not have: %j', async (value) => {
    const group = `<ItemGroupData><ItemData ItemOID="AETERM" Value="${value}"/></ItemGroupData>`
    // Repeated, the export would come out the same.
    await expect(read(inForm(group))).rejects.toThrow(/may have been pasted into a field/)
  })

  test.each([
    '<!DOCTYPE ODM>',
    '<!DOCTYPE ODM SYSTEM "http://example.com/odm.dtd">',
    '<!DOCTYPE ODM [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
  ])('with a document type: %s', async (doctype) => {
    await expect(read(`<?xml version="1.0"?>\n${doctype}\n<ODM ${ROOT}/>`)).rejects.toMatchObject({
      code: 'XML_MALFORMED',
      message: expect.stringMatching(/^ae\.xml:2:\d+: a document type declaration/) as string,
    })
  })

  test.each([
    ['<html/>', 'the root element is <html>'],
    [
      '<define xmlns="http://www.cdisc.org/ns/def/v2.0"/>',
      'the root element is <define> of the namespace http://www.cdisc.org/ns/def/v2.0',
    ],
  ])('with another root: %s', async (content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'XML_MALFORMED',
      message: expect.stringContaining(`ae.xml:1: ${message} (expected <ODM>)`) as string,
    })
  })

  test('without a root for more than a megabyte', async () => {
    const file = toFile(`<!--${'x'.repeat(5_000_000)}--><ODM ${ROOT}/>`)
    await expect(read(file)).rejects.toMatchObject({ code: 'XML_MALFORMED' })
    expect(file.chunksRead()).toBeLessThan(20)
  })

  test.each([
    ['of ODM 3.0', `<ODM xmlns="http://www.cdisc.org/ns/odm/v3.0"/>`, 1, 'Export as ODM 1.3'],
    [
      'with a transaction that there is not',
      inGroup('\n<ItemData ItemOID="A" Value="x" TransactionType="Delete"/>'),
      5,
      'It must be one of Insert, Update, Upsert, Remove, Context',
    ],
    ['with groups in groups', inGroup('\n<ItemGroupData ItemGroupOID="G"/>'), 5, 'Export as ODM 1.3'],
    ['with an item that has no OID', inGroup('<ItemData Value="x"/>'), 4, 'Have the export corrected'],
    [
      'with a site behind the data of the subject',
      `<ODM ${ROOT}><ClinicalData><SubjectData><FormData><ItemGroupData/></FormData>\n<SiteRef LocationOID="L"/></SubjectData></ClinicalData></ODM>`,
      2,
      'Have the export corrected',
    ],
  ])('%s: plainly, with the line and what to do', async (_what, content, line, action) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'ODM_UNSUPPORTED',
      message: expect.stringMatching(new RegExp(`^ae\\.xml:${line}: .*${action}`)) as string,
    })
  })

  test('but not for inserts, which some systems write into snapshots', async () => {
    const content = inGroup('<ItemData ItemOID="A" Value="x" TransactionType="Insert"/>')
    expect(await readItems(content)).toEqual([{ A: 'x' }])
  })
})

describe('encodings', () => {
  test('a byte order mark before the declaration is no text', async () => {
    const content = `\ufeff<?xml version="1.0" encoding="UTF-8"?>${inGroup('<ItemData ItemOID="A" Value="é"/>')}`
    expect(await readItems(content)).toEqual([{ A: 'é' }])
  })

  test.each(['ISO-8859-1', 'UTF-16LE'] as const)('%s is read as declared', async (encoding) => {
    const declared = encoding === 'UTF-16LE' ? 'UTF-16' : encoding
    const content = `<?xml version="1.0" encoding="${declared}"?>${inGroup('<ItemData ItemOID="A" Value="é"/>')}`
    expect(await readItems(toFile(iconv.encode(content, encoding), { chunkSize: 9 }))).toEqual([{ A: 'é' }])
  })

  test('US-ASCII carries other characters as references, and no others', async () => {
    const declaration = '<?xml version="1.0" encoding="US-ASCII"?>'
    const content = declaration + inGroup('<ItemData ItemOID="A" Value="caf&#233;"/>')
    expect((await read(content)).root.encoding).toBe('us-ascii')
    expect(await readItems(content)).toEqual([{ A: 'café' }])
    const mislabelled = toFile(iconv.encode(content.replace('&#233;', 'é'), 'latin1'))
    await expect(read(mislabelled)).rejects.toMatchObject({ code: 'ENCODING' })
  })
})

test('every byte of the file is shown once, the end included', async () => {
  let bytes = 0
  const content = inGroup('<ItemData ItemOID="A" Value="é"/>')
  await read(content, { onBytes: (chunk) => (bytes += chunk.length) })
  expect(bytes).toBe(Buffer.byteLength(content))
})
