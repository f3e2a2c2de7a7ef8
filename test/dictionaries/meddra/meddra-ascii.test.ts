import { describe, expect, test } from 'vitest'
import { type MeddraAsciiOptions, readMeddraAscii } from '../../../dictionaries/meddra/read-meddra-ascii.ts'
import { AecoderError } from '../../../schemas/errors.ts'
import type { Release } from './small-release.ts'
import { mapRelease, SMALL_RELEASE, toDictionaryFiles, withChange } from './small-release.ts'

const read = (release: Release, options: MeddraAsciiOptions = {}) =>
  readMeddraAscii(toDictionaryFiles(release), options)

async function catchError(release: Release, options: MeddraAsciiOptions = {}): Promise<AecoderError> {
  try {
    await read(release, options)
  } catch (error) {
    if (error instanceof AecoderError) return error
    throw error
  }
  throw new Error('the release was taken as whole')
}

describe('a whole release', () => {
  test('is counted level by level, with currency and paths', async () => {
    const { report } = await read(SMALL_RELEASE)
    expect(report).toEqual({
      counts: { SOC: 2, HLGT: 2, HLT: 2, PT: 3, LLT: 6 },
      currentTerms: 5,
      nonCurrentTerms: 1,
      primaryPaths: 3,
      secondaryPaths: 1,
      standardQueries: 0,
      warnings: [],
    })
  })

  test('is named by its release, and by the caller before the sidecar', async () => {
    const sidecar = { ...SMALL_RELEASE, 'dictionary.json': '{ "name": "Small" }' }
    expect((await read(SMALL_RELEASE)).ref).toMatchObject({ name: 'MedDRA-shaped', version: '7.1' })
    expect((await read(sidecar)).ref).toMatchObject({ name: 'Small', version: '7.1' })
    expect((await read(sidecar, { name: 'Mine' })).ref).toMatchObject({ name: 'Mine', version: '7.1' })
    expect((await read(SMALL_RELEASE)).language).toBe('English')
  })

  test('has one hash whatever the case and folder of its names, and another for any other byte', async () => {
    const { sha256 } = (await read(SMALL_RELEASE)).ref
    const inFolder = mapRelease(SMALL_RELEASE, (name, text) => [`MedAscii/${name.toUpperCase()}`, text])
    expect((await read(inFolder)).ref.sha256).toBe(sha256)
    expect((await read({ ...SMALL_RELEASE, 'readme.txt': 'not read' })).ref.sha256).toBe(sha256)
    const changes: Release[] = [
      withChange('llt.asc', 'Watery', 'Runny'),
      withChange('intl_ord.asc', '1$', '3$'),
      { ...SMALL_RELEASE, 'dictionary.json': '{}' },
    ]
    for (const changed of changes) expect((await read(changed)).ref.sha256).not.toBe(sha256)
  })

  const forms: readonly (readonly [form: string, release: Release])[] = [
    ['CRLF line ends', mapRelease(SMALL_RELEASE, (name, text) => [name, String(text).replaceAll('\n', '\r\n')])],
    ['no final newline', mapRelease(SMALL_RELEASE, (name, text) => [name, String(text).trimEnd()])],
    ['empty lines at the end', mapRelease(SMALL_RELEASE, (name, text) => [name, `${String(text)}\r\n\r\n`])],
    [
      'no $ behind the last field',
      mapRelease(SMALL_RELEASE, (name, text) => [name, String(text).replaceAll('$\n', '\n')]),
    ],
    [
      'two $ behind the last field',
      mapRelease(SMALL_RELEASE, (name, text) => [name, String(text).replaceAll('$\n', () => '$$\n')]),
    ],
    ['a byte order mark', mapRelease(SMALL_RELEASE, (name, text) => [name, `\uFEFF${String(text)}`])],
    ['upper-case file names', mapRelease(SMALL_RELEASE, (name, text) => [name.toUpperCase(), text])],
    ['files in a MedAscii folder', mapRelease(SMALL_RELEASE, (name, text) => [`MedAscii/${name}`, text])],
    [
      'files at any depth, beside others',
      {
        ...mapRelease(SMALL_RELEASE, (name, text) => [`MedDRA_7_1_English/MedAscii/${name}`, text]),
        'MedDRA_7_1_English/SeqAscii/llt.seq': 'not read',
        'MedDRA_7_1_English/whatsnew_7_1.pdf': '%PDF-1.4',
        '__MACOSX/MedAscii/._llt.asc': 'not read',
      },
    ],
    [
      'codes of other systems, as before 15.0, and SOCs without abbreviation',
      {
        ...SMALL_RELEASE,
        'llt.asc': SMALL_RELEASE['llt.asc'].replace(
          '$81000101$$$$$$$Y$$',
          '$81000101$0123$45$HEAD$784.0$784$R51$Y$J01$',
        ),
        'soc.asc': SMALL_RELEASE['soc.asc'].replace('$Nerv$', '$$'),
      },
    ],
    [
      'names in UTF-16, as a text editor may have saved them',
      { ...SMALL_RELEASE, 'llt.asc': Buffer.from(`\uFEFF${SMALL_RELEASE['llt.asc']}`, 'utf16le') },
    ],
  ]
  test.each(forms)('may come with %s', async (_, release) => {
    const dictionary = await read(release)
    expect(dictionary.report).toEqual((await read(SMALL_RELEASE)).report)
    expect(dictionary.findPath('81000203')).toEqual((await read(SMALL_RELEASE)).findPath('81000203'))
    expect(dictionary.ref.version).toBe('7.1')
  })

  test('may hold letters in UTF-8 or, told by the bytes, in Latin-1', async () => {
    const text = SMALL_RELEASE['llt.asc'].replace('Watery motions', 'Café motions')
    const utf8 = await read({ ...SMALL_RELEASE, 'llt.asc': text })
    const latin1 = await read({ ...SMALL_RELEASE, 'llt.asc': Buffer.from(text, 'latin1') })
    expect([utf8.findTerm('81000203')?.text, utf8.report.warnings]).toEqual(['Café motions', []])
    expect([latin1.findTerm('81000203')?.text, latin1.report.warnings]).toEqual([
      'Café motions',
      ['llt.asc: not UTF-8, read as windows-1252; name the encoding if letters look wrong'],
    ])
  })

  test('may lack the international order, or have it empty or short, and says so', async () => {
    const { 'intl_ord.asc': _, ...without } = SMALL_RELEASE
    expect((await read(without)).report.warnings).toEqual([
      'intl_ord.asc: missing; the SOCs have no international order',
    ])
    expect((await read({ ...SMALL_RELEASE, 'intl_ord.asc': '' })).report.warnings).toEqual([
      'intl_ord.asc: empty; the SOCs have no international order',
    ])
    expect((await read(withChange('intl_ord.asc', '2$81000002$\n', ''))).report.warnings).toEqual([
      'intl_ord.asc: SOCs without a place in the international order: 1',
    ])
    expect((await read(withChange('intl_ord.asc', '2$81000002', '1$81000002'))).report.warnings).toEqual([
      'intl_ord.asc: places that are given more than once: 1',
    ])
  })

  test('is told of oddities that break no rule', async () => {
    const cases: readonly (readonly [Release, string])[] = [
      [
        withChange('llt.asc', '81000101$Aching head$', '81000101$Achy head$'),
        'llt.asc: PTs whose name as LLT is not the one in pt.asc: 1',
      ],
      [
        withChange('llt.asc', '81000103$Belly megrim$81000103$$$$$$$Y', '81000103$Belly megrim$81000103$$$$$$$N'),
        'llt.asc: PTs that are non-current as LLT, so cannot be assigned by their own name: 1',
      ],
      [
        withChange('hlt_pt.asc', '81000022$81000103$\n', '81000022$81000103$\n81000022$81000101$\n'),
        'hlt_pt.asc: links that no path of mdhier.asc runs over: 1, the first on line 4',
      ],
    ]
    for (const [release, warning] of cases) expect((await read(release)).report.warnings).toEqual([warning])
  })

  test('has numeric codes only when every one fits 32 bits without a leading zero', async () => {
    const recoded = (code: string) =>
      read(mapRelease(SMALL_RELEASE, (name, text) => [name, String(text).replaceAll('81000203', code)]))
    expect((await read(SMALL_RELEASE)).hasNumericCodes).toBe(true)
    expect((await recoded('2147483647')).hasNumericCodes).toBe(true)
    expect((await recoded('2147483648')).hasNumericCodes).toBe(false)
    expect((await recoded('0810002')).hasNumericCodes).toBe(false)
    expect((await recoded('L203')).hasNumericCodes).toBe(false)
  })
})

