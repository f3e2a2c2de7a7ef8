/** aecoder's own search for candidates, as a program of the bench. */
import { CandidateIndex } from '../../../dictionaries/text/candidate-index.ts'
import { BestConcepts, countConcepts } from './peers/best-concepts.ts'
import { serveMatcher } from './serve.ts'

/** Terms asked for, so that ten concepts are among them. */
const TERMS = 40

await serveMatcher({
  build: (rows) => {
    const concepts = countConcepts(rows)
    const candidates = CandidateIndex.build(rows.map(({ term }) => term))
    return (query) => {
      const best = new BestConcepts()
      for (const { index, score } of candidates.searchRespelt(query, { limit: TERMS }))
        best.offer(concepts.of[index] ?? 0, score)
      return best.toAnswer(concepts.ids)
    }
  },
})
