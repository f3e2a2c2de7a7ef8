/** MiniSearch over the terms, with typing errors (a fifth of a word) and beginnings of words allowed. */
import MiniSearch from 'minisearch'
import { serveMatcher } from '../serve.ts'
import { BestConcepts, countConcepts } from './best-concepts.ts'

await serveMatcher({
  build: (rows) => {
    const concepts = countConcepts(rows)
    const index = new MiniSearch<{ id: number; term: string }>({
      fields: ['term'],
      searchOptions: { fuzzy: 0.2, prefix: true },
    })
    index.addAll(rows.map(({ term }, id) => ({ id, term })))
    return (query) => {
      const best = new BestConcepts()
      for (const { id, score } of index.search(query)) {
        if (score <= best.floor) break
        best.offer(concepts.of[Number(id)] ?? 0, score)
      }
      return best.toAnswer(concepts.ids)
    }
  },
})
