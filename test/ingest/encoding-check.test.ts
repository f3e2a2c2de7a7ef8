/** Exports that are no UTF-8: which encoding is proposed for them, and where none is. */
import { expect, test } from 'vitest'
import { parseStudyConfig } from '../../schemas/study.ts'
import { propose, toEncodedFile } from './proposed.ts'

async function proposeFor(encoding: string, terms: readonly string[]) {
  const rows = terms.map((term, index) => `10${index},${index + 1},${term},2026-01-0${index + 1}\n`)
  const text = `SUBJID,AESPID,AETERM,AESTDAT\n${rows.join('')}`
  const { config, evidence } = await propose(toEncodedFile(encoding, 'AE.csv', text))
  const [source] = config.sources as readonly { encoding?: string }[]
  return { config, encoding: source?.encoding, told: evidence.find(({ field }) => field === 'sources[0].encoding') }
}

test.each([
  ['windows-1252', ['Übelkeit', 'Fieber 38.9 °C', 'WBC 2.1 ×10³/µL', '“Kopfweh” – stark', '¿dolor?', 'pat’s rash']],
  ['macintosh', ['fièvre et nausée', 'Übelkeit', 'œdème', 'céphalée']],
  ['shift_jis', ['頭痛', '悪心', 'アレルギー反応', '発熱（３８．５℃）']],
])('%s is proposed for texts that are words in it', async (encoding, terms) => {
  const proposed = await proposeFor(encoding, terms)
  expect(proposed.encoding).toBe(encoding)
  expect(proposed.told).toMatchObject({ confidence: 'likely' })
})

test.each([
  ['windows-1250', ['ból głowy', 'gorączka', 'świąd skóry', 'zmęczenie']],
  ['windows-1251', ['головная боль', 'тошнота', 'рвота']],
  ['windows-1253', ['κεφαλαλγία', 'ναυτία']],
  ['gb18030', ['头痛', '恶心呕吐', '腹泻', '发热']],
  ['euc-kr', ['두통', '구역', '구토', '설사']],
])('none is guessed for texts in %s: the field stays empty, and a run refuses it', async (encoding, terms) => {
  const { config, encoding: proposed, told } = await proposeFor(encoding, terms)
  expect(proposed).toBe('')
  expect(told).toMatchObject({ confidence: 'unsure' })
  const named = JSON.stringify({ ...config, study: { protocol: 'ABC-101', environment: 'uat' } })
  expect(() => parseStudyConfig(named, 'study.json')).toThrow('encoding: empty')
})
