/** Small closed sets of words that say how a text is built, in English. Knows words; knows no dictionary. */

/** Words that carry no meaning of their own between the words of a term. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'an the of in on at to for by from with and or as is was are were be been has had have having his her their my ' +
    'its it this that which who she he they there also into onto upon per via some any'
  ).split(' '),
)

/** What a term may hold beyond the verbatim without meaning anything else. */
export const LIGHT_WORDS: ReadonlySet<string> = new Set(
  'nos nec unspecified unknown level count value test blood serum plasma finding result site disease disorder syndrome symptom condition'.split(
    ' ',
  ),
)

/** Units of measured values; the parts of a compound unit each. */
export const UNITS: ReadonlySet<string> = new Set(
  (
    'mg g kg mcg ug ng pg l dl ml ul fl mmol umol nmol pmol mol meq u iu miu ku k x10 e9 e12 mm3 mm cm m cells cell bpm ' +
    'mmhg kpa c f lb lbs ms msec sec s % hpf lpf uln lln ratio units unit µg μg µl μl µmol μmol ° °c °f degree bp min'
  ).split(' '),
)
