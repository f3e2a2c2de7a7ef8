/** Castor EDC: a zip of CSV, one file to each kind of repeating data; once called reports. */
import type { Profile } from './profile.ts'

const PROGRAMS = 'public Python and R programs that read Castor exports'

export const CASTOR: Profile = {
  id: 'castor-csv',
  system: 'Castor',
  export: 'CSV of repeating data',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns Participant Id, Repeating data Name Custom and Repeating data Parent',
      test: { columns: ['participantid', 'repeatingdatanamecustom', 'repeatingdataparent'] },
      from: PROGRAMS,
    },
    {
      weight: 'sign',
      says: 'the columns Participant Id and Participant Status',
      test: { columns: ['participantid', 'participantstatus'] },
      from: PROGRAMS,
    },
    {
      weight: 'hint',
      says: 'semicolons between the cells',
      test: { delimiter: ';' },
      from: 'Castor knowledge base: export data',
    },
  ],
  proposes: {
    structure: {
      subject: ['participantid'],
      site: ['siteabbreviation', 'sitename'],
      event: ['repeatingdataparent'],
    },
    keys: [
      ['repeatingdatanamecustom'],
      ['repeatingdatanamecustom', 'repeatingdatacreationdate'],
      ['repeatingdatacreationdate'],
    ],
    dateOrder: 'dmy',
  },
  checks: [
    'Castor numbers no repeating data: the key holds names and dates that a site can change.',
    'A semicolon inside a text was replaced by a hyphen when the file was written.',
  ],
}

export const CASTOR_OLD: Profile = {
  id: 'castor-csv-old',
  system: 'Castor',
  export: 'CSV of reports (older header)',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns Record Id, Report Name Custom and Report Parent',
      test: { columns: ['recordid', 'reportnamecustom', 'reportparent'] },
      from: PROGRAMS,
    },
    {
      weight: 'sign',
      says: 'the columns Record Id and Institute Abbreviation',
      test: { columns: ['recordid', 'instituteabbreviation'] },
      from: PROGRAMS,
    },
    {
      weight: 'hint',
      says: 'semicolons between the cells',
      test: { delimiter: ';' },
      from: 'Castor knowledge base: export data',
    },
  ],
  proposes: {
    structure: { subject: ['recordid'], site: ['instituteabbreviation'], event: ['reportparent'] },
    keys: [['reportnamecustom'], ['reportnamecustom', 'reportcreationdate'], ['reportcreationdate']],
    dateOrder: 'dmy',
  },
  checks: CASTOR.checks,
}

export const CASTOR_ODM: Profile = {
  id: 'castor-odm',
  system: 'Castor',
  export: 'ODM',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'SourceSystem "Castor"',
      test: { root: 'SourceSystem', like: /\bcastor\b/i },
      from: 'the name the system would give (not seen in a file)',
    },
    {
      weight: 'sign',
      says: 'Originator "Castor"',
      test: { root: 'Originator', like: /\bcastor\b/i },
      from: 'the name the system would give (not seen in a file)',
    },
  ],
  proposes: {},
  checks: [
    'Castor leaves repeating data out of its ODM, adverse events with them: export CSV where events are missing.',
  ],
}
