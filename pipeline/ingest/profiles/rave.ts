/** Medidata Rave: clinical views, RWS datasets, clinical audit records. */
import type { Profile } from './profile.ts'

const PROGRAMS = 'column lists in public SAS, R and Python programs that read clinical views'
const RWSLIB = 'files of mdsol/rwslib (MIT)'
const MDSOL = 'http://www.mdsol.com/ns/odm/metadata'

export const RAVE_VIEWS: Profile = {
  id: 'rave-clinical-views',
  system: 'Medidata Rave',
  export: 'clinical views (CSV)',
  formats: ['csv', 'xport', 'arrow', 'parquet'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns RecordPosition, DataPageId and PageRepeatNumber',
      test: { columns: ['recordposition', 'datapageid', 'pagerepeatnumber'] },
      from: PROGRAMS,
    },
    {
      weight: 'sign',
      says: 'the columns Folder, RecordPosition and RecordId',
      test: { columns: ['folder', 'recordposition', 'recordid'] },
      from: PROGRAMS,
    },
    {
      weight: 'sign',
      says: 'the columns project, Subject, SiteNumber and InstanceName',
      test: { columns: ['project', 'subject', 'sitenumber', 'instancename'] },
      from: PROGRAMS,
    },
    {
      weight: 'sign',
      says: 'the columns MinCreated and MaxUpdated',
      test: { columns: ['mincreated', 'maxupdated'] },
      from: PROGRAMS,
    },
    {
      weight: 'sign',
      says: 'fields in columns X and X_RAW',
      test: { endings: ['_RAW'], atLeast: 1 },
      from: 'Medidata clinical view settings; public SAS programs',
    },
    {
      weight: 'hint',
      says: 'columns of Medidata Coder (AETERM_LLT_CODE, …)',
      test: { columnsLike: /_(?:LLT|PT|HLT|HLGT|SOC)_CODE$|_CoderDict(?:Name|Version)$/i, atLeast: 2 },
      from: 'public SAS and R programs',
    },
  ],
  proposes: {
    structure: {
      subject: ['subject'],
      site: ['sitenumber', 'studyenvsitenumber', 'site'],
      event: ['folder', 'foldername', 'instancename'],
      eventRepeat: ['instancerepeatnumber'],
      formRepeat: ['pagerepeatnumber'],
    },
    keys: [['recordposition'], ['recordid']],
    enteredAs: '_RAW',
  },
  checks: [
    'Rows with RecordPosition 0 are the part of a form that is no log line: they should have no term.',
    'Codes that Medidata Coder wrote (AETERM_PT …) are not read; aecoder take-over takes them in.',
  ],
}

export const RAVE_DATASET: Profile = {
  id: 'rave-rws-dataset',
  system: 'Medidata Rave',
  export: 'RWS dataset (ODM)',
  formats: ['odm'],
  marks: [
    {
      weight: 'sign',
      says: 'the namespace of Medidata (mdsol)',
      test: { namespace: 'http://www.mdsol.com/ns/' },
      from: RWSLIB,
    },
    {
      weight: 'sign',
      says: 'item groups called FORM_LOG_LINE',
      test: { oids: 'groups', like: /^.+_LOG_LINE$/, atLeast: 1 },
      from: RWSLIB,
    },
    {
      weight: 'hint',
      says: 'a StudyOID that ends in its environment, as in "Mediflex(Prod)"',
      test: { oids: 'studies', like: /^.+\([^()]+\)$/, atLeast: 1 },
      from: RWSLIB,
    },
    {
      weight: 'hint',
      says: 'ItemOIDs of the form FORM.FIELD',
      test: { oids: 'items', like: /^[A-Z0-9_]+\.[A-Z0-9_]+(?:\.RAW)?$/, atLeast: 2 },
      from: RWSLIB,
    },
  ],
  proposes: { enteredAs: '.RAW' },
  checks: ['Ask for ?rawsuffix=.RAW: without it partial dates may be missing.'],
}

export const RAVE_AUDIT: Profile = {
  id: 'rave-audit-records',
  system: 'Medidata Rave',
  export: 'clinical audit records (ODM)',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'mdsol:AuditSubCategoryName on its ClinicalData',
      test: { vendor: 'AuditSubCategoryName', namespace: MDSOL },
      from: RWSLIB,
    },
    {
      weight: 'sign',
      says: 'mdsol:SubjectName beside a SubjectKey of its own',
      test: { vendor: 'SubjectName', namespace: MDSOL },
      from: RWSLIB,
    },
  ],
  proposes: { transfer: 'delta', subjectKey: 'SubjectKey' },
  checks: [
    'Audit records state changes: the first transfer must begin with the first record of the study.',
    'The items of a log line arrive one by one; a line is whole only at the end of the file.',
  ],
}