describe('letters of old releases', () => {
  const inLanguage = (language: string, name: Buffer): Release => ({
    ...SMALL_RELEASE,
    'meddra_release.asc': `7.1$${language}$$$$\n`,
    'llt.asc': replaceBytes(SMALL_RELEASE['llt.asc'], 'Watery motions', name),
  })
  const cases: readonly (readonly [language: string, encoding: string, bytes: string, text: string])[] = [
    ['French', 'windows-1252', 'e974e9', 'été'],
    ['Czech', 'iso-8859-2', 'be6c7574fd', 'žlutý'],
    ['Czech', 'windows-1250', '9e6c7574fd', 'žlutý'],
    ['Japanese', 'shift_jis', '93aa92c9', '頭痛'],
    ['Chinese', 'gb18030', 'cdb7cdb4b8b9', '头痛腹'],
    ['Korean', 'euc-kr', 'b5cec5eb', '두통'],
    ['Russian', 'windows-1251', 'e1eeebfc', 'боль'],
  ]
  test.each(cases)('in %s may be %s, which is said', async (language, encoding, bytes, text) => {
    const dictionary = await read(inLanguage(language, Buffer.from(bytes, 'hex')))
    expect([dictionary.language, dictionary.findTerm('81000203')?.text]).toEqual([language, text])
    expect(dictionary.report.warnings).toEqual([
      `llt.asc: not UTF-8, read as ${encoding}; name the encoding if letters look wrong`,
    ])
  })

  test('are read in the encoding that is named, by any of its usual names', async () => {
    const release = inLanguage('English', Buffer.from('93aa92c9', 'hex'))
    for (const encoding of ['shift_jis', 'Shift-JIS', 'CP932', 'windows-31j']) {
      const dictionary = await read(release, { encoding })
      expect([dictionary.findTerm('81000203')?.text, dictionary.report.warnings]).toEqual(['頭痛', []])
    }
  })

  test('that are not in the encoding named stop the load with the line', async () => {
    const error = await catchError(inLanguage('English', Buffer.from('93aaff', 'hex')), { encoding: 'shift_jis' })
    expect([error.code, error.facts.where, error.facts.found]).toEqual([
      'ENCODING',
      'llt.asc:4',
      'bytes that are not shift_jis',
    ])
    const unknown = await catchError(SMALL_RELEASE, { encoding: 'utf-9' })
    expect([unknown.code, unknown.facts.found]).toEqual(['ENCODING', '"utf-9" is not the name of an encoding'])
  })

  test('that broke in a file of UTF-8 are not taken for another encoding', async () => {
    const text = SMALL_RELEASE['llt.asc'].replace('Aching head', 'Ümläut höad')
    const error = await catchError({
      ...SMALL_RELEASE,
      'llt.asc': replaceBytes(text, 'Watery', Buffer.from('c3', 'hex')),
    })
    expect([error.code, error.facts.where, error.facts.found]).toEqual([
      'DICTIONARY_DAMAGED',
      'llt.asc:4',
      'bytes that are not UTF-8, in a file that is',
    ])
  })
})

