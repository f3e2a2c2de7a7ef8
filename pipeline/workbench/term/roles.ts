/** What each word of a verbatim does beside a term, in words and in the four marks that the page shows. */

export const MARKS = ['matched', 'perhaps', 'aside', 'unexplained'] as const
export type Mark = (typeof MARKS)[number]

export const MARK_WORDS: { readonly [mark in Mark]: string } = {
  matched: 'matched',
  perhaps: 'perhaps',
  aside: 'set aside',
  unexplained: 'not explained',
}

interface RoleWords {
  readonly mark: Mark
  /** Under the word, where the term has none for it. */
  readonly short: string
  /** In full, when the word is looked at. */
  readonly words: string
}

/** By the roles of autocoding (schemas/terms.ts, TokenRole). */
const ROLES: { readonly [role: string]: RoleWords } = {
  exact: { mark: 'matched', short: '', words: 'the same word' },
  stem: { mark: 'matched', short: '', words: 'another form of the word' },
  spelling: { mark: 'matched', short: '', words: 'spelt otherwise' },
  abbreviation: { mark: 'matched', short: '', words: 'an abbreviation' },
  paraphrase: { mark: 'matched', short: '', words: 'other words for it' },
  equivalent: { mark: 'matched', short: '', words: 'means the same' },
  direction: { mark: 'matched', short: '', words: 'says which way' },
  shortened: { mark: 'perhaps', short: 'shortened?', words: 'perhaps shortened' },
  learned: { mark: 'perhaps', short: 'perhaps', words: "perhaps the same, from the dictionary's synonyms" },
  related: { mark: 'perhaps', short: 'alike', words: 'of like letters only' },
  qualifier: { mark: 'aside', short: 'qualifier', words: 'a qualifier that the term may leave out' },
  value: { mark: 'aside', short: 'value', words: 'a measured value' },
  circumstance: { mark: 'aside', short: 'circumstance', words: 'a circumstance' },
  site: { mark: 'aside', short: 'body site', words: 'a part of the body that the term leaves open' },
  symptom: { mark: 'aside', short: 'symptom', words: 'a symptom of the diagnosis' },
  stop: { mark: 'aside', short: '', words: 'says nothing of the event' },
  unexplained: { mark: 'unexplained', short: '?', words: 'not explained by the term' },
}

export function toRoleWords(role: string): RoleWords {
  return ROLES[role] ?? { mark: 'unexplained', short: role, words: role }
}
