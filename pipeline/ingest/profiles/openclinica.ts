/** OpenClinica 3 and LibreClinica, and OpenClinica 4, which write the same dialect and differ in a few attributes. */
import type { Mark, Profile } from './profile.ts'

const FILE = 'a full extract of OpenClinica 3 (lindsay-stevens/openclinica_scripts, MIT)'
const NAMESPACE = 'http://www.openclinica.org/ns/odm_ext'

const DIALECT: Mark = {
  weight: 'sign',
  says: 'the namespace of OpenClinica',
  test: { namespace: NAMESPACE },
  from: FILE,
}

export const OPENCLINICA_3: Profile = {
  id: 'openclinica-3',
  system: 'OpenClinica 3 or LibreClinica',
  export: 'ODM 1.3 with extensions',
  formats: ['odm'],
  marks: [
    DIALECT,
    {
      weight: 'sign',
      says: 'OpenClinica:Version on its forms',
      test: { vendor: 'Version', namespace: NAMESPACE },
      from: FILE,
    },
    {
      weight: 'sign',
      says: 'FormOIDs that end in a version, as in F_AE_V10',
      test: { oids: 'forms', like: /^F_.+_V\d+$/, atLeast: 1 },
      from: FILE,
    },
    {
      weight: 'hint',
      says: 'the rules namespace of OpenClinica 3',
      test: { namespace: 'http://www.openclinica.org/ns/rules' },
      from: FILE,
    },
  ],
  proposes: { formVersion: '_V[0-9]+', subjectKey: 'SubjectKey' },
  checks: ['Each version of a form has its own FormOID: see that "forms" names them all.'],
}

export const OPENCLINICA_4: Profile = {
  id: 'openclinica-4',
  system: 'OpenClinica 4',
  export: 'ODM 1.3 with extensions',
  formats: ['odm'],
  marks: [
    DIALECT,
    {
      weight: 'proof',
      says: 'OpenClinica:FormLayoutOID on its forms',
      test: { vendor: 'FormLayoutOID', namespace: NAMESPACE },
      from: 'OpenClinica 4 keeps form versions as layouts (docs.openclinica.com)',
    },
    {
      weight: 'sign',
      says: 'OpenClinica:Removed on its records',
      test: { vendor: 'Removed', namespace: NAMESPACE },
      from: 'docs.openclinica.com, OC4 extract data',
    },
    {
      weight: 'sign',
      says: 'OpenClinica:WorkflowStatus on its forms',
      test: { vendor: 'WorkflowStatus', namespace: NAMESPACE },
      from: 'docs.openclinica.com, OC4 extract data',
    },
  ],
  proposes: { subjectKey: 'SubjectKey' },
  checks: ['Removed and archived forms are left out of a dataset by default: what was removed is withdrawn here.'],
}

export const OPENCLINICA_TABLE: Profile = {
  id: 'openclinica-table',
  system: 'OpenClinica',
  export: 'tab-delimited data set',
  formats: ['csv'],
  marks: [
    {
      weight: 'sign',
      says: 'columns named ITEM_E1_C1',
      test: { columnsLike: /_E\d+(?:_\d+)?_C\d+(?:_\d+)?$/, atLeast: 3 },
      from: 'docs.openclinica.com, formats of dataset files: ItemName_EventNumber_CRFNumber',
    },
    {
      weight: 'hint',
      says: 'the column Study Subject ID',
      test: { columns: ['studysubjectid'] },
      from: 'docs.openclinica.com, formats of dataset files',
    },
  ],
  proposes: { hasAllForms: true, structure: { subject: ['studysubjectid', 'participantid'] } },
  checks: [
    'Events, forms and repeats are numbers in the names of the columns: the ODM of the same data set keeps them apart.',
  ],
}
