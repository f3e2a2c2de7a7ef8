/**
 * The yardstick: cosine of character 3-grams weighted by rarity, in typed arrays, nothing else. What a good engineer
 * has after an hour; whatever is more complicated has to beat it.
 */
import { serveMatcher } from '../serve.ts'
import { BestConcepts, countConcepts } from './best-concepts.ts'

await serveMatcher({
  build: (rows) => {
    const concepts = countConcepts(rows)
    const padded = rows.map(({ term }) => pad(term))
    const grams = new Map<string, number>()
    // 3-grams of term i: forward[forwardStarts[i] .. forwardStarts[i + 1]], each once.
    const forward = new Int32Array(padded.reduce((sum, text) => sum + text.length, 0))
    const forwardStarts = new Int32Array(rows.length + 1)
    const frequencies: number[] = []
    const seenIn: number[] = []
    let length = 0
    for (const [term, text] of padded.entries()) {
      for (let i = 0; i + 3 <= text.length; i += 1) {
        const gram = text.slice(i, i + 3)
        const id = grams.get(gram) ?? grams.size
        if (id === grams.size) grams.set(gram, id)
        if (seenIn[id] === term) continue
        seenIn[id] = term
        frequencies[id] = (frequencies[id] ?? 0) + 1
        forward[length++] = id
      }
      forwardStarts[term + 1] = length
    }
    const idf = Float64Array.from(frequencies, (frequency) => Math.log(rows.length / frequency) + 1)
    // Terms with 3-gram g: postings[starts[g] .. starts[g + 1]]; in weights its share of the term's unit vector.
    const starts = new Int32Array(grams.size + 1)
    for (let g = 0; g < grams.size; g += 1) starts[g + 1] = (starts[g] as number) + (frequencies[g] ?? 0)
    const postings = new Int32Array(length)
    const weights = new Float32Array(length)
    const next = starts.slice()
    for (let term = 0; term < rows.length; term += 1) {
      const own = forward.subarray(forwardStarts[term] as number, forwardStarts[term + 1] as number)
      const norm = toNorm(own, idf)
      for (const g of own) {
        const place = next[g] as number
        next[g] = place + 1
        postings[place] = term
        weights[place] = (idf[g] as number) / norm
      }
    }

    const scores = new Float32Array(rows.length)
    return (query) => {
      const text = pad(query)
      const known = new Set<number>()
      for (let i = 0; i + 3 <= text.length; i += 1) known.add(grams.get(text.slice(i, i + 3)) ?? -1)
      known.delete(-1)
      const norm = toNorm(known, idf)
      scores.fill(0)
      for (const g of known) {
        const weight = (idf[g] as number) / norm
        const end = starts[g + 1] as number
        for (let i = starts[g] as number; i < end; i += 1) {
          const term = postings[i] as number
          scores[term] = (scores[term] as number) + weight * (weights[i] as number)
        }
      }
      const best = new BestConcepts()
      for (let term = 0; term < scores.length; term += 1)
        if ((scores[term] as number) > best.floor) best.offer(concepts.of[term] as number, scores[term] as number)
      return best.toAnswer(concepts.ids)
    }
  },
})

function pad(text: string): string {
  return `  ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `
}

function toNorm(grams: Iterable<number>, idf: Float64Array): number {
  let square = 0
  for (const g of grams) square += (idf[g] as number) ** 2
  return Math.sqrt(square)
}
