/** Opening a study for one command, and closing what was opened. */
import { openStudy, openStudyStore, type Study } from '../index.ts'
import type { Surroundings } from './command.ts'

type Store = Awaited<ReturnType<typeof openStudyStore>>

export async function withStore<T>(
  path: string,
  world: Surroundings,
  act: (opened: { study: Study; store: Store }) => Promise<T>,
): Promise<T> {
  const study = await openStudy(path)
  const store = await openStudyStore(study, world.ambience)
  try {
    return await act({ study, store })
  } finally {
    await store.close()
  }
}
