/** Texts that name no event at all, so that only the site can say what was meant. Knows English phrases; knows no dictionary. */

export type UncodableKind = 'placeholder' | 'reference' | 'outcome' | 'unspecific' | 'vague'

const PHRASES: Readonly<Record<Exclude<UncodableKind, 'vague'>, string>> = {
  placeholder:
    'unk|unknown|uk|na|n a|not applicable|none|nil|nothing|no|yes|y|n|not known|not done|nd|not available|tbd|tbc|pending|to follow|' +
    'to be determined|to be confirmed|missing|blank|test|other|others|other specify|xx|xxx|unspecified|not specified|not reported|nr|none stated|no event|' +
    'no ae|no aes|no adverse event|no adverse events|none reported|error|entered in error|delete|void|not codable|unreadable|illegible|question',
  reference:
    'see above|as above|see below|as below|same|same as above|same as before|same as previous|same event|ditto|idem|see comment|' +
    'see comments|see note|see narrative|see sae|see sae form|see sae report|see mh|see medical history|see attached|see previous|see prior|as before|' +
    'as previous|as previously reported|previously reported|already reported|see other|refer to above|refer to sae|see ae|see cm|see log|see source|per above|above|see page',
  outcome:
    'death|dead|died|deceased|fatal|fatal outcome|patient died|pt died|expired|passed away|hospitalization|hospitalisation|' +
    'hospitalized|hospitalised|hospital admission|admitted|admitted to hospital|hospital stay|hospital visit|er visit|ed visit|emergency room visit|icu admission|ongoing|' +
    'continuing|resolved|recovered|recovering|improved|improving|stable|worse|worsening|worsened|better|felt better|feeling better|feels better|feel better|much better|improvement|no change|unchanged|discontinued|withdrawn|' +
    'drop out|dropout|dose reduced|dose reduction|dose held|drug held|stopped|life threatening|disabled|recurrence|relapse|progression|disease progression|progressive disease|progression of disease|tumor progression|tumour progression|pd|flare|flare up|exacerbation|episode|onset',
  unspecific:
    'ae|aes|sae|saes|susar|adverse event|adverse events|adverse reaction|side effect|side effects|reaction|event|symptom|symptoms|sx|complaint|complaints|' +
    'problem|problems|issue|issues|disease|illness|disorder|syndrome|condition|medical condition|complication|complications|diagnosis|finding|findings|' +
    'abnormal|abnormality|abnormal lab|abnormal labs|abnormal lab value|abnormal lab values|lab abnormality|lab abnormalities|laboratory abnormality|laboratory abnormalities|abnormal laboratory|' +
    'abnormal laboratory value|abnormal laboratory values|abnormal test|abnormal test result|abnormal result|abnormal results|abnormal finding|abnormal findings|out of range|lab|labs|laboratory|' +
    'lab values|lab value|lab test|labs drawn|blood test|blood tests|vital signs|surgery|operation|procedure|surgical procedure|treatment|medication|medications|meds|' +
    'concomitant medication|drug|study drug|ip|vaccine|vaccination|injection|infusion|dose|visit|screening|baseline|follow up|followup|general|various|multiple|several|history|medical history',
}

const KIND_BY_PHRASE: ReadonlyMap<string, UncodableKind> = new Map(
  Object.entries(PHRASES).flatMap(([kind, phrases]) =>
    phrases.split('|').map((phrase) => [phrase, kind as UncodableKind]),
  ),
)

/** @param folded the verbatim after `foldVerbatim` */
export function findUncodable(folded: string): UncodableKind | undefined {
  const plain = folded.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
  // Numbers name no event either: an item, a date, a visit.
  if (/^(?:as )?per\b/.test(plain)) return 'reference'
  if (
    /^(?:[\d ]|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b)+$/.test(
      plain,
    )
  )
    return 'placeholder'
  return KIND_BY_PHRASE.get(plain) ?? KIND_BY_PHRASE.get(plain.replace(/ ?\b(?:\d+|x\d+)\b/g, '').trim())
}

/** Why nothing can be coded, as a sentence, and what to ask the site without leading it. */
export function toUncodableWords(
  kind: UncodableKind,
  verbatim: string,
): { readonly reason: string; readonly query: string } {
  switch (kind) {
    case 'placeholder':
      return { reason: `"${verbatim}" stands in for a term`, query: 'Please enter the event or condition in words.' }
    case 'reference':
      return {
        reason: `"${verbatim}" refers to another entry`,
        query: 'Please enter the event or condition itself: each entry is coded alone.',
      }
    case 'outcome':
      return {
        reason: `"${verbatim}" says what came of an event, or what was done, and not what it was`,
        query: 'Please enter the event or condition that led to this.',
      }
    case 'unspecific':
      return {
        reason: `"${verbatim}" does not say what happened`,
        query: 'Please describe the event or condition: what was it?',
      }
    case 'vague':
      return {
        reason: `"${verbatim}" says too little of what happened`,
        query: 'Please say more of the event or condition: what exactly was it, and where?',
      }
  }
}
