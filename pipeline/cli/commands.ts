/** The command table: everything aecoder does from the command line, in the order help shows it. */
import type { Command } from './command.ts'
import { APPROVE, CODE, REJECT, UNDO } from './commands/acts.ts'
import { DICTIONARY_CHECK, DICTIONARY_SEARCH } from './commands/dictionary.ts'
import { DICTIONARY_SHOW } from './commands/dictionary-browse.ts'
import { EXPLAIN } from './commands/explain.ts'
import { INIT } from './commands/init.ts'
import { MATCH } from './commands/match.ts'
import { AUDIT, REPORT } from './commands/oversight.ts'
import { QUEUE } from './commands/queue.ts'
import { REDACT } from './commands/redact.ts'
import { EXPORT, RUN } from './commands/run.ts'
import { SPLIT } from './commands/split.ts'
import { STATUS } from './commands/status.ts'
import {
  SYNONYMS_APPROVE,
  SYNONYMS_EXPORT,
  SYNONYMS_IMPORT,
  SYNONYMS_LIST,
  SYNONYMS_PROPOSE,
  SYNONYMS_REJECT,
  SYNONYMS_RETIRE,
} from './commands/synonyms.ts'
import { VERIFY } from './commands/verify.ts'

export const COMMANDS: readonly Command[] = [
  INIT,
  RUN,
  STATUS,
  QUEUE,
  EXPLAIN,
  CODE,
  SPLIT,
  UNDO,
  APPROVE,
  REJECT,
  REDACT,
  EXPORT,
  REPORT,
  AUDIT,
  VERIFY,
  MATCH,
  DICTIONARY_CHECK,
  DICTIONARY_SEARCH,
  DICTIONARY_SHOW,
  SYNONYMS_LIST,
  SYNONYMS_PROPOSE,
  SYNONYMS_APPROVE,
  SYNONYMS_REJECT,
  SYNONYMS_RETIRE,
  SYNONYMS_IMPORT,
  SYNONYMS_EXPORT,
]
