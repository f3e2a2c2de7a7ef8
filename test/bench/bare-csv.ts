/** The bare CSV parser over a file, nothing else: the yardstick beside the pipeline's own time. */
import { createReadStream } from 'node:fs'
import Papa from 'papaparse'

const started = performance.now()
let rows = 0
await new Promise<void>((resolve, reject) => {
  Papa.parse<string[]>(createReadStream(process.argv[2] ?? '', { encoding: 'utf8' }), {
    delimiter: ',',
    newline: '\n',
    chunk: ({ data }) => {
      rows += data.length
    },
    complete: () => resolve(),
    error: reject,
  })
})
process.stdout.write(
  `${JSON.stringify({ seconds: (performance.now() - started) / 1000, peakRssMb: process.resourceUsage().maxRSS / 1024, rows })}\n`,
)
