/** Oracle InForm: ODM with its own extensions, and a pipe-delimited export of name-value pairs. */
import type { Profile } from './profile.ts'

const GUIDE = 'docs.oracle.com, InForm interfaces guide and integration guide'

const VIEWS = 'docs.oracle.com, InForm reporting database: clinical views; public SAS programs that read them'

export const INFORM_ODM: Profile = {
  id: 'inform-odm',
  system: 'Oracle InForm',
  export: 'ODM',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'SourceSystem "InForm"',
      test: { root: 'SourceSystem', like: /^InForm$/i },
      from: `${GUIDE}: ODM element`,
    },
    {
      weight: 'sign',
      says: 'pf:DBUID or pf:GUID on its elements',
      test: { vendor: 'GUID', namespace: '' },
      from: `${GUIDE}: SubjectData, FormDef`,
    },
    {
      weight: 'sign',
      says: 'ItemOIDs of the form frmX.sctY.Z',
      test: { oids: 'items', like: /^frm[^.]*\.sct[^.]*\..+/, atLeast: 2 },
      from: `${GUIDE}: ClinicalData sample output`,
    },
    {
      weight: 'sign',
      says: 'FormOIDs frmX and ItemGroupOIDs frmX.sctY',
      test: { oids: 'groups', like: /^frm[^.]*\.sct[^.]*/, atLeast: 1 },
      from: `${GUIDE}: FormDef`,
    },
  ],
  proposes: {},
  checks: [
    'An item is named by its whole path, and a control within another (an "other, specify") has its own ItemOID.',
    'SubjectKey is the number of the database: map the item that holds the subject number if people use that.',
  ],
}

export const INFORM_PAIRS: Profile = {
  id: 'inform-name-value-pairs',
  system: 'Oracle InForm',
  export: 'name-value pairs',
  formats: ['csv'],
  marks: [
    {
      weight: 'sign',
      says: 'no header: the first cell is a subject, as in "PA1(1)"',
      test: { firstColumn: /^[^|()]{1,40}\([^()]{1,40}\)$/ },
      from: 'docs.oracle.com, InForm utilities: output file format',
    },
    {
      weight: 'sign',
      says: 'pipes between the cells',
      test: { delimiter: '|' },
      from: 'docs.oracle.com, InForm utilities: output file format',
    },
  ],
  proposes: {},
  instead:
    'It has no header and one row to an item: have the ODM exported, or a table to each form with names of columns',
  checks: [],
}

export const INFORM_TABLE: Profile = {
  id: 'inform-table',
  system: 'Oracle InForm',
  export: 'table of a form, pipe-delimited',
  formats: ['csv'],
  marks: [
    {
      weight: 'sign',
      says: 'the columns SUBJECTNUMBERSTR, VISITREFNAME and FORMREFNAME',
      test: {
        columnsLike: /^(?:SUBJECTNUMBERSTR|VISITREFNAME|FORMREFNAME|SITEMNEMONIC|FORMINDEX|ITEMSETINDEX)$/i,
        atLeast: 3,
      },
      from: VIEWS,
    },
    {
      weight: 'sign',
      says: 'columns ITM… of its items',
      test: { columnsLike: /^ITM[A-Z]{2}\w+$/, atLeast: 2 },
      from: 'public SAS programs that read InForm views',
    },
    {
      weight: 'hint',
      says: 'pipes between the cells',
      test: { delimiter: '|' },
      from: 'docs.oracle.com, InForm utilities: output file format',
    },
  ],
  proposes: {
    structure: {
      subject: ['subjectnumberstr', 'subjectnumber'],
      site: ['sitemnemonic', 'sitename'],
      event: ['visitrefname', 'visitmnemonic'],
      eventRepeat: ['visitindex'],
      form: ['formrefname'],
      formRepeat: ['formindex'],
    },
    keys: [['itemsetindex'], ['itemsetidx']],
    current: { columns: ['deletedform', 'deleteditemset'], values: /^(?:n|no|0)$/i },
    enteredAs: '_DTS',
  },
  checks: [
    'Deleted forms and itemsets stay in the views, marked in DELETEDFORM and DELETEDITEMSET: see that "only" leaves them out.',
    'Columns that end in _C hold the codes of choices, those in _DTS dates as entered.',
  ],
}
