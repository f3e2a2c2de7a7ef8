/**
 * Normalising: the key under which two spellings of one term meet. Knows English spelling and punctuation; knows no
 * dictionary and no medicine. Unlike the fold it may improve: nothing stored is named by it.
 */
import { foldVerbatim } from './fold.ts'
import { toLook } from './letter-look.ts'
import { PLURAL_SIGNS, toSingular } from './plurals.ts'
import { BRITISH_SIGNS, toAmericanSpelling } from './spelling.ts'
import { WORD_OR_SIGN } from './tokens.ts'

/** For `signs`, a word may have another key than itself. */
const look = toLook([...PLURAL_SIGNS, ...BRITISH_SIGNS])
const ASCII = /^\p{ASCII}*$/u
const LETTER_NAMES: { readonly [letter: string]: string } = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ß: 'ss',
  ł: 'l',
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
}
// With one of these the words' order says who does what to whom ("pain in abdomen"): no turning round a comma.
const RELATION = /(?<!\p{L})(?:of|in|with|without|after|before|due|from|on|and|or|to|by|for|at|during)(?!\p{L})/u

/**
 * A matching key. Folds, drops punctuation that says nothing (a hyphen counts as a blank, apostrophes and the dots
 * of initials vanish), writes British words the American way and plurals as singulars, turns round a single comma
 * ("pain, abdominal"), drops a leading or trailing article. Words are never left out or reordered otherwise; signs
 * that say something (+, %, ?, arrows, numbers) stay. The article "a" stays too: A fib, hepatitis A.
 *
 * Deterministic and idempotent. May be empty, when the text held neither word nor sign.
 */
export function normaliseTerm(text: string): string {
  if (text === lastText) return lastKey
  lastKey = toKey(text)
  lastText = text
  return lastKey
}

function toKey(text: string): string {
  const seen = look(text)
  if (seen === 'other') return toText(listWords(toLatinLetters(text)))
  const folded = text.toLowerCase()
  // Half of a dictionary's names are their own keys.
  return seen === 'signs' || ARTICLE.test(folded) ? toText(folded.split(' ')) : folded
}

function toText(words: readonly string[]): string {
  return withoutArticles(words.map(toWordKey)).join(' ')
}

// One verbatim is looked up in several tables, one after the other.
let lastText = ''
let lastKey = ''

/** The folded text with typographic marks as ASCII ones, Latin letters without accents, Greek letters by name. */
function toLatinLetters(text: string): string {
  if (ASCII.test(text)) return foldVerbatim(text)
  return foldVerbatim(text.replaceAll('´', "'").replaceAll('™', '')) // NFKC would take these two apart
    .replace(/[’‘ʼ′]/g, "'")
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[®©]/g, '')
    .normalize('NFD')
    .replace(/[æœøßłαβγδ]/g, (letter) => LETTER_NAMES[letter] ?? letter)
    .replace(/(?<=[a-z])[\u0300-\u0302\u0304-\u036f]+/g, '') // not the tilde: ano is not año
    .normalize('NFC')
}

function listWords(folded: string): readonly string[] {
  // Each rule looks at the whole text: what it needs is looked for first, as most texts need none.
  let marked = folded
  if (marked.includes('.')) {
    marked = marked.replace(/(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])/gu, (initials) =>
      initials.replaceAll('.', ''),
    )
  }
  if (marked.includes('o-o'))
    marked = marked.replace(/o-o?(?=esoph)|(?<=angi)o-o?(?=edem)/g, 'o') // gastro-oesophageal, angio-oedema
  else if (marked.includes('o-e')) marked = marked.replace(/o-(?=esoph)|(?<=angi)o-(?=edem)/g, 'o')
  if (marked.includes('ve'))
    marked = marked.replace(/([+-])ve(?![\p{L}\p{N}])/gu, (_, sign) => (sign === '+' ? ' positive' : ' negative'))
  if (marked.includes("'") || marked.includes('`')) marked = marked.replace(/['`]/g, '')
  marked = marked.replaceAll('&', ' and ').replaceAll('@', ' at ')
  if (marked.includes('.')) marked = marked.replace(/(?<=^|\s)\.(?=\p{N})/gu, '0.')
  const saysNegative = marked.includes('-') && /-\s*$/.test(marked) // "HIV -"
  if (marked.includes(',')) marked = turnRoundComma(marked)
  const words = ASCII.test(marked) ? scanAscii(marked) : (marked.match(WORD_OR_SIGN) ?? [])
  return saysNegative ? [...words, '-'] : words
}

/** WORD_OR_SIGN for lower-case ASCII, several times as fast: most names are. */
function scanAscii(text: string): readonly string[] {
  const words: string[] = []
  for (let i = 0; i < text.length; ) {
    const start = i
    while (i < text.length && (isLetterOrDigit(text.charCodeAt(i)) || (i > start && joinsNumbers(text, i)))) i += 1
    if (i > start) words.push(text.slice(start, i))
    else {
      if (SIGNS.includes(text.charAt(i))) words.push(text.charAt(i))
      i += 1
    }
  }
  return words
}

const SIGNS = '%#?^+<=>|~$'
const JOINTS = '.,:/'

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isLetterOrDigit(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 122)
}

function joinsNumbers(text: string, at: number): boolean {
  return JOINTS.includes(text.charAt(at)) && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1))
}

function turnRoundComma(text: string): string {
  let at = -1
  for (let next = text.indexOf(','); next !== -1; next = text.indexOf(',', next + 1)) {
    // A comma between digits belongs to the number.
    if (
      NUMBER_BEFORE.test(text.slice(Math.max(0, next - 2), next)) &&
      NUMBER_BEHIND.test(text.slice(next + 1, next + 3))
    )
      continue
    if (at !== -1) return text
    at = next
  }
  if (at === -1 || RELATION.test(text)) return text
  return `${text.slice(at + 1)} ${text.slice(0, at)}`
}

const NUMBER_BEFORE = /\p{N}$/u
const NUMBER_BEHIND = /^\p{N}/u

const ARTICLE = /^(?:the|an) | the$/

function withoutArticles(words: readonly string[]): readonly string[] {
  let start = 0
  let end = words.length
  while (end - start > 1 && isLeadingArticle(words[start], words[start + 1])) start += 1
  while (end - start > 1 && words[end - 1] === 'the') end -= 1
  return words.slice(start, end)
}

function isLeadingArticle(word: string | undefined, next: string | undefined): boolean {
  return word === 'the' || (word === 'an' && /^[aeiouh]/.test(next ?? ''))
}

// Most words come again and again; the bound keeps a stream of odd verbatims from growing the table.
const KNOWN_WORDS = 50_000
const wordKeys = new Map<string, string>()

function toWordKey(word: string): string {
  if (look(word) === 'plain') return word
  const known = wordKeys.get(word)
  if (known !== undefined) return known
  // Again until nothing changes, so that the key of a key is the key.
  let key = word
  for (let before = ''; before !== key; ) {
    before = key
    key = toAmericanSpelling(toSingular(key))
  }
  if (wordKeys.size >= KNOWN_WORDS) wordKeys.clear()
  wordKeys.set(word, key)
  return key
}
