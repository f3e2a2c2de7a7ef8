/** Jaro-Winkler of the `natural` package against every term: the obvious first try, some 2 queries a second. */
import measureJaroWinkler from 'natural/lib/natural/distance/jaro-winkler_distance.js'
import { serveMatcher } from '../serve.ts'
import { BestConcepts, countConcepts } from './best-concepts.ts'

await serveMatcher({
  build: (rows) => {
    const concepts = countConcepts(rows)
    const terms = rows.map(({ term }) => term.toLowerCase())
    return (query) => {
      const lower = query.toLowerCase()
      const best = new BestConcepts()
      for (const [i, term] of terms.entries()) best.offer(concepts.of[i] ?? 0, measureJaroWinkler(lower, term))
      return best.toAnswer(concepts.ids)
    }
  },
})
