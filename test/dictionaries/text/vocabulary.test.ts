import { describe, expect, test } from 'vitest'
import { LIKENESSES, type NearWord, Vocabulary } from '../../../dictionaries/text/vocabulary.ts'
import { toRandom } from '../../generators/random.ts'

const WORDS = (
  'abdominal abscess acidosis agitation alopecia amnesia anaphylaxis anemia angina anorexia anxiety appendicitis ' +
  'arrhythmia arthralgia arthritis ascites asthenia asthma ataxia bacteremia bleeding blister bradycardia bronchitis ' +
  'bruise burning candidiasis cardiac cataract cellulitis chest chills cholecystitis cirrhosis colitis confusion ' +
  'congestion conjunctivitis constipation cough cramp cystitis deafness dehydration delirium depression dermatitis ' +
  'diabetes diarrhea diplopia dizziness dysgeusia dyspepsia dysphagia dyspnea dysuria eczema edema embolism ' +
  'encephalitis epistaxis erythema euphoria fatigue fever fibrosis flatulence flushing fracture gastritis ' +
  'gastroenteritis gingivitis glaucoma gout hallucination headache hematoma hematuria hemorrhage hepatitis hernia ' +
  'herpes hiccup hypertension hypotension hypoglycemia hyperglycemia hypo hyper infection inflammation influenza ' +
  'injury insomnia itching jaundice joint lethargy leukopenia malaise melena meningitis migraine muscle myalgia ' +
  'nasopharyngitis nausea nephritis neuralgia neutropenia numbness obesity osteoporosis pain palpitation pancreatitis ' +
  'paralysis paresthesia pharyngitis phlebitis pneumonia proteinuria pruritus psoriasis psychosis pyrexia rash ' +
  'rhinitis sciatica seizure sepsis sinusitis somnolence stomatitis syncope tachycardia thrombosis tinnitus ' +
  'tonsillitis tremor ulcer urticaria vertigo vomiting weakness wheezing'
).split(' ')

const toVocabulary = (keys: readonly string[]) => Vocabulary.build(keys).vocabulary
const medical = toVocabulary(WORDS)
const listNear = (word: string, vocabulary = medical) =>
  vocabulary.listNear(word).map(({ word: number, likeness }) => `${likeness} ${vocabulary.words[number]}`)

describe('a vocabulary', () => {
  test('numbers the words of texts as they come, and says where each text has which', () => {
    const { vocabulary, words, starts } = Vocabulary.build(['chest pain', '', 'pain in chest', 'pain pain'])
    expect(vocabulary.words).toEqual(['chest', 'pain', 'in'])
    expect([...words]).toEqual([0, 1, 1, 2, 0, 1, 1])
    expect([...starts]).toEqual([0, 2, 2, 5, 7])
    expect([...vocabulary.frequencies]).toEqual([2, 3, 1]) // texts, not occurrences
    expect(vocabulary.textCount).toBe(4)
    expect(['pain', 'in', 'arm'].map((word) => vocabulary.findWord(word))).toEqual([1, 2, -1])
  })

  test('holds texts of any length', () => {
    const long = Array.from({ length: 1_000 }, (_, i) => `w${i}`)
    const { vocabulary, words, starts } = Vocabulary.build([long.join(' '), 'w7'])
    expect(vocabulary.words).toEqual(long)
    expect([words.length, starts[1], words[1_000]]).toEqual([1_001, 1_000, 7])
  })

  test('says how much a word says: 1 for a word of one text, less the more texts hold it', () => {
    const vocabulary = toVocabulary(['chest pain', 'back pain', 'joint pain', 'joint ache'])
    const weigh = (word: string) => vocabulary.toWeight(vocabulary.findWord(word))
    expect(weigh('back')).toBe(1)
    expect(weigh('joint')).toBeCloseTo(Math.log(3) / Math.log(5), 12)
    expect(weigh('pain')).toBeLessThan(weigh('joint'))
    expect(weigh('pain')).toBeGreaterThan(0)
  })

  test('without words finds none', () => {
    const empty = toVocabulary([])
    expect([empty.findWord('rash'), empty.listNear('rash')]).toEqual([-1, []])
  })
})