function replaceBytes(text: string, from: string, to: Buffer): Buffer {
  const bytes = Buffer.from(text)
  const at = bytes.indexOf(from)
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)])
}

describe('MedDRA/J', () => {
  // In Shift_JIS and without a $ behind the last field, as it is delivered.
  const BYTES: { readonly [name: string]: string } = { 頭痛: '93aa92c9', 下痢: '89ba979f' }
  const sjis = (text: string) =>
    Buffer.concat(
      text.split(/(頭痛|下痢)/).map((part) => Buffer.from(BYTES[part] ?? Buffer.from(part).toString('hex'), 'hex')),
    )
  const JAPANESE: Release = {
    ...SMALL_RELEASE,
    'llt_j.asc': sjis('81000101$頭痛$Y$a$b$c\r\n81000102$下痢$Y$$$\r\n81000103$$$$$\r\n81000203$下痢$N$$$\r\n'),
    'pt_j.asc': sjis('81000101$頭痛$a$b$c\r\n81000102$下痢$$$\r\n'),
    'hlt_j.asc': sjis('81000021$頭痛$$$\r\n'),
    'hlgt_j.asc': '',
    'soc_j.asc': sjis('81000001$頭痛$1$$$\r\n'),
  }

  test('is read with its English names, and says that it has others', async () => {
    const dictionary = await read(JAPANESE)
    expect(dictionary.findTerm('81000101')?.text).toBe('Aching head')
    expect(dictionary.ref.sha256).toBe((await read(SMALL_RELEASE)).ref.sha256)
    expect(dictionary.report.warnings).toEqual([
      'llt_j.asc, pt_j.asc, hlt_j.asc, hlgt_j.asc, soc_j.asc: Japanese names, not read; load the dictionary with them to code Japanese terms',
    ])
  })

  test('is read with its Japanese names, current where both currencies say so', async () => {
    const dictionary = await read(JAPANESE, { names: 'japanese' })
    expect(dictionary.language).toBe('Japanese')
    expect(dictionary.findPath('81000101')?.map(({ text }) => text)).toEqual([
      '頭痛',
      'Head group',
      '頭痛',
      '頭痛',
      '頭痛',
    ])
    const isCurrent = (code: string) => dictionary.findTerm(code)?.isCurrent
    expect(['81000102', '81000203', '81000103', '81000202'].map(isCurrent)).toEqual([true, false, true, false])
    expect(dictionary.listByFold('下痢').map(({ code }) => code)).toEqual(['81000102', '81000203'])
    expect(dictionary.ref.sha256).not.toBe((await read(JAPANESE)).ref.sha256)
    expect(dictionary.report.warnings).toContain(
      'pt_j.asc: terms without a Japanese name, which keep the English one: 1',
    )
  })

  test('names its standard queries in Japanese where it has names for them', async () => {
    const queries: Release = {
      ...JAPANESE,
      'smq_list.asc': '81000901$Pains$1$About pain.$$$7.1$A$N$\n81000902$Other$1$About others.$$$7.1$A$N$\n',
      'smq_content.asc': '81000901$81000101$4$1$A$0$A$7.1$7.1$\n81000902$81000101$4$1$A$0$A$7.1$7.1$\n',
      'smq_list_j.asc': sjis('81000901$頭痛$下痢\r\n'),
    }
    const dictionary = await read(queries, { names: 'japanese' })
    expect(dictionary.listQueries().map(({ name, description }) => [name, description])).toEqual([
      ['頭痛', '下痢'],
      ['Other', 'About others.'],
    ])
  })

  test('without its files, or with a code that is none, is refused', async () => {
    const { 'pt_j.asc': _, ...without } = JAPANESE
    const missing = await catchError(without, { names: 'japanese' })
    expect([missing.code, missing.facts.found]).toEqual(['DICTIONARY_NOT_FOUND', 'no pt_j.asc'])
    const wrong = await catchError({ ...JAPANESE, 'hlgt_j.asc': '81000777$x$$$\r\n' }, { names: 'japanese' })
    expect([wrong.facts.where, wrong.facts.found]).toEqual(['hlgt_j.asc:1', 'code 81000777, which is not in hlgt.asc'])
    const flag = await catchError({ ...JAPANESE, 'llt_j.asc': '81000101$x$?$$$\r\n' }, { names: 'japanese' })
    expect([flag.facts.where, flag.facts.found]).toEqual(['llt_j.asc:1', 'llt_jcurr "?"'])
  })
})

