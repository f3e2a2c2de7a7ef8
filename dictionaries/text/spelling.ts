/** British to American spelling of one lower-case word. Knows spelling rules; knows no dictionary. */

/**
 * Rules, applied in order, anywhere in the word unless anchored. General `ae → e` and `oe → e` would hurt (toe,
 * gastroenteritis, electroencephalogram, aerophagia), so each rule names the stem it is for.
 */
const RULES: readonly (readonly [pattern: RegExp, american: string])[] = [
  [/haem/g, 'hem'],
  [/aemi/g, 'emi'], // anaemia, hyperkalaemic
  [/paeni/g, 'peni'], // neutropaenia
  [/aesth/g, 'esth'], // anaesthetic, paraesthesia
  [/paed/g, 'ped'], // paediatric, orthopaedic
  [/angio+edem/g, 'angioedem'], // this o is angio's, here and there
  [/(?<!angi)oedem/g, 'edem'],
  [/^oesoph/, 'esoph'],
  [/ooesoph/g, 'oesoph'], // gastro-oesophageal; the o of gastroesophageal is gastro's
  [/^(anti)?oestr/, '$1estr'],
  [/rrhoe/g, 'rrhe'], // diarrhoea, seborrhoeic
  [/pnoe/g, 'pne'], // dyspnoea
  [/foet/g, 'fet'],
  [/coeli/g, 'celi'],
  [/caec/g, 'cec'],
  [/faec/g, 'fec'],
  [/caes(?=ar|iu)/g, 'ces'], // caesarean, caesium
  [/naev/g, 'nev'],
  [/gynaec/g, 'gynec'],
  [/aetiolog/g, 'etiolog'],
  [/phaeochrom/g, 'pheochrom'],
  [/melaen/g, 'melen'],
  [/taeni/g, 'teni'],
  [/perinae/g, 'perine'],
  [/spirochaet/g, 'spirochet'],
  [/amoeb/g, 'ameb'],
  [/homoeo/g, 'homeo'],
  [/manoeuvre/g, 'maneuver'],
  [/leuca?em/g, 'leukem'],
  [/leuco(?!vorin)/g, 'leuko'],
  [/lach?rym/g, 'lacrim'],
  [/sulph/g, 'sulf'],
  [/mould/g, 'mold'],
  [/(tum|col|od|hum|behavi|lab|fav|flav|rig|vap|neighb|hon)our/g, '$1or'],
  [/isation(?=al$|$)/, 'ization'],
  // Not after a vowel (bruise, raised, noise) and not in short words (rise, arise, wise).
  [/(?<=[a-z]{2}[^aeou])is(?=(?:e|ed|er|ing|able)$)/, 'iz'],
  [/lys(?=(?:e|ed|er|ing)$)/, 'lyz'], // analyse, paralysed
  [/([tb])re$/, '$1er'], // fibre, litre, centre, goitre
  [/^fibre(?=o)/, 'fiber'], // fibreoptic
  [/logue$/, 'log'],
  [/(label|travel|counsel|cancel|tunnel|channel|level|model)l(?=(?:ed|ing|er)$)/, '$1'],
  [/tranquilli/, 'tranquili'],
  [/^aluminium$/, 'aluminum'],
  [/^ageing$/, 'aging'],
  [/^grey/, 'gray'],
  [/^disk$/, 'disc'], // American texts have both
  [/^programme$/, 'program'],
]

/** Letters without which `toAmericanSpelling` leaves a word alone, for `toLook`: some of each rule. */
export const BRITISH_SIGNS: readonly string[] =
  'ae oe our isa ise isi lys tre bre leu ogu lle lli hry cry lph oul nqu umi gei gre isk rog'.split(' ')

// One look that spares most words the forty rules.
const MAY_CHANGE =
  /[ao]e|our|is(?:ation|(?:e|ed|er|ing|able)$)|lys|[tb]re|leuc|logue|ll[ei]|crym|chrym|sulph|mould|alumin|agei|grey|disk|programme/

/** The American spelling of one lower-case word; the word itself where no rule applies. */
export function toAmericanSpelling(word: string): string {
  if (!MAY_CHANGE.test(word)) return word
  let spelling = word
  for (const [pattern, american] of RULES) spelling = spelling.replace(pattern, american)
  return spelling
}
