/** Exports laid out as their systems write them, where that differs from one plain table: what init makes of them. */
import { describe, expect, test } from 'vitest'
import { propose, readProposed } from './proposed.ts'
import { toFile } from './text-file.ts'

const VIEDOC_LABELS =
  'Site sequence number,Site name,Site code,Subject sequence number,Subject Id,Event sequence number,Event Id,Event name,Activity Id,Form sequence number,Subject form sequence number'
const VIEDOC_IDS =
  'SiteSeq,SiteName,SiteCode,SubjectSeq,SubjectId,EventSeq,EventId,EventName,ActivityId,FormSeq,SubjectFormSeq'

describe('the line of the header', () => {
  test('is the second where the first has labels of the same columns, as Viedoc writes them', async () => {
    const file = toFile(
      'ABC_20240601_AE.csv',
      `${VIEDOC_LABELS},Description,Start date,Severity
${VIEDOC_IDS},AETERM,AESTDAT,AESEV
1,Uppsala,01,1,SE-01-001,1,COMMON_AE,Adverse Events,LOG,1,1,Headache,2024-01-05,Mild
1,Uppsala,01,1,SE-01-001,2,COMMON_AE,Adverse Events,LOG,1,2,Nausea,2024-NK-NK,Severe
1,Uppsala,01,2,SE-01-002,1,COMMON_AE,Adverse Events,LOG,1,1,Rash,2024-01-07,Mild
`,
    )
    const proposal = await propose(file)
    expect(proposal.config.sources).toMatchObject([
      { headerLine: 2, key: ['SubjectFormSeq'], map: { subject: 'SubjectId', AETERM: 'AETERM', AESEV: 'AESEV' } },
    ])
    expect(proposal.evidence).toContainEqual({
      field: 'sources[0].headerLine',
      column: null,
      why: 'line 2 names the columns; what stands above it is no data and is left out',
      confidence: 'likely',
    })
    expect(await readProposed(proposal, file)).toEqual({ ae: ['3 "Headache"', '4 "Nausea"', '5 "Rash"'] })
  })

  test('comes after a title', async () => {
    const text = `Study ABC-101 adverse events

subject,site,aeno,aeterm,aestdat
101,S1,1,Headache,2024-01-05
102,S1,1,"Rash, arms",2024-01-06
`
    for (const title of ['', 'all sites, all subjects\n', 'a;b;c\n']) {
      const file = toFile('ae.csv', title + text)
      const line = title === '' ? 3 : 4
      const proposal = await propose(file)
      expect(proposal.config.sources).toMatchObject([{ headerLine: line, map: { AETERM: 'aeterm' } }])
      expect(await readProposed(proposal, file)).toEqual({ ae: [`${line + 1} "Headache"`, `${line + 2} "Rash, arms"`] })
    }
  })

  test('is the first where rows only resemble it', async () => {
    const file = toFile(
      'ae.csv',
      'subject,site,term,aeterm,severity\nsubject,site,x,Headache,Mild\n102,S1,x,Rash,Mild\n',
    )
    expect((await propose(file)).config.sources).not.toMatchObject([{ headerLine: 2 }])
  })
})