describe('special search categories, as releases up to 9.1 have them,', () => {
  const SPECIAL: Release = { ...SMALL_RELEASE, 'SPEC.ASC': '001$Invented$Inv$\n', 'SPEC_PT.ASC': '001$81000101$\n' }

  test('are checked and are a part of the hash', async () => {
    const dictionary = await read(SPECIAL)
    expect(dictionary.report.warnings).toEqual([])
    expect(dictionary.ref.sha256).not.toBe((await read(SMALL_RELEASE)).ref.sha256)
  })

  test('are said to be odd where they are', async () => {
    const { 'SPEC.ASC': _, ...without } = SPECIAL
    expect((await read(without)).report.warnings).toEqual(['SPEC_PT.ASC: without spec.asc, so not checked'])
    const empty = { ...SPECIAL, 'SPEC.ASC': '001$Invented$Inv$\n002$Empty$Emp$\n' }
    expect((await read(empty)).report.warnings).toEqual(['SPEC.ASC: special search categories without a PT: 1'])
  })

  test.each([
    ['001$81000777$\n', 'SPEC_PT.ASC:1', 'pt_code 81000777, which is not in pt.asc'],
    ['007$81000101$\n', 'SPEC_PT.ASC:1', 'spec_code 007, which is not in SPEC.ASC'],
    ['001$81000101$\n001$81000101$\n', 'SPEC_PT.ASC:2', 'the PT of line 1 again in its category'],
  ])('with %j stop the load', async (members, where, found) => {
    const error = await catchError({ ...SPECIAL, 'SPEC_PT.ASC': members })
    expect([error.code, error.facts.where, error.facts.found]).toEqual(['DICTIONARY_DAMAGED', where, found])
  })
})

