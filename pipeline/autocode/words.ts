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

/** Words between two things that are not the same the other way round. */
export const RELATION_WORDS: ReadonlySet<string> = new Set(
  'without after before due from following secondary caused by post during'.split(' '),
)
/** Words by which a term says that one thing comes of another. */
export const CAUSE_WORDS: ReadonlySet<string> = new Set(
  'post after following due from of in by with induced related associated secondary caused mediated reactive during on to'.split(
    ' ',
  ),
)
/** What was tried in the trial: never part of an event's own name. */
export const TRIAL_TREATMENTS: ReadonlySet<string> = new Set(
  'drug medication medicine treatment therapy study product'.split(' '),
)
