/** Arguments that are none, told before anything is done. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { askAecoder, refusedBy, runAecoder } from './command-line.ts'
import { copySampleForTest } from './sample.ts'

test('what is no argument is told, a file that is there stays, and no verbatim steers the terminal', async () => {
  const study = await copySampleForTest({ isExactOnly: true })
  const at = ['--study', study]
  await askAecoder(['run', ...at])
  const config = join(study, 'study.json')
  const before = await readFile(config, 'utf8')
  expect([
    await refusedBy(['audit', '--from', 'yesterday', ...at]),
    await refusedBy(['audit', '--until', '2026-13-01', ...at]),
    await refusedBy(['outbox', '--again', '3', ...at]),
    await refusedBy(['audit', '--to', config, ...at]),
  ]).toEqual([
    { code: 'USAGE', exitCode: 2 },
    { code: 'USAGE', exitCode: 2 },
    { code: 'USAGE', exitCode: 2 },
    { code: 'WRITE_FAILED', exitCode: 1 },
  ])
  expect(await readFile(config, 'utf8')).toBe(before)
  const { stderr } = await runAecoder(['code', 'x\u001b[31m', '--term', 'Nausea', ...at])
  expect(stderr).toContain('x�[31m')
  expect(stderr).not.toContain('\u001b')

  // A script learns from the exit code that the trail is not to be trusted.
  const db = new DatabaseSync(join(study, 'aecoder.db'))
  for (const { name } of db
    .prepare("select name from sqlite_master where type = 'trigger' and tbl_name = 'event'")
    .all())
    db.exec(`drop trigger "${String(name)}"`)
  db.exec("update event set actor = 'Eve' where seq = 2")
  db.close()
  expect((await runAecoder(['audit', ...at])).exitCode).toBe(4)
})
