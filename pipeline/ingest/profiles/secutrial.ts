/** secuTrial: a zip with one table to a form, administrative columns first; and typed, transactional ODM. */
import type { Profile } from './profile.ts'

const R_PACKAGE = 'SwissClinicalTrialOrganisation/secuTrialR and its example exports (MIT)'

export const SECUTRIAL_TABLES: Profile = {
  id: 'secutrial-tables',
  system: 'secuTrial',
  export: 'zip of tables (CSV, or .xls that is tab-separated text)',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns mnppid and mnpdocid',
      test: { columns: ['mnppid', 'mnpdocid'] },
      from: R_PACKAGE,
    },
    {
      weight: 'sign',
      says: 'columns that begin with mnp',
      test: { columnsLike: /^mnp[a-z0-9_]+$/, atLeast: 3 },
      from: R_PACKAGE,
    },
    {
      weight: 'sign',
      says: 'the name of the archive, s_export_CSV…',
      test: { fileName: /(?:^|\/)s_export_CSV/i },
      from: R_PACKAGE,
    },
  ],
  proposes: {
    structure: {
      subject: ['mnpaid', 'patid', 'mnppid'],
      site: ['mnpctrid', 'mnpctrname', 'centre', 'center'],
      event: ['mnpvislabel', 'visitname', 'mnpcvpid', 'mnpvisid'],
    },
    keys: [['mnpdocid'], ['mnpdocid', 'mnpsubdocid'], ['mnpdocid', 'position']],
    subjectKey: 'mnppid',
    dateOrder: 'dmy',
    encoding: 'iso-8859-15',
  },
  checks: [
    'Tables that begin with "e" hold repetitions inside a form: see that the right one was taken.',
    'Forms that are hidden (mnphide 1) are in the export: add "only" on that column if they are not to be coded.',
  ],
}

export const SECUTRIAL_TRAILS: Profile = {
  id: 'secutrial-audit-trails',
  system: 'secuTrial',
  export: 'audit trail of a table (at…)',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the column mnpatdocid',
      test: { columns: ['mnpdocid', 'mnpatdocid'] },
      from: R_PACKAGE,
    },
    {
      weight: 'proof',
      says: 'the columns mnppid and mnpatdocid',
      test: { columns: ['mnppid', 'mnpatdocid'] },
      from: R_PACKAGE,
    },
  ],
  proposes: {},
  instead: 'It holds every state of each record: name the table without "at" (ae for atae)',
  checks: [],
}

export const SECUTRIAL_ODM: Profile = {
  id: 'secutrial-odm',
  system: 'secuTrial',
  export: 'ODM, typed and transactional',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'SourceSystem "secuTrial"',
      test: { root: 'SourceSystem', like: /secutrial/i },
      from: 'ODM files of secuTrial',
    },
    {
      weight: 'sign',
      says: 'Originator secuTrial or interActive Systems',
      test: { root: 'Originator', like: /secutrial|interactive systems/i },
      from: 'ODM files of secuTrial',
    },
    {
      weight: 'hint',
      says: 'typed items in a transactional file',
      test: { items: 'typed' },
      from: 'ODM files of secuTrial',
    },
    {
      weight: 'hint',
      says: 'FileType Transactional',
      test: { root: 'FileType', like: /^Transactional$/ },
      from: 'ODM files of secuTrial',
    },
  ],
  proposes: { transfer: 'delta' },
  checks: ['The file states changes: the first transfer must hold all there is.'],
}
