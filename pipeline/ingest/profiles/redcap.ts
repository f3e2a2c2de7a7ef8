/** REDCap: one table for all instruments, raw or with labels; and its ODM. */
import type { Profile } from './profile.ts'

const FILES = 'project exports of OuhscBbmc/REDCapR (MIT)'
const GUIDE = 'REDCap help: exporting repeating instruments'

export const REDCAP_RAW: Profile = {
  id: 'redcap-csv-raw',
  system: 'REDCap',
  export: 'CSV, raw',
  formats: ['csv', 'arrow', 'parquet'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns redcap_repeat_instrument and redcap_repeat_instance',
      test: { columns: ['redcaprepeatinstrument', 'redcaprepeatinstance'] },
      from: FILES,
    },
    {
      weight: 'proof',
      says: 'the column redcap_event_name',
      test: { columns: ['redcapeventname'] },
      from: FILES,
    },
    {
      weight: 'sign',
      says: 'the column redcap_data_access_group',
      test: { columns: ['redcapdataaccessgroup'] },
      from: GUIDE,
    },
    {
      weight: 'sign',
      says: 'columns that end in _complete, one to an instrument',
      test: { columnsLike: /^[a-z0-9_]+_complete$/, atLeast: 2 },
      from: FILES,
    },
    {
      weight: 'sign',
      says: 'checkboxes as columns field___1',
      test: { columnsLike: /^[a-z0-9_]+___\w+$/, atLeast: 2 },
      from: FILES,
    },
  ],
  proposes: { hasAllForms: true, isSubjectFirst: true, keys: [['redcaprepeatinstance']] },
  checks: ['Raw exports hold codes for choices: "values" of a mapped column translates them.'],
}

export const REDCAP_LABELS: Profile = {
  id: 'redcap-csv-labels',
  system: 'REDCap',
  export: 'CSV, labels',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns "Repeat Instrument" and "Repeat Instance"',
      test: { columnsLike: /^Repeat Inst(?:rument|ance)$/, atLeast: 2 },
      from: GUIDE,
    },
    {
      weight: 'sign',
      says: 'the column "Data Access Group"',
      test: { columnsLike: /^Data Access Group$/, atLeast: 1 },
      from: GUIDE,
    },
    {
      weight: 'sign',
      says: 'columns "Complete?", one to an instrument',
      test: { columnsLike: /^Complete\?(?: \(\d+\))?$/, atLeast: 1 },
      from: GUIDE,
    },
  ],
  proposes: { hasAllForms: true, isSubjectFirst: true, keys: [['repeatinstance']] },
  checks: [
    'Labels are question texts and change with the questionnaire, and two questions may have one text: the raw export is steadier.',
  ],
}

export const REDCAP_ODM: Profile = {
  id: 'redcap-odm',
  system: 'REDCap',
  export: 'ODM',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'SourceSystem "REDCap"',
      test: { root: 'SourceSystem', like: /^REDCap$/i },
      from: FILES,
    },
    {
      weight: 'proof',
      says: 'the namespace of REDCap',
      test: { namespace: 'https://projectredcap.org' },
      from: FILES,
    },
  ],
  proposes: { record: 'form' },
  checks: ['Line breaks inside a term are blanks in the ODM, and kept in the CSV: the two give other verbatims.'],
}
