/** Opening a study for one command, and closing what was opened. */
import { openStudy, openStudyStore, openStudyStoreToRead, type Study } from '../index.ts'
import type { Surroundings } from './command.ts'

type Store = Awaited<ReturnType<typeof openStudyStore>>
type Act<T> = (opened: { study: Study; store: Store }) => Promise<T>

/** For acts that record something. */
export function withStore<T>(path: string, world: Surroundings, act: Act<T>): Promise<T> {
  return openFor({ path, world, open: openStudyStore }, act)
}

/** For those that only look: the store may lie on a medium that cannot be written. */
export function withStoreToRead<T>(path: string, world: Surroundings, act: Act<T>): Promise<T> {
  return openFor({ path, world, open: openStudyStoreToRead }, act)
}

async function openFor<T>(
  { path, world, open }: { path: string; world: Surroundings; open: typeof openStudyStore },
  act: Act<T>,
): Promise<T> {
  const study = await openStudy(path)
  const store = await open(study, world.ambience)
  try {
    return await act({ study, store })
  } finally {
    await store.close()
  }
}
