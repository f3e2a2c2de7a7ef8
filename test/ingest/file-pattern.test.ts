import { expect, test } from 'vitest'
import { toFilePattern } from '../../pipeline/ingest/file-pattern.ts'
import { proposeStudy } from '../../pipeline/ingest/propose.ts'
import { toFile } from './text-file.ts'

test.each([
  ['ONC204_DATA_2026-03-02_1010.csv', 'ONC204_DATA_*.csv'],
  ['TAB_ae_20260302T101500.xls', 'TAB_ae_*.xls'],
  ['s_export_CSV_20260302-101500.zip/ae.csv', 's_export_CSV_*.zip/ae.csv'],
  ['2026-03-02/AE_2026.03.02.csv', '2026-03-02/AE_*.csv'],
  ['2026-03-02/AE.csv', undefined],
  ['AE.csv', undefined],
  ['protocol-20269999.csv', undefined],
  ['study 120260302.csv', undefined],
])('%s is called %s', (name, pattern) => {
  expect(toFilePattern(name, [name, 'other.csv'])).toBe(pattern)
})

test('a name keeps its date where several files differ in it alone', () => {
  const names = ['AE_2026-03-02.csv', 'AE_2026-03-09.csv']
  expect(toFilePattern('AE_2026-03-09.csv', names)).toBeUndefined()
})

test('init proposes the pattern and says so', async () => {
  const file = toFile('ONC204_DATA_2026-03-02_1010.csv', 'SUBJID,AESPID,AETERM\n101,1,Headache\n101,2,Nausea\n')
  const { config, evidence } = await proposeStudy({ files: [file] })
  expect(config.sources).toMatchObject([{ files: ['ONC204_DATA_*.csv'] }])
  expect(evidence.find(({ field }) => field === 'sources[0].files')?.confidence).toBe('likely')
})
