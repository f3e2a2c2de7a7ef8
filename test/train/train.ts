/**
 * `npm run train`: fits the model of the matcher to what the project may hold (its own dictionary, noise, its own gold
 * verbatims) and writes pipeline/autocode/model/model.json for review.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dictionary } from '../../dictionaries/dictionary.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { TermIndex } from '../../dictionaries/text/term-index.ts'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../pipeline/autocode/autocoder.ts'
import { Confidence } from '../../pipeline/autocode/confidence.ts'
import { FEATURES, Matcher, type MatchTexts } from '../../pipeline/autocode/matcher.ts'
import { toClopperPearsonLower } from '../../pipeline/autocode/model/lower-bound.ts'
import type { ModelPromise } from '../../pipeline/autocode/model/model.ts'
import { DEFAULT_DICTIONARY, openDictionary, openLexicon } from '../../pipeline/coding-kits.ts'
import { isCodedOutcome } from '../../schemas/outcomes.ts'
import { toRandom } from '../generators/random.ts'
import { drawExamples, type Example } from './examples.ts'
import { fitConfidence, fitRanking, toNamed } from './fit.ts'
import { type GoldRow, readGold } from './gold.ts'
import type { Random } from './noise.ts'

const SEED = 20_261_122
const MODEL = join(import.meta.dirname, '..', '..', 'pipeline', 'autocode', 'model', 'model.json')
/** Drawn per dictionary. */
const DRAWN = 8000
/** A gold verbatim counts as much as so many drawn ones: it is what sites really write. */
const GOLD_WEIGHT = 3
/** Of a thin dictionary's names beside those of its concepts. */
const THIN_SHARE = 0.2
const FOLDS = 5
/** Enough to see what a model without the fold says. */
const FOLD_ROUNDS = 25
const PRECISIONS = [0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995]

/**
 * How many times as likely to be wrong as all together the least sure of them may be. The gold verbatims are few: without
 * it two or three of them move a threshold far down.
 */
const MOST_UNSURE = 15

/** No threshold: what passes the other gates is coded. */
const EVERYTHING: ModelPromise = { precision: 1, probability: 0, coded: 0, right: 0, lowerBound: 0 }

const random = toRandom(SEED)
const dictionary = await openDictionary(DEFAULT_DICTIONARY.path)
const lexicon = await openLexicon()
const start = toWeights(JSON.parse(readFileSync(MODEL, 'utf8')).ranking)
const gold = readGold('tune')

const worlds = [dictionary.listIndexed(), toThin(dictionary, random)].map((texts) => new Matcher(texts, lexicon, start))
process.stderr.write('drawing examples\n')
let examples = worlds.flatMap((matcher, i) => collect(matcher, i))
const ranking = fitRanking(examples.map(toWeighted), start)
process.stderr.write(`ranking: ${JSON.stringify(toNamed(ranking))}\n`)
// With the new weights other concepts stand first, and that is what the probability is about.
for (const matcher of worlds) matcher.weights = ranking
examples = worlds.flatMap((matcher, i) => collect(matcher, i))
const confidence = fitConfidence(examples.map(toWeighted), random)
report(examples, new Confidence(confidence))
const evidence = listEvidence()
for (const { verbatim, probability, isRight, isOpen } of evidence)
  if (isOpen && !isRight) process.stderr.write(`wrong at ${probability}: ${verbatim}\n`)
const promises = toPromises(evidence)
const reliability = toReliability(evidence)
process.stderr.write(`${JSON.stringify({ promises, reliability }, null, 1)}\n`)
writeFileSync(
  MODEL,
  `${JSON.stringify({ ranking: toNamed(ranking), confidence, promises, reliability }, toRounded, 1)}\n`,
)

function toRounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}

function toWeights(ranking: { readonly [feature: string]: number }): Float64Array {
  return Float64Array.from(FEATURES, (name) => ranking[name] ?? 0)
}

function toWeighted(example: Example): Example & { readonly weight: number } {
  return { ...example, weight: example.kind === 'gold' ? GOLD_WEIGHT : 1 }
}

/** A dictionary of few synonyms: each concept's own name and a fifth of the others. */
function toThin(whole: Dictionary, chance: Random): MatchTexts {
  const indexed = whole.listIndexed()
  const { texts, concepts, conceptCount } = indexed
  const kept = [...texts.keys()].filter((text) => {
    const [found] = indexed.listTerms(text)
    return found?.term.code === found?.term.conceptCode || chance() < THIN_SHARE
  })
  return {
    texts: kept.map((text) => texts[text] ?? ''),
    concepts: Int32Array.from(kept, (text) => concepts[text] ?? 0),
    conceptCount,
    listTerms: (text) => indexed.listTerms(kept[text] ?? -1),
    index: new TermIndex(kept.map((text) => normaliseTerm(texts[text] ?? ''))),
  }
}

