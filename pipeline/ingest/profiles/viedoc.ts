/** Viedoc: ODM with its own namespace, and CSV, one file to a form. */
import type { Profile } from './profile.ts'

const HELP = 'help.viedoc.net, Exporting data and Excel export'

export const VIEDOC_ODM: Profile = {
  id: 'viedoc-odm',
  system: 'Viedoc',
  export: 'ODM',
  formats: ['odm'],
  marks: [
    {
      weight: 'proof',
      says: 'the namespace of Viedoc',
      test: { namespace: 'http://www.viedoc.net/ns/' },
      from: 'ODM files of Viedoc 4',
    },
    {
      weight: 'proof',
      says: 'SourceSystem "Viedoc"',
      test: { root: 'SourceSystem', like: /\bviedoc\b/i },
      from: HELP,
    },
  ],
  proposes: {},
  checks: ['Choices are codes (AESEV 1, 2, 3): "values" of a mapped item translates them.'],
}

export const VIEDOC_CSV: Profile = {
  id: 'viedoc-csv',
  system: 'Viedoc',
  export: 'CSV',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns SiteSeq, SubjectSeq, EventSeq and SubjectFormSeq',
      test: { columns: ['siteseq', 'subjectseq', 'eventseq', 'subjectformseq'] },
      from: 'viedoc/custom-reports, edcData',
    },
    {
      weight: 'proof',
      says: 'the columns "Site sequence number", "Subject sequence number" and "Event sequence number"',
      test: { columns: ['sitesequencenumber', 'subjectsequencenumber', 'eventsequencenumber'] },
      from: HELP,
    },
    {
      weight: 'sign',
      says: 'the columns SubjectId, EventId, ActivityId and FormSeq',
      test: { columns: ['subjectid', 'eventid', 'activityid', 'formseq'] },
      from: 'viedoc/custom-reports, edcData',
    },
    {
      weight: 'hint',
      says: 'semicolons between the cells',
      test: { delimiter: ';' },
      from: 'a CSV sample of Viedoc data import',
    },
  ],
  proposes: {
    structure: {
      subject: ['subjectid'],
      site: ['sitecode', 'sitename'],
      event: ['eventid'],
      eventRepeat: ['eventseq', 'eventsequencenumber'],
      form: ['formid'],
    },
    keys: [['subjectformseq'], ['subjectformsequencenumber'], ['formseq'], ['formsequencenumber']],
  },
  checks: [
    'SubjectFormSeq counts the instances of a form in a subject: an event that moves to another visit gets a new one.',
  ],
}

export const VIEDOC_ITEMS: Profile = {
  id: 'viedoc-csv-items',
  system: 'Viedoc',
  export: 'CSV, one row per item',
  formats: ['csv'],
  marks: [
    {
      weight: 'proof',
      says: 'the columns SubjectFormSeq, ItemId and ItemValue',
      test: { columns: ['subjectformseq', 'itemid', 'itemvalue'] },
      from: 'public R programs that read Viedoc exports',
    },
    {
      weight: 'proof',
      says: 'the columns SubjectSeq, EventSeq and ItemValue',
      test: { columns: ['subjectseq', 'eventseq', 'itemvalue'] },
      from: 'public R programs that read Viedoc exports',
    },
  ],
  proposes: {},
  instead: 'It has one row to an item: export with the data grouped by form and one row per activity',
  checks: [],
}
