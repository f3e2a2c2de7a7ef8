/**
 * Texts that name a kind of event and not the event: an infection somewhere, a trouble of some organ. A dictionary may
 * hold them, for reports of which no more can be learned; a site of a running trial can still be asked. Knows English
 * phrases; knows no dictionary.
 */

/** Whole texts: what is missing is where, or of what kind. */
const KINDS = new Set(
  (
    'infection|infections|infected|bacterial infection|viral infection unspecified|inflammation|discomfort|lesion|lesions|mass|masses|lump|lumps|bump|bumps|' +
    'growth|growths|nodule|nodules|tumor|tumour|tumors|tumours|cancer|malignancy|malignant neoplasm|neoplasm|neoplasia|carcinoma|spot|spots|spotting|' +
    'injury|injuries|injured|trauma|accident|accidents|accidental injury|wound|wounds|attack|attacks|spell|spells|episodes|seizing|' +
    'bleeding|bleed|bleeds|hemorrhage|haemorrhage|blood loss|discharge|drainage|swelling|swollen|lump or mass|obstruction|blockage|' +
    'failure|abnormal test|abnormal blood test|blood test abnormal|abnormal bloodwork|abnormal blood work|blood work abnormal|abnormal labs|labs abnormal|' +
    'laboratory test abnormal|abnormal laboratory test|abnormal vital signs|vital signs abnormal|abnormal vitals|vitals abnormal|abnormal exam|abnormal physical exam|' +
    'abnormal scan|abnormal imaging|abnormal xray|abnormal x ray|abnormal ct|abnormal mri|abnormal ct scan|abnormal mri scan|abnormal biopsy|biopsy abnormal|' +
    'abnormal results|abnormal behavior|abnormal behaviour|abnormal vital sign|abnormal ultrasound|toxicity|drug toxicity|intolerance|drug intolerance|drug reaction|medication reaction|' +
    'reaction to drug|reaction to medication|drug effect|complications|postoperative complication|postoperative complications|surgical complication|' +
    'allergy|allergies|irae|iraes|immune related adverse event|immune related adverse events|deficiency|hereditary disease|genetic disorder|autoimmune disease|autoimmune disorder|chronic disease|chronic illness|sick|ill|illness|unwell episode'
  ).split('|'),
)

/** Heads that say only that something is wrong. */
const HEADS =
  'problem|problems|issue|issues|trouble|troubles|complaint|complaints|disorder|disorders|condition|conditions|' +
  'abnormality|abnormalities|abnormal|abnl|change|changes|symptom|symptoms|sx|event|events|finding|findings|concern|concerns'
/** Organs and parts too broad to say with such a head what was wrong. Functions (sleep, balance, memory) are not here. */
const AREAS =
  'eye|ocular|vision|visual|ear|nose|nasal|sinus|throat|ent|mouth|oral|dental|tooth|teeth|gum|head|neck|skin|dermatologic|dermatological|hair|' +
  'chest|heart|cardiac|cardiovascular|cv|lung|pulmonary|respiratory|airway|stomach|gastric|gi|gastrointestinal|tummy|belly|abdominal|abdomen|gut|digestive|bowel|colon|rectal|' +
  'liver|hepatic|gallbladder|pancreas|pancreatic|spleen|kidney|renal|bladder|urinary|urological|prostate|testicular|penile|genital|gynecological|gynaecological|gyn|female|male|' +
  'womb|uterine|ovarian|vaginal|breast|menstrual|blood|hematologic|hematological|haematological|vascular|circulation|circulatory|vein|nerve|neuro|neurological|neurologic|brain|cns|' +
  'mental|psychiatric|psych|psychological|emotional|mental health|muscle|musculoskeletal|msk|bone|joint|back|spine|spinal|knee|hip|shoulder|arm|leg|foot|feet|hand|wrist|ankle|elbow|limb|' +
  'endocrine|hormonal|hormone|metabolic|immune|allergic|infectious|health|medical|body'

const TROUBLE = new RegExp(`^(?:${AREAS})s? (?:${HEADS})$|^(?:${HEADS}) (?:with|of|in|on) (?:${AREAS})s?$`)
/** "Hurt leg" may be a pain or an injury, "bad knees" anything. */
const HURT = new RegExp(`^(?:hurt|bad|funny|weird) (?:${AREAS})s?$`)
/** "Kind of": words that say nothing more. */
const BESIDE =
  /\b(?:left|right|bilateral|both|l|r|lt|rt|the|some|various|multiple|several|unspecified|nos|unknown|other|minor|mild|moderate|severe)\b/g

/** Every text that is meant is shorter, with words beside it. */
const LONGEST = 60

/** @param folded the verbatim after `foldVerbatim` */
export function isVague(folded: string): boolean {
  if (folded.length > LONGEST) return false
  const plain = folded
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(BESIDE, ' ')
    .replace(/ +/g, ' ')
    .trim()
  return KINDS.has(plain) || TROUBLE.test(plain) || HURT.test(plain)
}
