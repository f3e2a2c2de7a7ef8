import { describe, expect, test } from 'vitest'
import { readMeddraAscii } from '../../dictionaries/meddra-ascii.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { Release } from './small-release.ts'
import { mapRelease, SMALL_RELEASE, toDictionaryFiles, withChange } from './small-release.ts'

const read = (release: Release, options: { name?: string } = {}) => readMeddraAscii(toDictionaryFiles(release), options)

async function catchError(release: Release): Promise<AecoderError> {
  try {
    await read(release)
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
      currentLlts: 5,
      nonCurrentLlts: 1,
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
    expect([utf8.findLlt('81000203')?.text, utf8.report.warnings]).toEqual(['Café motions', []])
    expect([latin1.findLlt('81000203')?.text, latin1.report.warnings]).toEqual([
      'Café motions',
      ['llt.asc: not UTF-8, read as Latin-1 (Windows-1252)'],
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
      '0 fields',
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
  const error = await catchError({ 'llt.asc': '', 'PT.asc': '', 'deep/er/soc.asc': '' })
  expect(error.code).toBe('DICTIONARY_NOT_FOUND')
  expect(error.message).toBe(
    'small-release: no hlt.asc, hlgt.asc, soc.asc, hlt_pt.asc, hlgt_hlt.asc, soc_hlgt.asc, mdhier.asc, ' +
      'meddra_release.asc (of the needed files only: llt.asc, pt.asc) (expected the files of a MedDRA ASCII release: ' +
      'llt.asc, pt.asc, hlt.asc, hlgt.asc, soc.asc, hlt_pt.asc, hlgt_hlt.asc, soc_hlgt.asc, mdhier.asc, ' +
      'meddra_release.asc). Name the folder that holds them, often called MedAscii',
  )
})
