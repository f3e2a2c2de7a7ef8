/** Standards that many hands write: SDTM as a CRO delivers it, and CDASH names in a table. */
import type { Profile } from './profile.ts'

const SDTMIG = 'CDISC SDTMIG 3.4, events class and identifiers'

export const SDTM: Profile = {
  id: 'cdisc-sdtm',
  system: 'CDISC SDTM',
  export: 'dataset',
  formats: ['csv', 'dataset-json', 'dataset-xml', 'xport', 'arrow', 'parquet'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns STUDYID, DOMAIN and USUBJID',
      test: { columns: ['studyid', 'domain', 'usubjid'] },
      from: SDTMIG,
    },
    {
      weight: 'sign',
      says: 'a column that numbers the records, as AESEQ',
      test: { columnsLike: /^(?:AE|MH)SEQ$/, atLeast: 1 },
      from: SDTMIG,
    },
    {
      weight: 'sign',
      says: 'columns of coded terms, as AEDECOD and AEBODSYS',
      test: { columnsLike: /^(?:AE|MH)(?:DECOD|BODSYS|LLT|SOC)$/, atLeast: 1 },
      from: SDTMIG,
    },
    {
      weight: 'hint',
      says: 'the column USUBJID',
      test: { columns: ['usubjid'] },
      from: SDTMIG,
    },
  ],
  proposes: {
    structure: { subject: ['usubjid'], site: ['siteid'], event: [], form: [] },
    keys: [['aespid'], ['mhspid'], ['aerefid'], ['aeseq'], ['mhseq']],
    hasExactNames: true,
  },
  checks: [
    'AESEQ and MHSEQ are often numbered anew in each delivery: a record then looks like another one. AESPID is steadier.',
    'Terms are the reported ones (AETERM); codes that are in the file are not read: aecoder take-over takes them in.',
  ],
}

export const CDASH: Profile = {
  id: 'cdisc-cdash',
  system: 'CDASH names, of no system that is known',
  export: 'table',
  formats: ['csv', 'xport', 'arrow', 'parquet', 'dataset-json'],
  isConvention: true,
  marks: [
    {
      weight: 'sign',
      says: 'the columns of a CDASH form: SUBJID or SUBJECT, with AETERM or MHTERM',
      test: { columnsLike: /^(?:SUBJID|SUBJECT|SUBJECTID|AETERM|MHTERM)$/i, atLeast: 2 },
      from: 'CDISC CDASHIG 2.2, AE and MH',
    },
    {
      weight: 'sign',
      says: 'further columns with CDASH names, as AESTDAT',
      test: {
        columnsLike: /^(?:AE|MH)(?:YN|SPID|STDAT|ENDAT|ONGO|SEV|TOXGR|SER|REL|ACN|OUT|CAT|OCCUR)$/i,
        atLeast: 2,
      },
      from: 'CDISC CDASHIG 2.2, AE and MH',
    },
  ],
  proposes: { keys: [['aespid'], ['mhspid']] },
  checks: ['AESPID and MHSPID are numbers that somebody gives: see that they stay when a record is moved.'],
}
