/** Progress on standard error while a person watches; silence in pipes and logs. */
import { Presets, SingleBar } from 'cli-progress'
import type { Progress } from '../index.ts'

const STAGES: { readonly [stage in Progress['stage']]: string } = {
  reading: 'reading',
  coding: 'coding ',
  writing: 'writing',
}

export function openProgress(): { show: (progress: Progress) => void; close: () => void } {
  if (!process.stderr.isTTY) return { show: () => {}, close: () => {} }
  let bar: SingleBar | undefined
  let stage: Progress['stage'] | undefined
  return {
    show(progress) {
      const total = progress.total ?? progress.done
      if (progress.stage !== stage) {
        bar?.stop()
        stage = progress.stage
        bar = new SingleBar(
          {
            stream: process.stderr,
            clearOnComplete: true,
            hideCursor: true,
            format: `${STAGES[stage]} {bar} {percentage} %`,
          },
          Presets.shades_classic,
        )
        bar.start(Math.max(total, 1), 0)
      }
      bar?.setTotal(Math.max(total, 1))
      bar?.update(progress.done)
    },
    close: () => bar?.stop(),
  }
}
