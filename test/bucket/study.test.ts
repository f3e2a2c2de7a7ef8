/** A study whose inputs, lists, dictionary and output lie in a bucket is coded as one on a disk is. */
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openBucket } from '../../pipeline/storage/bucket.ts'
import { askAecoder, refusedBy, runAecoder } from '../e2e/command-line.ts'
import { copySampleForTest } from '../e2e/sample.ts'
import { readCurrentFiles } from '../e2e/stored.ts'
import { OPENAE_0_1 } from '../openae.ts'
import { changeConfig, openBucketStudy, readPublished } from './bucket-study.ts'
import { startProxy } from './fault-proxy.ts'
import { runAecoderKilledAt } from './killed-run.ts'
import { countUploads, createBucket, listKeys, putObjects, server, toSettings } from './server.ts'

// Each command is a process of its own, and a busy machine takes its time with them.
vi.setConfig({ testTimeout: 300_000 })

const CODE = ['code', 'feeling rough', '--term', 'Malaise', '--as', 'Ann']

/** Runs a command on a study to its end. */
async function run(folder: string, words: readonly string[], variables: { [name: string]: string } = {}) {
  const [command = '', ...options] = words
  const { exitCode, stdout, stderr } = await runAecoder([command, '--study', folder, ...options], { variables })
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' })
  return stdout
}

test('two transfers and what people decide between give the same bytes from a bucket as from a disk', async () => {
  const bucket = await createBucket()
  const [onDisk, inBucket] = [await copySampleForTest(), await openBucketStudy(bucket)]
  const second = '2026-03-09'
  const steps = [
    { disk: ['run'], bucket: ['run'] },
    ...[CODE, ['export']].map((words) => ({ disk: words, bucket: words })),
    {
      disk: ['run', '--input', join(onDisk, 'transfers', second)],
      bucket: ['run', '--input', `s3://${bucket}/study/transfers/${second}`],
    },
  ]
  for (const step of steps) {
    await Promise.all([run(onDisk, step.disk), run(inBucket, step.bucket)])
    if (step.disk === CODE) continue
    const [disk, published] = [await readCurrentFiles(onDisk), await readPublished(bucket)]
    const names = [...(disk?.files.keys() ?? [])]
    expect([...(published?.files.keys() ?? [])]).toEqual(names)
    expect(names).toContain('ae.arrow')
    // How each came by its code also says when people decided.
    for (const name of names.filter((each) => !each.startsWith('coding_')))
      expect(published?.files.get(name)?.equals(disk?.files.get(name) ?? Buffer.alloc(0)), name).toBe(true)
  }
  expect(await run(inBucket, ['verify'])).toContain('3')
  const before = await listKeys(bucket)
  expect(await run(inBucket, ['run', '--input', `s3://${bucket}/study/transfers/${second}`])).toContain(
    'Nothing changed since run',
  )
  expect(await listKeys(bucket)).toEqual(before)
})

test('verify finds what was changed or removed in the bucket', async () => {
  const bucket = await createBucket()
  const folder = await openBucketStudy(bucket)
  await run(folder, ['run'])
  const { runId } = (await readPublished(bucket)) ?? { runId: '' }
  await putObjects(bucket, [
    [`study/out/runs/${runId}/ae.csv`, 'changed'],
    ['study/transfers/2026-03-02/dm.csv', 'changed'],
  ])
  const { exitCode, stdout, stderr } = await runAecoder(['verify', '--study', folder])
  expect(exitCode).toBe(4)
  expect(stdout + stderr).toMatch(/ae\.csv: its content was changed/)
  expect(stdout + stderr).toMatch(/dm\.csv: the input file was changed/)
})

