/**
 * Keeps memory small. V8 lets garbage pile up in proportion to what it finds in the machine: a data manager's laptop runs
 * other things too, and a million rows should need no more than a hundred thousand.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/**
 * New objects get so much room in a run; V8 would go up to 128 MB and keep it. What a batch of rows needs dies in here:
 * with much less, batches are carried over into the old space, and clearing that costs half of a run again.
 */
const NEW_SPACE_BYTES = 8 * 2 ** 20

/**
 * Tells this process's V8 to be sparing in a run, from now on: nothing undoes it.
 * @returns a function to call between batches, which lets the room for new objects grow as far as it may
 */
export function toMemoryKeeper(): () => void {
  // Collect the old space when it has grown by a quarter, not by as much again.
  setFlagsFromString('--heap-growing-percent=25')
  let isSettled = false
  return () => {
    if (isSettled) return
    isSettled = readNewSpace() >= NEW_SPACE_BYTES
    if (isSettled) allowGrowth(false)
  }
}

/** Makes what stays, such as a dictionary: room for new objects would not help it, and V8 would keep the room. */
export async function loadSparingly<T>(load: () => Promise<T>): Promise<T> {
  allowGrowth(false)
  try {
    return await load()
  } finally {
    allowGrowth(true)
  }
}

function allowGrowth(isAllowed: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${isAllowed ? 2 : 1}`)
}

function readNewSpace(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0
}