const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
const toNeighbour = (letter: string): string => {
  const row = KEYBOARD.find((keys) => keys.includes(letter)) ?? ''
  const at = row.indexOf(letter)
  return row[at + 1] ?? row[at - 1] ?? 'x'
}
const swapLetters = (word: string, at: number): string =>
  `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`
const SLIPS: { readonly [slip: string]: (word: string, at: number) => string } = {
  swapped: swapLetters,
  doubled: (word, at) => `${word.slice(0, at)}${word[at]}${word.slice(at)}`,
  dropped: (word, at) => word.slice(0, at) + word.slice(at + 1),
  'beside it on the keyboard': (word, at) => word.slice(0, at) + toNeighbour(word[at] as string) + word.slice(at + 1),
}

describe('a misspelt word', () => {
  test.each(Object.keys(SLIPS))('with any one letter %s is first of all what was meant', (slip) => {
    let tried = 0
    for (const word of WORDS) {
      for (let at = 0; at < word.length - 1; at += 1) {
        const misspelt = SLIPS[slip]?.(word, at) ?? ''
        if (medical.findWord(misspelt) !== -1) continue
        tried += 1
        expect([misspelt, listNear(misspelt)[0]?.split(' ')[1]]).toEqual([misspelt, word])
      }
    }
    expect(tried).toBeGreaterThan(1_000)
  })

  const shares = [
    { letters: 6, share: 0.5 },
    { letters: 7, share: 0.75 },
    { letters: 8, share: 0.8 },
    { letters: 9, share: 0.9 },
    { letters: 10, share: 0.98 },
    { letters: 12, share: 0.98 },
  ]
  test.each(shares)('of $letters letters with two slips is what was meant in $share of all', ({ letters, share }) => {
    const random = toRandom(letters)
    const int = (below: number) => Math.floor(random() * below)
    const slips = Object.values(SLIPS)
    let tried = 0
    let meant = 0
    for (const word of WORDS.filter((each) => each.length === letters)) {
      for (let again = 0; again < 40; again += 1) {
        let misspelt = word
        for (let i = 0; i < 2; i += 1) misspelt = slips[int(4)]?.(misspelt, int(misspelt.length - 1)) ?? misspelt
        if (medical.findWord(misspelt) !== -1) continue
        tried += 1
        if (listNear(misspelt)[0] === `spelling ${word}`) meant += 1
      }
    }
    expect(tried).toBeGreaterThan(100)
    expect(meant / tried).toBeGreaterThan(share)
  })

  const written: readonly (readonly [misspelt: string, meant: string])[] = [
    ['diarhea', 'diarrhea'],
    ['diarea', 'diarrhea'],
    ['neumonia', 'pneumonia'],
    ['newmonia', 'pneumonia'],
    ['soriasis', 'psoriasis'],
    ['sikosis', 'psychosis'],
    ['hemorage', 'hemorrhage'],
    ['rinitis', 'rhinitis'],
    ['exema', 'eczema'],
    ['nefritis', 'nephritis'],
    ['siatica', 'sciatica'],
    ['fatique', 'fatigue'],
    ['vomitting', 'vomiting'],
    ['hypertention', 'hypertension'],
    ['pruritis', 'pruritus'],
    ['athritis', 'arthritis'],
    ['seisure', 'seizure'],
    ['haed', 'head'],
    ['rahs', 'rash'],
    ['pian', 'pain'],
    ['couhg', 'cough'],
    ['goat', 'gout'],
  ]
  test.each(written)('%s is taken for %s', (misspelt, meant) => {
    expect(listNear(misspelt, toVocabulary([...WORDS, 'head']))[0]).toBe(`spelling ${meant}`)
  })

  test('is rather the word that sounds like it, even where that lies a slip further away', () => {
    expect(listNear('sist', toVocabulary(['mist', 'cist']))).toEqual(['spelling cist', 'spelling mist'])
    expect(listNear('fotoll', toVocabulary(['motoll', 'photoll']))).toEqual(['spelling photoll', 'spelling motoll'])
  })

  test('is found by its sound where it lies further away than slips do', () => {
    expect(medical.listNear('sikosis')[0]).toEqual({
      word: medical.findWord('psychosis'),
      likeness: 'spelling',
      similarity: 0.8,
    })
  })

  test('is the word of the same letters, however many others share more of their runs', () => {
    const letters = 'bcdfgjklmnpqtvwxyz'.split('')
    const crowd = letters.flatMap((one) => letters.map((other) => `rah${one}${other}`))
    expect(listNear('rahs', toVocabulary([...crowd, 'rash']))).toEqual(['spelling rash'])
  })

  test('finds the likest of more than 128 words that look like it equally', () => {
    const letters = 'bcdfghjklmnpqrstvwxz'.split('')
    const crowd = letters.flatMap((one) => letters.map((other) => `angio${one}${other}pathy`))
    expect(listNear('angiopathy', toVocabulary(crowd.slice(0, 128)))).toHaveLength(14)
    expect(listNear('angiopathy', toVocabulary(crowd.slice(0, 129)))).toHaveLength(14)
  })

  test('is nothing where it has fewer than three letters, starts with a sign or holds a digit', () => {
    const vocabulary = toVocabulary(['abc', 'rash', 'h1n1', '+abc', 'alpha1'])
    expect(['ab', '+rash', 'h1n2', 'ras4', 'alpha2', ''].map((word) => listNear(word, vocabulary))).toEqual([
      [],
      [],
      [],
      [],
      [],
      [],
    ])
    expect(listNear('h1n1', vocabulary)).toEqual(['exact h1n1'])
  })

  test('may hold three slips where it has twelve letters, and no more', () => {
    const vocabulary = toVocabulary(['hypercholesterolemia'])
    expect(listNear('hypecholeserolmia', vocabulary)).toEqual(['spelling hypercholesterolemia'])
    expect(listNear('hypecholeserolmiu', vocabulary)).toEqual(['related hypercholesterolemia'])
  })

  test('of three letters is none of another three, which are soon another word', () => {
    expect(listNear('leg', toVocabulary(['peg', 'lag', 'beg', 'gel']))).toEqual([])
    expect(listNear('ras', toVocabulary(['rash']))).toEqual(['spelling rash'])
    expect(listNear('abcd', toVocabulary(['abxy']))).toEqual([])
  })

  test('is the likelier, the fewer its slips for its length', () => {
    const similarityOf = (misspelt: string) => medical.listNear(misspelt)[0]?.similarity ?? 0
    expect(similarityOf('hypertenson')).toBeGreaterThan(similarityOf('hypertnson'))
    expect(similarityOf('hypertenson')).toBeGreaterThan(similarityOf('tremro'))
    expect(similarityOf('hypertenson')).toBeLessThan(1)
  })
})

