/** Oracle Clinical One: ODM with its own extensions, and the Subject Data Extract. */
import type { Profile } from './profile.ts'

const ODM_REFERENCE = 'docs.oracle.com, Clinical One API: ODM-XML reference'
const MAPPING =
  'docs.oracle.com, Clinical One reporting guide: form question output mapping in the Subject Data Extract'
const COMMON = 'docs.oracle.com, Clinical One analytics: clinical data extract common columns'

export const CLINICAL_ONE_ODM: Profile = {
  id: 'clinical-one-odm',
  system: 'Oracle Clinical One',
  export: 'ODM',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'SourceSystem "Oracle Life Sciences Clinical One"',
      test: { root: 'SourceSystem', like: /clinical one/i },
      from: ODM_REFERENCE,
    },
    {
      weight: 'proof',
      says: 'the namespace of Clinical One (co)',
      test: { namespace: 'https://docs.oracle.com/en/industries/life-sciences/clinical-one/' },
      from: ODM_REFERENCE,
    },
  ],
  proposes: {},
  checks: ['Unknown parts of dates are UNK.'],
}

export const CLINICAL_ONE_EXTRACT: Profile = {
  id: 'clinical-one-extract',
  system: 'Oracle Clinical One',
  export: 'Subject Data Extract',
  formats: ['csv', 'xport'],
  marks: [
    {
      weight: 'proof',
      says: 'questions in four columns X, X_R, X_F and X_D',
      test: { endings: ['_R', '_F', '_D'], atLeast: 1 },
      from: MAPPING,
    },
    {
      weight: 'sign',
      says: 'the columns SUBJECT, VISIT, FORM and REPEAT_SEQUENCE_NUMBER',
      test: { columns: ['subject', 'visit', 'form', 'repeatsequencenumber'] },
      from: COMMON,
    },
    {
      weight: 'sign',
      says: 'the column EVENT_INSTANCE_NUMBER',
      test: { columns: ['eventinstancenumber'] },
      from: COMMON,
    },
  ],
  proposes: {
    structure: {
      subject: ['subject', 'subjectnumber', 'subjectname'],
      site: ['site', 'sitename', 'siteid'],
      event: ['visit', 'event', 'eventname'],
      eventRepeat: ['eventinstancenumber'],
      form: ['form', 'formrefname'],
    },
    keys: [['repeatsequencenumber']],
    current: {
      columns: ['iscurrent', 'current', 'currentflag', 'currentrecord', 'iscurrentrecord', 'currentversion'],
      values: /^(?:y|yes|1|true|current)$/i,
    },
    states: ['versionstart', 'versionstartdate', 'changedate', 'datetime', 'modifieddate', 'recordversion', 'version'],
    enteredAs: '_R',
  },
  checks: [
    'Older extracts have a row for every change, newer ones the current state alone: see that no record comes twice.',
    'Unknown parts of dates are UNK in the columns that end in _R.',
  ],
}
