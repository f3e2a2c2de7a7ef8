/** The command table: everything aecoder does from the command line, in the order help shows it. */
import type { Command } from './command.ts'
import {
  ACCOUNT_ACTIVATE,
  ACCOUNT_ADD,
  ACCOUNT_DEACTIVATE,
  ACCOUNT_LIST,
  ACCOUNT_PASSWORD,
  ACCOUNT_ROLES,
} from './commands/account.ts'
import { APPROVE, CODE, REJECT, UNDO } from './commands/acts.ts'
import { APPROVE_ALL, REJECT_ALL } from './commands/approve-all.ts'
import {
  ASK,
  SITE_QUERIES,
  SITE_QUERY_CLOSE,
  SITE_QUERY_EDIT,
  SITE_QUERY_REOPEN,
  SITE_QUERY_SHOW,
} from './commands/ask.ts'
import { DICTIONARY_CHECK, DICTIONARY_SEARCH } from './commands/dictionary.ts'
import { DICTIONARY_SHOW } from './commands/dictionary-browse.ts'
import { DIFF } from './commands/diff.ts'
import { EXPLAIN } from './commands/explain.ts'
import { INIT } from './commands/init.ts'
import { LOGIN, LOGOUT } from './commands/login.ts'
import { MATCH } from './commands/match.ts'
import { ANSWERS, OUTBOX } from './commands/outbox.ts'
import { AUDIT, REPORT } from './commands/oversight.ts'
import { QUEUE } from './commands/queue.ts'
import { REDACT } from './commands/redact.ts'
import { EXPORT, RUN } from './commands/run.ts'
import { SHEET } from './commands/sheet.ts'
import { SIGN_OFF, UNLOCK } from './commands/sign-off.ts'
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
import { TAKE_OVER } from './commands/take-over.ts'
import { VERIFY } from './commands/verify.ts'
import { WATCH } from './commands/watch.ts'
import { WORKBENCH } from './commands/workbench.ts'

export const COMMANDS: readonly Command[] = [
  INIT,
  RUN,
  DIFF,
  WATCH,
  STATUS,
  WORKBENCH,
  QUEUE,
  EXPLAIN,
  CODE,
  SPLIT,
  UNDO,
  ASK,
  SITE_QUERIES,
  OUTBOX,
  ANSWERS,
  APPROVE,
  REJECT,
  APPROVE_ALL,
  REJECT_ALL,
  SHEET,
  TAKE_OVER,
  SIGN_OFF,
  UNLOCK,
  REDACT,
  LOGIN,
  LOGOUT,
  EXPORT,
  REPORT,
  AUDIT,
  VERIFY,
  ACCOUNT_ADD,
  ACCOUNT_LIST,
  ACCOUNT_ROLES,
  ACCOUNT_PASSWORD,
  ACCOUNT_DEACTIVATE,
  ACCOUNT_ACTIVATE,
  SITE_QUERY_SHOW,
  SITE_QUERY_EDIT,
  SITE_QUERY_CLOSE,
  SITE_QUERY_REOPEN,
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
