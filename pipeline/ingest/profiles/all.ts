/** All profiles. A new system is a new file and a line here. */
import { CASTOR, CASTOR_ODM, CASTOR_OLD } from './castor.ts'
import { CDASH, SDTM } from './cdisc.ts'
import { CLINICAL_ONE_EXTRACT, CLINICAL_ONE_ODM } from './clinical-one.ts'
import { INFORM_ODM, INFORM_PAIRS, INFORM_TABLE } from './inform.ts'
import { OPENCLINICA_3, OPENCLINICA_4, OPENCLINICA_TABLE } from './openclinica.ts'
import type { Profile } from './profile.ts'
import { RAVE_AUDIT, RAVE_DATASET, RAVE_VIEWS } from './rave.ts'
import { REDCAP_LABELS, REDCAP_ODM, REDCAP_RAW } from './redcap.ts'
import { SECUTRIAL_ODM, SECUTRIAL_TABLES, SECUTRIAL_TRAILS } from './secutrial.ts'
import { VIEDOC_CSV, VIEDOC_ITEMS, VIEDOC_ODM } from './viedoc.ts'

export const PROFILES: readonly Profile[] = [
  RAVE_VIEWS,
  RAVE_DATASET,
  RAVE_AUDIT,
  OPENCLINICA_3,
  OPENCLINICA_4,
  OPENCLINICA_TABLE,
  REDCAP_RAW,
  REDCAP_LABELS,
  REDCAP_ODM,
  CASTOR,
  CASTOR_OLD,
  CASTOR_ODM,
  VIEDOC_ODM,
  VIEDOC_CSV,
  VIEDOC_ITEMS,
  SECUTRIAL_TABLES,
  SECUTRIAL_TRAILS,
  SECUTRIAL_ODM,
  INFORM_ODM,
  INFORM_PAIRS,
  INFORM_TABLE,
  CLINICAL_ONE_ODM,
  CLINICAL_ONE_EXTRACT,
  SDTM,
  CDASH,
]
