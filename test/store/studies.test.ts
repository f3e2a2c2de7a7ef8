/** Several studies in one store: the same ids, and neither sees the other. */
import { expect, test } from 'vitest'
import { findSetting, recordSettings } from '../../pipeline/store/artefacts.ts'
import { findHead } from '../../pipeline/store/chain.ts'
import { recordVerdict } from '../../pipeline/store/decisions.ts'
import {
  countStudy,
  countSubjects,
  findGroups,
  findOccurrences,
  listHistory,
  listOccurrences,
  listUndecided,
} from '../../pipeline/store/queue.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { listTransfers } from '../../pipeline/store/transfers.ts'
import {
  addFile,
  codeByHand,
  commitTransfer,
  DANA,
  findGroup,
  listAll,
  openStage,
  openTransfer,
  RANGE,
  readRows,
  toRows,
} from './stage.ts'

const [PRODUCTION, UAT] = ['ABC-101@production', 'ABC-101@uat'] as const

test('what happens in one study is not seen in another that holds the very same ids', async () => {
  const store = await openStage([PRODUCTION, UAT])
  // The ids of both are made for one study: nothing but the study's own column tells them apart.
  const rows = toRows(['0101 Headache', '0101/2 Nausea !', '0102 headache'])
  for (const study of [PRODUCTION, UAT]) await commitTransfer(store, { study, rows })
  const untouched = await look(store, UAT)
  expect(untouched).toEqual(await look(store, PRODUCTION))

  await decideMuch(store, PRODUCTION)
  await commitTransfer(store, { study: PRODUCTION, rows: toRows(['0101 Fever', '0103 Nausea']) })
  expect(await look(store, UAT)).toEqual(untouched)

  await decideMuch(store, UAT)
  await commitTransfer(store, { study: UAT, rows: toRows(['0101 Fever', '0103 Nausea']) })
  expect(await look(store, UAT)).toEqual(await look(store, PRODUCTION))
  expect(await look(store, UAT)).not.toEqual(untouched)
})

test('a transfer left open in one study is not abandoned by another', async () => {
  const store = await openStage([PRODUCTION, UAT])
  const open = await openTransfer(store, { study: PRODUCTION })
  await addFile(open, { rows: toRows(['0101 Headache']) })
  await commitTransfer(store, { study: UAT, rows: toRows(['0101 Headache']) })
  await open.commit({ actor: DANA, body: {} })
  expect((await listTransfers(store, PRODUCTION)).map(({ state }) => state)).toEqual(['committed'])
  expect(await listAll(store, PRODUCTION)).toHaveLength(1)
})

test('each study has its own settings in force', async () => {
  const store = await openStage([PRODUCTION, UAT])
  const toArtefact = (sha256: string) =>
    ({ kind: 'dictionary', name: 'Terms', version: '1', sha256, content: null }) as const
  for (const [study, sha256] of [
    [PRODUCTION, 'd1'],
    [UAT, 'd2'],
    [UAT, 'd1'],
  ] as const) {
    await recordSettings(store, study, { artefacts: [toArtefact(sha256)], actor: DANA, approval: 'none' })
    expect(await findSetting(store, study, 'dictionary')).toBe(sha256)
    expect(await findSetting(store, PRODUCTION, 'dictionary')).toBe('d1')
  }
  expect(await findHead(store.db, PRODUCTION), 'one event').toMatchObject({ seq: 1 })
  const artefacts = [toArtefact('d1')]
  await recordSettings(store, PRODUCTION, { artefacts, actor: DANA, approval: 'none' })
  expect(await findHead(store.db, PRODUCTION), 'the same again is none').toMatchObject({ seq: 1 })
})

/** A code for a group with its approval, and one for an occurrence. */
async function decideMuch(store: Store, study: string): Promise<void> {
  const { target } = await findGroup(store, 'Headache', study)
  const group = await findGroup(store, 'Headache', study)
  const decision = (await codeByHand(store, group, { study, term: 'Head', waits: true })) ?? ''
  await recordVerdict(store, study, { decision, target, kind: 'approved', actor: DANA, reason: null })
  const nausea = await findGroup(store, 'Nausea', study)
  const [occurrence] = await listOccurrences(store, study, { group: nausea, limit: 9 })
  if (occurrence) await codeByHand(store, occurrence, { study, term: 'Own' })
}

/** All that can be asked of a study, without what the clock and the study's name put in. */
async function look(store: Store, study: string) {
  const groups = await listAll(store, study)
  const subjects = await countSubjects(store, study, groups)
  const [first] = groups
  const rows = await readRows(store, { study })
  return {
    seq: (await findHead(store.db, study)).seq,
    counts: await countStudy(store, study),
    groups: groups.map(({ target, occurrences, serious, decision }) => ({
      id: target.id,
      occurrences,
      serious,
      code: decision?.codings[0]?.path.at(-1)?.text,
      verdict: decision?.verdict?.kind,
    })),
    subjects: groups.map(({ target }) => subjects.get(target.id)),
    found: (await findGroups(store, study, { idPrefix: first?.target.id ?? '', folded: '', limit: 9 })).length,
    history: first ? (await listHistory(store, study, first.target)).length : 0,
    undecided: (await listUndecided(store, study, { ...RANGE, limit: 9, artefacts: '{}' })).map(({ folded }) => folded),
    occurrences: (
      await Promise.all(rows.map(({ recordKey }) => findOccurrences(store, study, { idPrefix: recordKey, limit: 9 })))
    ).map((found) => found.map(({ verbatim, decision }) => [verbatim, decision?.codings.length ?? null])),
    rows: rows.map(({ usubjid, sequence, verbatim, path }) => [
      usubjid,
      sequence,
      verbatim,
      path?.at(-1)?.text ?? null,
    ]),
    transfers: (await listTransfers(store, study)).map(({ no, state }) => [no, state]),
  }
}