describe('a known word', () => {
  test('is itself first, and never a misspelling of another', () => {
    const vocabulary = toVocabulary([...WORDS, 'ileum', 'ilium', 'perineal', 'peroneal', 'mucus', 'mucous'])
    for (const word of vocabulary.words) {
      const [first, ...others] = vocabulary.listNear(word)
      expect(first).toEqual({ word: vocabulary.findWord(word), likeness: 'exact', similarity: 1 })
      for (const { likeness } of others) expect(['stem', 'related']).toContain(likeness)
    }
    for (const word of ['ileum', 'ilium', 'hypo', 'perineal', 'peroneal'])
      expect(listNear(word, vocabulary)[0]).toBe(`exact ${word}`)
    expect(listNear('hypo').join()).not.toContain('hyper')
    expect(listNear('hypertension').join()).not.toContain('hypotension')
  })

  test('has its other forms beside it, and words that begin alike behind them', () => {
    const vocabulary = toVocabulary(['vomit', 'vomited', 'vomitorium', 'vomiting', 'omit', 'vomica', 'vol'])
    const similar = vocabulary.listNear('vomiting')
    expect(similar.map(({ word, likeness }) => `${likeness} ${vocabulary.words[word]}`)).toEqual([
      'exact vomiting',
      'stem vomit',
      'stem vomited',
      'related vomitorium',
      'related vomica',
    ])
    expect(similar.slice(0, 3).map(({ similarity }) => similarity)).toEqual([1, 0.95, 0.95])
    expect(similar[3]?.similarity).toBeCloseTo((0.85 * 5) / 10, 12)
    expect(listNear('gingivitis', toVocabulary(['gingivitis', 'gingival']))).toEqual([
      'exact gingivitis',
      'related gingival',
    ])
  })

  test('with a digit, or of three letters, has nothing beside it', () => {
    const vocabulary = toVocabulary(['type1', 'type1a', 'toe', 'toenail', 'legs'])
    expect([listNear('type1', vocabulary), listNear('toe', vocabulary)]).toEqual([['exact type1'], ['exact toe']])
  })
})