function collect(matcher: Matcher, world: number): Example[] {
  return [...drawExamples(matcher, DRAWN, toRandom(SEED + world)), ...matchGold(matcher, gold)]
}

function matchGold(matcher: Matcher, rows: readonly GoldRow[]): Example[] {
  const { texts, concepts } = matcher.terms
  const conceptByName = new Map(texts.map((name, text) => [name, concepts[text] as number]))
  return rows.flatMap(({ verbatim, domain, concepts: names, route }) => {
    const [name] = names
    if (names.length !== 1 || name === undefined || route === 'split' || route === 'query') return []
    const concept = conceptByName.get(name) ?? -1
    const { ranked } = matcher.match(verbatim, { domain })
    return [
      {
        kind: 'gold' as const,
        verbatim,
        ranked,
        right: ranked.findIndex((each) => each.concept === concept),
        group: concept,
      },
    ]
  })
}

/** A gold verbatim with the probability of a model that did not learn from it. */
interface Evidence {
  readonly verbatim: string
  /** 1 where a rule coded. */
  readonly probability: number
  /** Whether the first concept is the one that the gold says; of a split or a question to the site none is. */
  readonly isRight: boolean
  /** Whether it passes every gate but the threshold. */
  readonly isOpen: boolean
}

/** Each gold verbatim is judged by a model fitted without its fold. */
function listEvidence(): readonly Evidence[] {
  const own = examples.filter(({ kind }) => kind === 'gold')
  const drawn = examples.filter(({ kind }) => kind !== 'gold')
  const found: Evidence[] = []
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const learned = [...drawn, ...own.filter(({ verbatim }) => toFold(verbatim) !== fold)]
    const model = fitConfidence(learned.map(toWeighted), toRandom(SEED + fold), { rounds: FOLD_ROUNDS })
    const coder = toAutocoder({
      dictionary,
      lexicon,
      model: { ranking: toNamed(ranking), confidence: model, promises: [EVERYTHING], reliability: [] },
    })
    for (const { verbatim, domain, concepts, route } of gold.filter((row) => toFold(row.verbatim) === fold)) {
      const { outcome, confidence: probability, candidates } = autocode(verbatim, coder, domain)
      const name = candidates[0]?.path.at(-2)?.text
      const isRight = (route === 'code' || route === 'review') && name === concepts[0]
      found.push({ verbatim, probability, isRight, isOpen: isCodedOutcome(outcome) })
    }
  }
  return found
}

function toFold(verbatim: string): number {
  return (createHash('sha256').update(verbatim).digest()[1] ?? 0) % FOLDS
}

/** For each precision the lowest probability from which on it was held. */
function toPromises(all: readonly Evidence[]): readonly ModelPromise[] {
  const open = all.filter(({ isOpen }) => isOpen).sort((a, b) => b.probability - a.probability)
  return PRECISIONS.flatMap((precision) => {
    let coded = 0
    let right = 0
    let best: ModelPromise | undefined
    for (const [i, { probability, isRight }] of open.entries()) {
      coded += 1
      if (isRight) right += 1
      // Equal probabilities are over a threshold together.
      if (probability === open[i + 1]?.probability || right / coded < precision) continue
      if (probability < 1 - MOST_UNSURE * (1 - precision)) continue
      best = { precision, probability, coded, right, lowerBound: toClopperPearsonLower(right, coded) }
    }
    return best === undefined ? [] : [best]
  })
}

function toReliability(all: readonly Evidence[]): readonly object[] {
  return Array.from({ length: 10 }, (_, bin) => {
    const own = all.filter(({ probability }) => Math.min(9, Math.floor(probability * 10)) === bin)
    const right = own.filter(({ isRight }) => isRight).length
    const mean = own.reduce((sum, { probability }) => sum + probability, 0) / Math.max(1, own.length)
    return { from: bin / 10, to: (bin + 1) / 10, verbatims: own.length, right, meanProbability: mean }
  })
}

function report(all: readonly Example[], model: Confidence): void {
  for (const kind of ['held-out', 'noisy', 'hard', 'absent', 'gold'] as const) {
    const own = all.filter((example) => example.kind === kind)
    const right = own.filter((example) => example.right === 0).length
    const mean = own.reduce((sum, { ranked }) => sum + model.of(ranked), 0) / own.length
    process.stderr.write(
      `${kind}: ${own.length}, first right ${((100 * right) / own.length).toFixed(1)} %, mean probability ${(100 * mean).toFixed(1)} %\n`,
    )
  }
}