describe('a file that is not what its name says is named as what it is', () => {
  const small: Release = SMALL_RELEASE
  const cases: readonly (readonly [what: string, release: Release, where: string, found: string])[] = [
    ['pt.asc as llt.asc', { ...small, 'llt.asc': SMALL_RELEASE['pt.asc'] }, 'llt.asc:1', 'a record as of pt.asc'],
    [
      'llt.asc as pt.asc',
      { ...small, 'pt.asc': SMALL_RELEASE['llt.asc'].replace('Watery', 'Runny') },
      'pt.asc:1',
      'a record as of llt.asc',
    ],
    [
      'mdhier.asc as hlt_pt.asc',
      { ...small, 'hlt_pt.asc': SMALL_RELEASE['mdhier.asc'] },
      'hlt_pt.asc:1',
      'a record as of mdhier.asc',
    ],
    [
      'a .seq file',
      { ...small, 'soc.asc': '20260301$A$$81000001$x$y$$$$$$$$\n' },
      'soc.asc:1',
      'a record as of a .seq file',
    ],
    [
      'hlgt.asc twice',
      { ...small, 'hlt.asc': SMALL_RELEASE['hlgt.asc'] },
      'hlt.asc',
      'the very same content as hlgt.asc',
    ],
    [
      'hlt.asc and hlgt.asc exchanged',
      { ...small, 'hlt.asc': SMALL_RELEASE['hlgt.asc'], 'hlgt.asc': SMALL_RELEASE['hlt.asc'] },
      'hlt_pt.asc:1',
      'code 81000021, which is not in hlt.asc but in hlgt.asc',
    ],
    [
      'a page to log in',
      { ...small, 'pt.asc': '\n<!DOCTYPE html><html><body>Log in</body></html>' },
      'pt.asc:1',
      'HTML or XML, as of a page that asks to log in',
    ],
    ['a gzip archive', { ...small, 'pt.asc': Buffer.from('1f8b0800', 'hex') }, 'pt.asc:1', 'a gzip archive'],
    [
      'an Excel workbook',
      { ...small, 'pt.asc': Buffer.from('504b030414000600', 'hex') },
      'pt.asc:1',
      'a zip archive or an Excel workbook',
    ],
    [
      'an old workbook',
      { ...small, 'pt.asc': Buffer.from('d0cf11e0a1b1', 'hex') },
      'pt.asc:1',
      'an old Excel or Word file',
    ],
    ['any binary file', { ...small, 'pt.asc': Buffer.from('8100000a00000000', 'hex') }, 'pt.asc:1', 'a binary file'],
    [
      'a file with semicolons',
      { ...small, 'pt.asc': SMALL_RELEASE['pt.asc'].replaceAll('$', ';') },
      'pt.asc:1',
      'no $, but ";" between the fields',
    ],
    [
      'a file that breaks off',
      { ...small, 'llt.asc': SMALL_RELEASE['llt.asc'].slice(0, -12) },
      'llt.asc:6',
      '3 fields, then the file breaks off',
    ],
    ['an empty file', { ...small, 'soc.asc': '' }, 'soc.asc:1', 'no record'],
  ]
  test.each(cases)('%s', async (_, release, where, found) => {
    const error = await catchError(release)
    expect([error.code, error.facts.where, error.facts.found]).toEqual(['DICTIONARY_DAMAGED', where, found])
  })
})

