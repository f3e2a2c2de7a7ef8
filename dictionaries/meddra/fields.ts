/**
 * The fields of every record of a MedDRA distribution, in their order. Knows names only; knows nothing of files' bytes or
 * of what a field means. Source: MedDRA Distribution File Format Document, tables 3-1 to 3-12 (MedAscii) and 8-1 to 8-10
 * (SeqAscii); those of spec and spec_pt stand in the document of release 9.1.
 */

/** The tables whose changes a release states in a .seq file. */
export const CHANGED_TABLES = [
  'soc',
  'hlgt',
  'hlt',
  'pt',
  'llt',
  'soc_hlgt',
  'hlgt_hlt',
  'hlt_pt',
  'mdhier',
  'intl_ord',
  'spec',
  'spec_pt',
] as const
export type ChangedTable = (typeof CHANGED_TABLES)[number]

/** Codes of other coding systems; empty since release 15.0. */
const toLegacy = (level: string) =>
  ['whoart_code', 'harts_code', 'costart_sym', 'icd9_code', 'icd9cm_code', 'icd10_code'].map(
    (field) => `${level}_${field}`,
  )

export const FIELDS: Readonly<Record<ChangedTable, readonly string[]>> = {
  soc: ['soc_code', 'soc_name', 'soc_abbrev', ...toLegacy('soc'), 'soc_jart_code'],
  hlgt: ['hlgt_code', 'hlgt_name', ...toLegacy('hlgt'), 'hlgt_jart_code'],
  hlt: ['hlt_code', 'hlt_name', ...toLegacy('hlt'), 'hlt_jart_code'],
  pt: ['pt_code', 'pt_name', 'null_field', 'pt_soc_code', ...toLegacy('pt'), 'pt_jart_code'],
  llt: ['llt_code', 'llt_name', 'pt_code', ...toLegacy('llt'), 'llt_currency', 'llt_jart_code'],
  soc_hlgt: ['soc_code', 'hlgt_code'],
  hlgt_hlt: ['hlgt_code', 'hlt_code'],
  hlt_pt: ['hlt_code', 'pt_code'],
  mdhier: [
    'pt_code',
    'hlt_code',
    'hlgt_code',
    'soc_code',
    'pt_name',
    'hlt_name',
    'hlgt_name',
    'soc_name',
    'soc_abbrev',
    'null_field',
    'pt_soc_code',
    'primary_soc_fg',
  ],
  intl_ord: ['intl_ord_code', 'soc_code'],
  spec: ['spec_code', 'spec_name', 'spec_abbrev'],
  spec_pt: ['spec_code', 'pt_code'],
}

/** The fields (from 0) that name a record: its code, the two ends of a link, the codes of a path. */
export const KEY_FIELDS: Readonly<Record<ChangedTable, readonly number[]>> = {
  soc: [0],
  hlgt: [0],
  hlt: [0],
  pt: [0],
  llt: [0],
  soc_hlgt: [0, 1],
  hlgt_hlt: [0, 1],
  hlt_pt: [0, 1],
  mdhier: [0, 1, 2, 3],
  // A SOC's place may change; the SOC has one.
  intl_ord: [1],
  spec: [0],
  spec_pt: [0, 1],
}

/** How a record of a table is called in messages. */
export const RECORD_WORDS: Readonly<Record<ChangedTable, string>> = {
  soc: 'SOC',
  hlgt: 'HLGT',
  hlt: 'HLT',
  pt: 'PT',
  llt: 'LLT',
  soc_hlgt: 'link',
  hlgt_hlt: 'link',
  hlt_pt: 'link',
  mdhier: 'path',
  intl_ord: 'place of SOC',
  spec: 'category',
  spec_pt: 'link',
}

/** The three fields that stand before those of the table in a .seq record. */
export const CHANGE_FIELDS = ['version_date', 'action_code', 'mod_fld_num'] as const

/** Tables without a .seq file. */
export const OTHER_FIELDS = {
  smq_list: [
    'smq_code',
    'smq_name',
    'smq_level',
    'smq_description',
    'smq_source',
    'smq_note',
    'MedDRA_version',
    'status',
    'smq_algorithm',
  ],
  smq_content: [
    'smq_code',
    'term_code',
    'term_level',
    'term_scope',
    'term_category',
    'term_weight',
    'term_status',
    'term_addition_version',
    'term_last_modified_version',
  ],
  meddra_release: ['version', 'language', 'null_field1', 'null_field2', 'null_field3'],
  meddra_history: ['term_code', 'term_name', 'term_addition_version', 'term_type', 'llt_currency', 'action'],
} as const

/** Beside the English files MedDRA/J has these, without a `$` behind the last field. */
export const JAPANESE_FIELDS = {
  llt_j: ['llt_code', 'llt_kanji', 'llt_jcurr', 'llt_kana', 'llt_kana1', 'llt_kana2'],
  pt_j: ['pt_code', 'pt_kanji', 'pt_kana', 'pt_kana1', 'pt_kana2'],
  hlt_j: ['hlt_code', 'hlt_kanji', 'hlt_kana', 'hlt_kana1', 'hlt_kana2'],
  hlgt_j: ['hlgt_code', 'hlgt_kanji', 'hlgt_kana', 'hlgt_kana1', 'hlgt_kana2'],
  soc_j: ['soc_code', 'soc_kanji', 'soc_order', 'soc_kana', 'soc_kana1', 'soc_kana2'],
  smq_list_j: ['smq_code', 'smq_kanji', 'smq_desc_kanji'],
} as const
