/**
 * Keeps a run's memory flat. V8 lets garbage pile up in proportion to what it finds in the machine; a data manager's
 * laptop runs other things too, and a million rows should need no more than a hundred thousand.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How much memory may grow, buffers included, beyond what was alive after the last collection. */
const ALLOWANCE_BYTES = 64 * 2 ** 20

/** @returns a function to call between batches: it collects garbage when enough may have piled up */
export function toMemoryKeeper(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let alive = 0
  return () => {
    if (readUsed() < alive + ALLOWANCE_BYTES) return
    collect()
    alive = readUsed()
  }
}

function readUsed(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