describe('a damaged release stops the load with the place', () => {
  const cases: readonly (readonly [
    damage: string,
    release: Release,
    where: string,
    found: string,
    expected: string,
  ])[] = [
    [
      'a field too few',
      withChange('pt.asc', 'Loose motions$$81000002$$$$$$$$', 'Loose motions$$81000002$$$$'),
      'pt.asc:2',
      '7 fields',
      '11, each ended by $',
    ],
    [
      'a field too many',
      withChange('hlt.asc', 'Bowel movements$', 'Bowel movements$$$'),
      'hlt.asc:2',
      '11 fields',
      '9, each ended by $',
    ],
    [
      'a $ in a name',
      withChange('soc_hlgt.asc', '81000002$', '81000002$x$'),
      'soc_hlgt.asc:2',
      '3 fields',
      '2, each ended by $',
    ],
    [
      'an empty line inside',
      withChange('llt.asc', '81000203', '\n81000203'),
      'llt.asc:4',
      'an empty line',
      '11, each ended by $',
    ],
    ['an empty code', withChange('llt.asc', '81000203', ''), 'llt.asc:4', 'an empty code', 'digits or letters'],
    [
      'a code with other signs',
      withChange('hlgt.asc', '81000012', '8100 12'),
      'hlgt.asc:2',
      'code "8100 12"',
      'digits or letters',
    ],
    [
      'a code twice',
      withChange('llt.asc', '81000201', '81000203'),
      'llt.asc:5',
      'code 81000203 again, first on line 4',
      'each code once',
    ],
    [
      'an empty name',
      withChange('soc.asc', 'Complaints of nerves', ' '),
      'soc.asc:1',
      'no name for code 81000001',
      'a name',
    ],
    ['a level without terms', { ...SMALL_RELEASE, 'hlt.asc': '' }, 'hlt.asc:1', 'no record', 'the terms of the level'],
    [
      'a currency that is neither Y nor N',
      withChange('llt.asc', '$N$', '$n$'),
      'llt.asc:6',
      'llt_currency "n"',
      'Y or N',
    ],
    [
      'a lost letter',
      withChange('llt.asc', 'Watery', 'W\uFFFDtery'),
      'llt.asc:4',
      'the replacement character U+FFFD: a letter was lost in a conversion',
      'the text as released',
    ],
    [
      'a PT that is no LLT',
      withChange('llt.asc', '81000102$Loose motions', '81000109$Loose motions'),
      'pt.asc:2',
      'PT 81000102, which is not in llt.asc',
      'each PT as an LLT of the same code',
    ],
    [
      'a PT that is an LLT of another PT',
      withChange('llt.asc', 'Loose motions$81000102', 'Loose motions$81000101'),
      'llt.asc:2',
      'LLT 81000102, which is a PT, under PT 81000101',
      'it under PT 81000102',
    ],
    [
      'an LLT of no PT',
      withChange('llt.asc', 'Watery motions$81000102', 'Watery motions$81000777'),
      'llt.asc:4',
      'pt_code 81000777, which is not in pt.asc',
      'a code of pt.asc',
    ],
    [
      'a PT of no SOC',
      withChange('pt.asc', 'Loose motions$$81000002', 'Loose motions$$81000777'),
      'pt.asc:2',
      'pt_soc_code 81000777, which is not in soc.asc',
      'a code of soc.asc',
    ],
    [
      'a link to no PT',
      withChange('hlt_pt.asc', '81000022$81000102', '81000022$81000777'),
      'hlt_pt.asc:2',
      'code 81000777, which is not in pt.asc',
      'a code of pt.asc',
    ],
    [
      'a link from no HLGT',
      withChange('hlgt_hlt.asc', '81000012$', '81000777$'),
      'hlgt_hlt.asc:2',
      'code 81000777, which is not in hlgt.asc',
      'a code of hlgt.asc',
    ],
    [
      'a link from no SOC',
      withChange('soc_hlgt.asc', '81000002$', '81000777$'),
      'soc_hlgt.asc:2',
      'code 81000777, which is not in soc.asc',
      'a code of soc.asc',
    ],
    [
      'a link twice',
      withChange('hlt_pt.asc', '81000022$81000103', '81000022$81000102'),
      'hlt_pt.asc:3',
      'the link of line 2 again',
      'each link once',
    ],
    [
      'an order of no SOC',
      withChange('intl_ord.asc', '2$81000002', '2$81000777'),
      'intl_ord.asc:2',
      'soc_code 81000777, which is not in soc.asc',
      'a code of soc.asc',
    ],
    [
      'a path over no HLT',
      withChange('mdhier.asc', '81000102$81000022', '81000102$81000777'),
      'mdhier.asc:2',
      'hlt_code 81000777, which is not in hlt.asc',
      'a code of hlt.asc',
    ],
    [
      'a path with a step that is no link',
      withChange('hlt_pt.asc', '81000021$81000103$\n', ''),
      'mdhier.asc:3',
      'a path that is not in hlt_pt.asc',
      'each step of a path as a link',
    ],
    [
      'a path between levels that are not linked',
      withChange('soc_hlgt.asc', '81000002$81000012', '81000001$81000012'),
      'mdhier.asc:2',
      'a path that is not in soc_hlgt.asc',
      'each step of a path as a link',
    ],
    [
      'a path with another name',
      withChange('mdhier.asc', '$Loose motions$', '$Loose motion$'),
      'mdhier.asc:2',
      '"Loose motion" for code 81000102',
      '"Loose motions", as in pt.asc',
    ],
    [
      'a path with another name of its SOC',
      withChange('mdhier.asc', 'Complaints of nerves', 'Complaints of nerve'),
      'mdhier.asc:1',
      '"Complaints of nerve" for code 81000001',
      '"Complaints of nerves", as in soc.asc',
    ],
    [
      'a path with another SOC of its PT',
      withChange('mdhier.asc', '$Nerv$$81000002$N', '$Nerv$$81000001$N'),
      'mdhier.asc:3',
      'pt_soc_code 81000001 for PT 81000103',
      '81000002, as in pt.asc',
    ],
    [
      'a primary path outside the SOC of its PT',
      withChange('mdhier.asc', '$Nerv$$81000002$N', '$Nerv$$81000002$Y'),
      'mdhier.asc:3',
      'the primary path of PT 81000103 in SOC 81000001',
      'SOC 81000002, its pt_soc_code in pt.asc',
    ],
    [
      'a PT without a primary path',
      withChange('mdhier.asc', '$Belly$$81000002$Y$\n81000103', '$Belly$$81000002$N$\n81000103'),
      'pt.asc:2',
      'PT 81000102 without a primary path in mdhier.asc',
      'exactly one primary path per PT',
    ],
    [
      'a PT with two primary paths',
      {
        ...SMALL_RELEASE,
        'mdhier.asc': SMALL_RELEASE['mdhier.asc'] + (SMALL_RELEASE['mdhier.asc'].split('\n')[1] ?? ''),
      },
      'mdhier.asc:5',
      'a second primary path of PT 81000102, the first on line 2',
      'exactly one primary path per PT',
    ],
    [
      'a secondary path twice',
      {
        ...SMALL_RELEASE,
        'mdhier.asc': SMALL_RELEASE['mdhier.asc'] + (SMALL_RELEASE['mdhier.asc'].split('\n')[2] ?? ''),
      },
      'mdhier.asc:5',
      'the path of line 3 again',
      'each path once',
    ],
    [
      'a primary flag that is neither Y nor N',
      withChange('mdhier.asc', '$N$', '$$'),
      'mdhier.asc:3',
      'primary_soc_fg ""',
      'Y or N',
    ],
    [
      'a release without version',
      { ...SMALL_RELEASE, 'meddra_release.asc': '$English$$$$' },
      'meddra_release.asc:1',
      'a release without version or language',
      'one record: version, language',
    ],
    [
      'a release of two versions',
      { ...SMALL_RELEASE, 'meddra_release.asc': '7.1$English$$$$\n7.0$English$$$$\n' },
      'meddra_release.asc:1',
      '2 records',
      'one record: version, language',
    ],
    [
      'a sidecar that is no JSON',
      { ...SMALL_RELEASE, 'dictionary.json': '{ name: ' },
      'dictionary.json',
      'not a JSON object',
      '{ "name": … }',
    ],
    [
      'a sidecar with a PT that is none',
      { ...SMALL_RELEASE, 'dictionary.json': '{ "sexSpecific": [{ "pt": "81000203", "sex": "F" }] }' },
      'dictionary.json: sexSpecific[0].pt',
      '"81000203"',
      'a code of pt.asc, as text',
    ],
    [
      'a sidecar that replaces a current term',
      { ...SMALL_RELEASE, 'dictionary.json': '{ "replacements": [{ "llt": "81000203", "proposed": "81000201" }] }' },
      'dictionary.json: replacements[0].llt',
      '"81000203"',
      'the code of a non-current term of llt.asc, as text',
    ],
    [
      'a sidecar that proposes a non-current term',
      { ...SMALL_RELEASE, 'dictionary.json': '{ "replacements": [{ "llt": "81000202", "proposed": "81000202" }] }' },
      'dictionary.json: replacements[0].proposed',
      '"81000202"',
      'the code of a current term of llt.asc, as text',
    ],
  ]
  test.each(cases)('%s', async (_, release, where, found, expected) => {
    const error = await catchError(release)
    expect([error.code, error.facts.where, error.facts.found, error.facts.expected]).toEqual([
      'DICTIONARY_DAMAGED',
      where,
      found,
      expected,
    ])
  })

  test('the place names the file as it is called in the folder', async () => {
    const inFolder = mapRelease(withChange('llt.asc', '$N$', '$?$'), (name, text) => [
      `MedAscii/${name.toUpperCase()}`,
      text,
    ])
    expect((await catchError(inFolder)).facts.where).toBe('MedAscii/LLT.ASC:6')
  })

  test('a file that is there twice', async () => {
    const error = await catchError({ ...SMALL_RELEASE, 'MedAscii/PT.ASC': SMALL_RELEASE['pt.asc'] })
    expect([error.code, error.facts.where, error.facts.found]).toEqual([
      'DICTIONARY_DAMAGED',
      'small-release',
      'pt.asc is there twice: pt.asc and MedAscii/PT.ASC',
    ])
  })
})

test('a folder without the needed files says which are missing and which are there', async () => {
  const error = await catchError({ 'llt.asc': '', 'PT.asc': '', 'deep/er/soc.txt': '' })
  expect(error.code).toBe('DICTIONARY_NOT_FOUND')
  expect(error.message).toBe(
    'small-release: no hlt.asc, hlgt.asc, soc.asc, hlt_pt.asc, hlgt_hlt.asc, soc_hlgt.asc, mdhier.asc, ' +
      'meddra_release.asc (of the needed files only: llt.asc, pt.asc) (expected the files of a MedDRA ASCII release: ' +
      'llt.asc, pt.asc, hlt.asc, hlgt.asc, soc.asc, hlt_pt.asc, hlgt_hlt.asc, soc_hlgt.asc, mdhier.asc, ' +
      'meddra_release.asc). Name the folder that holds them, often called MedAscii',
  )
})
