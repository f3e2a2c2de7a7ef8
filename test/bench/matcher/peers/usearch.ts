/**
 * Nearest vectors (USearch, HNSW): a text is the character 2- to 4-grams of its words, hashed into 512 dimensions,
 * weighted by rarity, of length 1. One thread, as every matcher here.
 */
import { Index, MetricKind, ScalarKind } from 'usearch'
import { serveMatcher } from '../serve.ts'
import { BestConcepts, countConcepts } from './best-concepts.ts'

const DIMENSIONS = 512
/** Rarity is counted in 2^20 cells, so that few n-grams meet there. */
const CELL_BITS = 20
const CELLS = 1 << CELL_BITS
/** Terms asked for, so that ten concepts are among them. */
const TERMS = 40
const ADDED_AT_ONCE = 1000
const ONE_THREAD = 1

await serveMatcher({
  build: (rows) => {
    const concepts = countConcepts(rows)
    const frequencies = new Int32Array(CELLS)
    for (const { term } of rows)
      for (const hash of listHashes(term)) frequencies[hash % CELLS] = (frequencies[hash % CELLS] ?? 0) + 1
    const idf = Float32Array.from(frequencies, (count) => Math.log((1 + rows.length) / (1 + count)) + 1)

    const index = new Index({
      dimensions: DIMENSIONS,
      metric: MetricKind.Cos,
      // 8 bits a dimension found the same neighbours as 32 and was built twice as fast.
      quantization: ScalarKind.I8,
      // Twice the default's: with 16 a twentieth of the near neighbours was missed.
      connectivity: 32,
      expansion_add: 128,
      expansion_search: 64,
      multi: false,
    })
    for (let from = 0; from < rows.length; from += ADDED_AT_ONCE) {
      const some = rows.slice(from, from + ADDED_AT_ONCE)
      const vectors = new Float32Array(some.length * DIMENSIONS)
      for (const [i, { term }] of some.entries())
        writeVector(vectors.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS), listHashes(term), idf)
      const keys = BigUint64Array.from(some, (_, i) => BigInt(from + i))
      index.add(keys, vectors, ONE_THREAD)
    }

    const vector = new Float32Array(DIMENSIONS)
    return (query) => {
      writeVector(vector.fill(0), listHashes(query), idf)
      const { keys, distances } = index.search(vector, TERMS, ONE_THREAD)
      const best = new BestConcepts()
      for (const [i, key] of keys.entries()) best.offer(concepts.of[Number(key)] ?? 0, 1 - (distances[i] ?? 1))
      return best.toAnswer(concepts.ids)
    }
  },
})

/** FNV-1a of each 2-, 3- and 4-gram within a word and its two edges, as whole numbers from 0 to 2^32, each once. */
function listHashes(text: string): Set<number> {
  const hashes = new Set<number>()
  for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
    const padded = ` ${word} `
    for (let from = 0; word !== '' && from < padded.length - 1; from += 1) {
      let hash = 0x811c9dc5
      const end = Math.min(from + 4, padded.length)
      for (let i = from; i < end; i += 1) {
        hash = Math.imul(hash ^ padded.charCodeAt(i), 0x01000193)
        if (i > from) hashes.add(mix(hash))
      }
    }
  }
  return hashes
}

/** Spreads the bits (the end of murmur3), since dimension, cell and sign are cut from different ones. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Into zeroes; a sign by hash lets n-grams that meet in a dimension cancel instead of adding up. */
function writeVector(vector: Float32Array, hashes: Iterable<number>, idf: Float32Array): void {
  for (const hash of hashes) {
    const weight = idf[hash % CELLS] ?? 0
    const dimension = (hash >>> CELL_BITS) % DIMENSIONS
    vector[dimension] = (vector[dimension] ?? 0) + (hash >>> 31 === 0 ? weight : -weight)
  }
  let square = 0
  for (const value of vector) square += value * value
  if (square === 0) return
  const length = Math.sqrt(square)
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / length
}
