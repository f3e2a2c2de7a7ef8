/**
 * Vital signs whose number says the opposite of the words: one of both is an error, and only the site knows which. The
 * limits lie inside the usual ranges of adults, so that nothing is doubted that may be meant. Knows numbers in English
 * texts; knows no dictionary.
 */

interface VitalSign {
  readonly name: string
  /** Finds the value in its first group. */
  readonly value: RegExp
  readonly high: RegExp
  readonly low: RegExp
  /** No value below is high, none above is low. */
  readonly leastHigh: number
  readonly mostLow: number
}

const HIGH = 'high|higher|elevated|elevation|raised|increased?|up'
const LOW = 'low|lower|decreased?|reduced|drop|dropped|down'
const HEART_RATE = '(?:hr|heart rate|pulse(?: rate)?|rate|p)'
const PRESSURE = 'bp|blood pressure'

const VITAL_SIGNS: readonly VitalSign[] = [
  {
    name: 'a blood pressure',
    value: /(?<![\d/.])(\d{2,3})\s?\/\s?\d{2,3}(?![\d/.])/,
    high: new RegExp(
      String.raw`\bhypertens|\bhtn\b|\b(?:${HIGH}) (?:${PRESSURE})\b|\b(?:${PRESSURE})\b.*\b(?:${HIGH})\b`,
    ),
    low: new RegExp(String.raw`\bhypotens|\b(?:${LOW}) (?:${PRESSURE})\b|\b(?:${PRESSURE})\b.*\b(?:${LOW})\b`),
    leastHigh: 115,
    mostLow: 130,
  },
  {
    name: 'a heart rate',
    value: new RegExp(
      String.raw`\b${HEART_RATE}\b(?:[\s:=,-]|\b(?:was|is|of|to|at|up|down|in|the|low|high|measured)\b)*(\d{2,3})(?![\d/.a-z])|(?<![\d/.])(\d{2,3}) ?bpm\b`,
    ),
    high: /\btachy|\b(?:fast|rapid) (?:heart|pulse)/,
    low: /\bbrady|\bslow (?:heart|pulse)/,
    leastHigh: 75,
    mostLow: 75,
  },
  {
    name: 'a temperature',
    value:
      /(?<![\d/.])(3\d(?:[.,]\d)?)(?![\d/.]|[.,]\d)(?! ?(?:days?|d|hrs?|hours?|h|weeks?|wks?|mins?|times|x|mg|ml|%))/,
    high: /\b(?:fever|febrile|pyrexia|hyperthermia)\b/,
    low: /\bhypothermia\b/,
    leastHigh: 37.3,
    mostLow: 36.5,
  },
]

/**
 * What a measured value contradicts, as the end of a sentence.
 * @param term the words of the term that fits; what it says stands beside what the verbatim says
 */
export function findContradiction(verbatim: string, term: readonly string[]): string | undefined {
  if (!/\d\d/.test(verbatim)) return undefined
  const lower = verbatim.toLowerCase()
  const said = `${lower} ${term.join(' ').toLowerCase()}`
  for (const { name, value, high, low, leastHigh, mostLow } of VITAL_SIGNS) {
    const found = value.exec(lower)
    const number = Number((found?.[1] ?? found?.[2])?.replace(',', '.'))
    if (!(number > 0)) continue
    if ((high.test(said) && number < leastHigh) || (low.test(said) && number > mostLow))
      return `${found?.[0]} is ${name} that says otherwise`
  }
  return undefined
}
