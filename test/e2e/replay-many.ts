/** Many sequences of test/e2e/replay.ts: `node test/e2e/replay-many.ts --sequences 2000 --seed 1`. Prints the seed that failed. */
import { parseArgs } from 'node:util'
import { type Lived, replay } from './replay.ts'

const { values } = parseArgs({
  options: { sequences: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
})
const [sequences, first] = [Number(values.sequences), Number(values.seed)]
const total: { -readonly [count in keyof Lived]: number } = {
  transfers: 0,
  refused: 0,
  crashes: 0,
  decisions: 0,
  rows: 0,
}
const start = performance.now()
for (let seed = first; seed < first + sequences; seed++) {
  const lived = await replay(seed)
  for (const count of Object.keys(total) as (keyof Lived)[]) total[count] += lived[count]
  if ((seed - first + 1) % 100 === 0) tell(seed - first + 1)
}
tell(sequences)

function tell(done: number): void {
  const seconds = Math.round((performance.now() - start) / 1000)
  process.stdout.write(`${done} sequences in ${seconds} s: ${JSON.stringify(total)}\n`)
}
