/**
 * Keeps a run's memory small. V8 lets garbage pile up in proportion to what it finds in the machine: a data manager's
 * laptop runs other things too, and a million rows should need no more than a hundred thousand.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/**
 * New objects get so much room; V8 would go up to 128 MB and keep it. What a batch of rows needs dies in here: with less,
 * batches are carried over into the old space, and clearing that costs half of a run again.
 */
const NEW_SPACE_BYTES = 8 * 2 ** 20

/**
 * Tells this process's V8 to be sparing, from now on: nothing undoes it.
 * @returns a function to call between batches, which lets the room for new objects grow as far as it may
 */
export function toMemoryKeeper(): () => void {
  // Collect the old space when it has grown by half, not by as much again.
  setFlagsFromString('--heap-growing-percent=25')
  // Loading a dictionary makes what stays: room for new objects would not help it.
  allowGrowth(false)
  let state: 'loading' | 'growing' | 'settled' = 'loading'
  return () => {
    if (state === 'settled') return
    if (state === 'loading') allowGrowth(true)
    state = readNewSpace() < NEW_SPACE_BYTES ? 'growing' : 'settled'
    if (state === 'settled') allowGrowth(false)
  }
}

function allowGrowth(isAllowed: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${isAllowed ? 2 : 1}`)
}

function readNewSpace(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0
}