test('of two runs at once, from two copies of one store, one is published and the other says so', async () => {
  const bucket = await createBucket()
  for (const round of ['first', 'second'] as const) {
    const one = await openBucketStudy(bucket)
    if (round === 'second') await run(one, ['run'])
    const two = `${one}-copy`
    onTestFinished(() => rm(two, { recursive: true, force: true }))
    await cp(one, two, { recursive: true })
    // Both are about to swap before either may.
    let waiting = 0
    let release: () => void = () => undefined
    const both = new Promise<void>((resolve) => {
      release = resolve
    })
    const proxy = await startProxy(({ method, path, headers }) => {
      const isSwap = method === 'PUT' && path.includes('/current.json') && !/^"?0+"?$/.test(headers['if-match'] ?? '')
      if (!isSwap || waiting >= 2) return undefined
      if (++waiting === 2) release()
      return { kind: 'wait', until: both }
    })
    const input = ['--input', `s3://${bucket}/study/transfers/2026-03-${round === 'first' ? '02' : '09'}`]
    const before = await readPublished(bucket)
    const ended = await Promise.all(
      [one, two].map((folder) =>
        runAecoder(['run', '--study', folder, ...input], { variables: { AECODER_S3_ENDPOINT: proxy.endpoint } }),
      ),
    )
    const won = ended.findIndex(({ exitCode }) => exitCode === 0)
    const lost = ended[1 - won]
    expect(ended.map(({ exitCode }) => exitCode).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 1])
    expect(lost?.stderr).toMatch(
      /current\.json: somebody else changed it since it was read: another run was published.*Nothing of this run became current\. See who publishes there, then run again/,
    )
    const after = await readPublished(bucket)
    expect(after?.runId).not.toBe(before?.runId)
    expect(ended[won]?.stdout).toContain(`Run ${after?.runId} is current`)
    expect(await run([one, two][won] ?? '', ['verify'])).not.toBe('')
    // The other store has gone another way: it may not go on there.
    const { code } = await refusedBy(['run', '--study', [one, two][1 - won] ?? '', ...input])
    expect(code).toBe('STORE_OLDER')
    await removeOutput(bucket)
  }
})

async function removeOutput(bucket: string): Promise<void> {
  await openBucket(`s3://${bucket}/study`, toSettings()).removeFolder('out')
}

test('a run that is killed at any change to the bucket leaves the old run or the new one, and the next one finishes and tidies up', async () => {
  const bucket = await createBucket()
  const folder = await openBucketStudy(bucket, { abandonedHours: 0 })
  // It is read first, as any input; from a disk it is sooner done.
  await changeConfig(folder, (config) => ({
    ...config,
    lists: { synonyms: ['lists/synonyms.csv'], doNotAutocode: ['lists/do-not-autocode.csv'] },
    dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
  }))
  const undisturbed = await copySampleForTest()
  await run(undisturbed, ['run'])
  await run(undisturbed, ['run', '--input', join(undisturbed, 'transfers/2026-03-09')])
  await run(folder, ['run'])
  const old = await readPublished(bucket)
  const expected = (await readCurrentFiles(undisturbed))?.files ?? new Map<string, Buffer>()
  const tally = { kills: 0, unfinished: 0, published: 0 }
  const input = `s3://${bucket}/study/transfers/2026-03-09`
  for (let number = 1; ; number++) {
    const wasKilled = await runAecoderKilledAt(number, ['run', '--study', folder, '--input', input])
    const now = await readPublished(bucket)
    const isNew = now?.runId !== old?.runId
    const whole = isNew ? expected : old?.files
    for (const [name, bytes] of whole ?? []) expect(now?.files.get(name)?.equals(bytes), name).toBe(true)
    if (!wasKilled) break
    tally.kills++
    if (isNew) tally.published++
    const unfinished = (now?.others ?? []).filter((key) => !key.includes(old?.runId ?? ''))
    if (!isNew && unfinished.length > 0) tally.unfinished++
  }
  // Each file, the manifest, the trial of conditions, the swap; and what those before it left is taken away.
  expect(tally.kills).toBeGreaterThan(10)
  expect(tally.unfinished).toBeGreaterThan(5)
  expect(tally.published).toBeGreaterThan(0)
  // Runs that were killed between their manifest and the swap are whole, and nothing leads to them; of others nothing is left.
  const { others } = (await readPublished(bucket)) ?? { others: [] as string[] }
  const folders = new Set(others.map((key) => key.slice(0, key.lastIndexOf('/'))))
  expect([...folders].filter((runFolder) => !others.includes(`${runFolder}/manifest.json`))).toEqual([])
  expect(await countUploads(bucket)).toBe(0)
  await run(folder, ['verify'])
})

test('no credentials are told, in a message or in what is kept', async () => {
  const bucket = await createBucket()
  const folder = await openBucketStudy(bucket)
  await run(folder, ['run'])
  const wrong = { AWS_SECRET_ACCESS_KEY: 'wrong-secret-0123456789' }
  const { exitCode, stdout, stderr } = await runAecoder(['run', '--study', folder, '--json'], { variables: wrong })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/the secret does not fit the key \(403 SignatureDoesNotMatch\)/)
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true', HOME: folder }
  const without = await runAecoder(['run', '--study', folder], { variables: none })
  expect(without.stderr).toMatch(/no credentials were found\. Give them where the AWS SDK looks/)
  const store = await readFile(join(folder, 'aecoder.db'))
  for (const secret of [server.accessKeyId, server.secretAccessKey, wrong.AWS_SECRET_ACCESS_KEY])
    for (const text of [stdout, stderr, without.stdout, without.stderr, store.toString('latin1')])
      expect(text).not.toContain(secret)
})

