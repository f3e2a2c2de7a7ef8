/** The singular of one lower-case English or Latin word. Knows word endings; knows no dictionary. */

/** Ends like a plural and is none, or names something else than its singular would (aids, shingles, ARDS). */
const NO_PLURAL = new Set(
  (
    'diabetes herpes ascites rabies scabies caries facies series species feces faeces menses tabes pubes stapes nates ' +
    'pancreas psoas atlas bias canvas whereas asbestos chaos lens pons mons dens news always besides perhaps does ' +
    'biceps triceps quadriceps forceps hydrops mumps measles shingles hives rickets yaws piles bends blues glasses crabs ' +
    'aids ards sars mers pots sids tens'
  ).split(' '),
)

const IRREGULAR = new Map(
  (
    'teeth tooth|feet foot|children child|men man|women woman|lice louse|calves calf|lenses lens|crises crisis|' +
    'testes testis|axes axis|calories calorie|bronchi bronchus|fungi fungus|thrombi thrombus|emboli embolus|' +
    'bacilli bacillus|foci focus|calculi calculus|naevi naevus|nevi nevus|rhonchi rhonchus|tophi tophus|' +
    'diverticula diverticulum|bacteria bacterium|septa septum|ova ovum|ganglia ganglion|phalanges phalanx|' +
    'varices varix|cortices cortex|lentigines lentigo|meninges meninx|gases gas|biases bias|does does|' +
    'doses dose|overdoses overdose|underdoses underdose|noses nose|roses rose|hoses hose|poses pose|loses lose|' +
    'closes close|exposes expose|uses use|abuses abuse|misuses misuse|fuses fuse|excuses excuse|muses muse|' +
    'toes toe|shoes shoe|throes throe|detaches detach|attaches attach'
  )
    .split('|')
    .map((pair) => pair.split(' ') as [string, string]),
)

/** Letters without which `toSingular` leaves a word alone, for `toLook`: how a plural ends. */
export const PLURAL_SIGNS: readonly string[] = [
  's ',
  'ae ',
  'ta ',
  ...[...IRREGULAR.keys()].map((plural) => `${plural.slice(-2)} `),
]

/** The first rule that fits decides. */
const RULES: readonly (readonly [pattern: RegExp, singular: string])[] = [
  [/(?:ss|us|is)$/, '$&'], // abscess, tinnitus, arthritis
  [/ophthalmos$/, '$&'],
  [/(?<=[a-z]{2})mata$/, 'ma'], // fibromata
  [/(?<=[a-z]{3})ae$/, 'a'], // vertebrae
  [/(?<=[a-z]{2})ies$/, 'y'],
  [/(?<![eo])aches$/, 'ache'], // headaches, but not reaches, coaches
  [/(ss|x|ch|sh)es$/, '$1'],
  [/([ao])uses$/, '$1use'], // causes, houses
  [/uses$/, 'us'], // viruses
  [/oses$/, 'osis'],
  [/yses$/, 'ysis'],
  [/(?<!e)eses$/, 'esis'],
  [/stases$/, 'stasis'],
  [/iases$/, 'iasis'],
  [/toes$/, 'to'], // mosquitoes; toes themselves are irregular
  [/s$/, ''],
]

/**
 * The singular of one lower-case word of ASCII letters; any other word comes back as it is. Made for comparing:
 * a word that is none (nigrican) does no harm as long as both sides get it and it names nothing else.
 */
export function toSingular(word: string): string {
  const irregular = IRREGULAR.get(word)
  if (irregular !== undefined) return irregular
  if (word.length < 4 || NO_PLURAL.has(word) || !/^[a-z]+$/.test(word)) return word
  if (!/[aeiouy]/.test(word)) return word // initials: HLHS is not several HLH
  for (const [pattern, singular] of RULES) if (pattern.test(word)) return word.replace(pattern, singular)
  return word
}