describe('an unknown word', () => {
  const forms: readonly (readonly [word: string, known: string])[] = [
    ['vomited', 'vomiting'],
    ['itchy', 'itching'],
    ['constipated', 'constipation'],
    ['dizzy', 'dizziness'],
    ['drowsy', 'drowsiness'],
    ['tired', 'tiredness'],
    ['faint', 'faintness'],
  ]
  test.each(forms)('%s is a form of %s', (word, known) => {
    expect(listNear(word, toVocabulary(['drowsiness', 'tiredness', 'faintness', ...WORDS]))[0]).toBe(`stem ${known}`)
  })

  const shortened: readonly (readonly [word: string, known: string])[] = [
    ['diab', 'diabetes'],
    ['gastroent', 'gastroenteritis'],
    ['abdo', 'abdominal'],
    ['gastro', 'gastroenteritis'],
    ['osteo', 'osteoporosis'],
  ]
  test.each(shortened)('%s may be short for %s', (word, known) => {
    expect(listNear(word)).toContain(`shortened ${known}`)
  })

  test('is the likelier short for a word, the more of it is there', () => {
    const vocabulary = toVocabulary(['gastroenteritis', 'gastroenterological'])
    const near = vocabulary.listNear('gastroenter')
    expect(near.map(({ word, likeness }) => `${likeness} ${vocabulary.words[word]}`)).toEqual([
      'shortened gastroenteritis',
      'shortened gastroenterological',
    ])
    expect(near[0]?.similarity).toBeCloseTo(0.45 + (0.4 * 11) / 15, 12)
  })

  test('that only looks like others is said to be related, and below a bound nothing', () => {
    const [near] = medical.listNear('hepatopathitis')
    expect([near?.likeness, near && medical.words[near.word]]).toEqual(['related', 'hepatitis'])
    expect(near?.similarity).toBeLessThan(0.8)
    expect(listNear('zzzzzzzz')).toEqual([])
  })
})

describe('words like a word', () => {
  test('are fourteen at most, each once, the likest first, of a known likeness and a similarity of 0.4 to 1', () => {
    const endings = 'abcdefghijklmnopqrstuvwxyz'.split('')
    const crowded = toVocabulary([...endings.map((ending) => `cardiomyopath${ending}`), ...WORDS])
    for (const word of [
      'cardiomyopatha',
      'cardiomyopathxx',
      'cardiomyopat',
      ...WORDS,
      'hypertenshun',
      'pneumonitiss',
    ]) {
      const near: readonly NearWord[] = crowded.listNear(word)
      expect(near.length).toBeLessThanOrEqual(14)
      expect(new Set(near.map((each) => each.word)).size).toBe(near.length)
      const similarities = near.map(({ similarity }) => similarity)
      expect(similarities).toEqual(similarities.toSorted((a, b) => b - a))
      for (const { likeness, similarity } of near) {
        expect(LIKENESSES).toContain(likeness)
        expect(similarity >= 0.4 && similarity <= 1).toBe(true)
      }
    }
    expect(crowded.listNear('cardiomyopatha')).toHaveLength(14)
    expect(crowded.listNear('cardiomyopathxx')).toHaveLength(14)
  })

  test('that are equally like it stand in the order of how many texts hold them, then of the vocabulary', () => {
    const vocabulary = toVocabulary(['rashb', 'rashd', 'rashg', 'rashg x', 'rashm'])
    expect(listNear('rashl', vocabulary)).toEqual(
      ['rashg', 'rashb', 'rashd', 'rashm'].map((word) => `spelling ${word}`),
    )
  })

  test('are the same whatever was asked before', () => {
    const asked = WORDS.flatMap((word) => [word, swapLetters(word, 1), word.slice(0, 4), `${word}xyz`])
    const forwards = toVocabulary(WORDS)
    const backwards = toVocabulary(WORDS)
    for (const word of asked.toReversed()) backwards.listNear(word)
    for (const word of asked) expect(backwards.listNear(word)).toEqual(forwards.listNear(word))
    for (const word of asked) expect(forwards.listNear(word)).toEqual(toVocabulary(WORDS).listNear(word))
  })
})
