/** Loads a dictionary, or only reads its files, or does nothing; prints seconds and the process's peak memory as JSON. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDictionary } from '../../pipeline/index.ts'

const [, , folder = '', what] = process.argv
const started = performance.now()
if (what === 'load') await openDictionary(folder)
else if (what === 'read') for (const name of readdirSync(folder)) readFileSync(join(folder, name), 'utf8')
const seconds = (performance.now() - started) / 1000
process.stdout.write(`${JSON.stringify({ seconds, peakRssMb: process.resourceUsage().maxRSS / 1024 })}\n`)
