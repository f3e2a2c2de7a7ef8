/**
 * The algorithm of a standard query, e.g. `A or (B and C)` or `A or Sum(Category Term Weight)>6`. Knows its signs, to say
 * what is odd in it; does not run it.
 */

/**
 * What is wrong with an algorithm, as a clause; undefined where nothing is. Words are not checked: releases in other
 * languages may translate them.
 * @param categories those the query's terms have
 */
export function findAlgorithmFault(algorithm: string, categories: ReadonlySet<string>): string | undefined {
  let depth = 0
  for (const sign of algorithm) {
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (depth < 0) break
  }
  if (depth !== 0) return 'has brackets that do not pair'
  const named = listCategories(algorithm)
  const unknown = named.filter((category) => !categories.has(category))
  if (unknown.length > 0) return `names ${unknown.join(', ')}, a category none of its terms has`
  return named.length === 0 && !hasWeights(algorithm) ? 'names no category' : undefined
}

/** The categories an algorithm names: capital letters that stand alone, each once, in its order. */
export function listCategories(algorithm: string): readonly string[] {
  return [...new Set(algorithm.match(/(?<![\p{L}\p{N}])[A-Z](?![\p{L}\p{N}])/gu))]
}

/** Does it add up the weights of terms? */
export function hasWeights(algorithm: string): boolean {
  return /weight|[<>]/i.test(algorithm)
}
