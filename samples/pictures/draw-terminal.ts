/**
 * Draws what a terminal printed as an SVG: `node samples/pictures/draw-terminal.ts "npm run demo" < printed.txt > demo.svg`.
 * A line that begins with `$ ` is a command. Knows text and columns; knows nothing of what was printed.
 */
import { text } from 'node:stream/consumers'

const CHARACTER = 7.5
const LINE = 18
const FONTS = {
  mono: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
  title: "system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif",
}
const COLOURS = { command: '#8fd19e', heading: '#7fb4ff', label: '#e8c37e' }
/** Words that begin a line of the report, and headings of tables. */
const LABEL =
  /^(?:rows read|terms reported|noticed|auto-coded|coded by hand|to review(?: also)?|to approve(?: also)?|set aside|in the dataset|Next.*|now)\b/
const HEADING = /^(?:file {2,}|id {2,}| *(?:probability|code) {2,})/

const title = process.argv[2] ?? 'terminal'
const lines = (await text(process.stdin)).trimEnd().split('\n')
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * CHARACTER) + 40
const height = lines.length * LINE + 66
const drawn = lines.flatMap((line, row) => drawLine(line, 60 + row * LINE))
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
  <title id="title">${toXml(title)}</title>
  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="9" fill="#161b22" stroke="#3d4654"/>
  <circle cx="20" cy="20" r="5.5" fill="#4b5565"/><circle cx="38" cy="20" r="5.5" fill="#4b5565"/><circle cx="56" cy="20" r="5.5" fill="#4b5565"/>
  <text x="${width / 2}" y="24" text-anchor="middle" fill="#93a0b0" font-family="${FONTS.title}" font-size="12">${toXml(title)}</text>
  <g font-family="${FONTS.mono}" font-size="12.5" fill="#d7dde5">
${drawn.join('\n')}
  </g>
</svg>
`)

/** Each run of words is placed by its column, so that another font's widths move nothing. */
function drawLine(line: string, y: number): string[] {
  const isHeading = HEADING.test(line)
  const label = LABEL.exec(line)?.[0]
  return [...line.matchAll(/\S+(?: \S+)*/g)].map((run) => {
    const length = run[0].length * CHARACTER
    const colour = line.startsWith('$ ') ? COLOURS.command : isHeading ? COLOURS.heading : undefined
    const fill = colour ?? (run.index === 0 && label === run[0] ? COLOURS.label : undefined)
    return `    <text x="${20 + run.index * CHARACTER}" y="${y}"${fill ? ` fill="${fill}"` : ''} textLength="${length}" lengthAdjust="spacingAndGlyphs">${toXml(run[0])}</text>`
  })
}

function toXml(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