test('an export in a bucket is recognised, what it would change is told before, and codes of another tool are taken over', async () => {
  const bucket = await createBucket()
  const folder = await openBucketStudy(bucket)
  const variables = { AECODER_S3_ENDPOINT: server.endpoint, AECODER_S3_FORCE_PATH_STYLE: 'true' }
  for (const [place, input] of [
    ['study/transfers/2026-03-02', 'study/transfers/2026-03-02'],
    ['study/transfers/2026-03-02/ae.csv', 'study/transfers/2026-03-02'],
  ] as const) {
    const out = join(folder, `${place.replaceAll('/', '-')}.json`)
    await askAecoder(['init', `s3://${bucket}/${place}`, '--out', out], { variables })
    const proposed = JSON.parse(await readFile(out, 'utf8')) as { input: string; sources: { domain: string }[] }
    expect(proposed.input).toBe(`s3://${bucket}/${input}`)
    expect(proposed.sources.map(({ domain }) => domain)).toContain('AE')
  }
  const none = await refusedBy(['init', `s3://${bucket}/none`, '--out', join(folder, 'x.json')], { variables })
  expect(none.code).toBe('FILE_NOT_FOUND')

  await run(folder, ['run'])
  const before = await listKeys(bucket)
  const told = await run(folder, ['diff', '--input', `s3://${bucket}/study/transfers/2026-03-09`])
  expect(told).toMatch(/new/)
  expect(await listKeys(bucket)).toEqual(before)
  await putObjects(bucket, [
    ['former/codes.csv', 'verbatim,code,coder,coded_at,domain\nno such term,1,Carl,2024-05-01,AE\n'],
  ])
  const former = `s3://${bucket}/former/codes.csv`
  const { stdout, stderr } = await runAecoder([
    'take-over',
    former,
    '--study',
    folder,
    '--from',
    'Old 1.0',
    '--as',
    'Ann',
  ])
  expect(stdout + stderr).toMatch(/1 row read.*1 row left/)
})

test('what cannot lie in a bucket, and what study.json may not hold, is refused in plain words', async () => {
  const folder = await copySampleForTest()
  const refusals: [object, RegExp][] = [
    [{ store: 's3://bucket/aecoder.db' }, /store: a bucket cannot hold it: name a file on a disk/],
    [{ s3: { accessKeyId: 'AKIASECRET' } }, /s3\.accessKeyId: unknown field/],
    [{ s3: { endpoint: 'https://key:AKIASECRET@s3.example.org' } }, /s3\.endpoint: it holds credentials/],
    [{ output: 's3://key:AKIASECRET@bucket/out' }, /output: .*credentials do not belong into a path/],
    [{ input: 's3:///prefix' }, /input: "" is not the name of a bucket/],
  ]
  for (const [change, message] of refusals) {
    const copy = await copySampleForTest()
    await changeConfig(copy, (config) => ({ ...config, ...change }))
    const { exitCode, stdout, stderr } = await runAecoder(['run', '--study', copy])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('AKIASECRET')
  }
  const { stderr } = await runAecoder(['run', '--study', `s3://bucket/${folder}`])
  expect(stderr).toMatch(/--study: a bucket \(expected study\.json on a disk of this machine/)
})

test('a dictionary as a zip, one file of it or a folder in a bucket is checked and searched', async () => {
  const bucket = await createBucket()
  const folder = await openBucketStudy(bucket)
  const variables = { AECODER_S3_ENDPOINT: server.endpoint, AECODER_S3_FORCE_PATH_STYLE: 'true' }
  const place = `s3://${bucket}/dictionaries/openae/`
  const check = await askAecoder<{ dictionary: { name: string } }>(['dictionary', 'check', '--dictionary', place], {
    variables,
  })
  expect(check.dictionary.name).toBe('OpenAE')
  await putObjects(bucket, [['lists/codes.csv', 'code,term\nA1,Headache\nA2,Nausea\n']])
  const list = `s3://${bucket}/lists/codes.csv`
  const { stdout, stderr } = await runAecoder(['dictionary', 'search', 'headache', '--dictionary', list], { variables })
  expect(stdout + stderr).toMatch(/Headache|version/)
  const gone = await refusedBy(['dictionary', 'check', '--dictionary', `s3://${bucket}/none`], { variables })
  expect(gone.code).toBe('DICTIONARY_NOT_FOUND')
  expect(await run(folder, ['status'])).not.toBe('')
})
