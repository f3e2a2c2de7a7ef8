/** Names by pattern, as study.json lists a source's files. Knows text only: it asks no disk and no bucket. */

/**
 * The names that match at least one of the patterns, each once, in the order of `names`. Case counts.
 * `*` stands for any text within one part of the name, `?` for one character of it, `**` for any number of parts;
 * everything else stands for itself. A leading `./` is ignored. Letters with accents are the same however they are put
 * together: macOS writes "ü" in names as two characters.
 */
export function listMatching(names: readonly string[], patterns: readonly string[]): string[] {
  const expressions = patterns.map(toExpression)
  return names.filter((name) => expressions.some((expression) => expression.test(name.normalize())))
}

function toExpression(pattern: string): RegExp {
  const source = pattern
    .normalize()
    .replace(/^(\.\/)+/, '')
    .replace(/\*\*\/|\*+|\?|[\\^$.+()[\]{}|]/g, (token) => {
      if (token === '**/') return '(?:[^/]+/)*'
      if (token === '?') return '[^/]'
      if (token === '*') return '[^/]*'
      return token.startsWith('*') ? '.*' : `\\${token}`
    })
  return new RegExp(`^${source}$`, 'su')
}
