/** Approval in bulk, review since the last signature on the page and as a spreadsheet, signing off and unlocking. */
import {
  JudgedMany,
  JudgeManyBody,
  Preview,
  PreviewBody,
  Review,
  ReviewQuery,
  SheetBody,
  SheetQuery,
  SheetTaken,
  type SignatureView,
  SignOffBody,
  SignOffView,
  UnlockBody,
} from '../../../schemas/api/approval.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import {
  AecoderError,
  type Desk,
  isSamePerson,
  judgeMany,
  readSheet,
  type Signature,
  type SignedIn,
  signOff,
  unlockStudy,
  type VerdictFilter,
} from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'

const TERMS_SHOWN = 100
/** Base64 is not used, JSON's escapes are: a sheet of the size allowed fits. */
const SHEET_LIMIT = 6 * 1024 * 1024

export const APPROVAL_ROUTES: readonly Route[] = [
  toStudyRoute({
    method: 'GET',
    path: '/review',
    summary: 'What is new or changed since the last signature, serious and frequent terms first',
    permission: 'read-terms',
    query: ReviewQuery,
    answer: Review,
    async run({ desk, query }) {
      const { since, terms, next } = await desk.aside.read('listSince', {
        limit: TERMS_SHOWN,
        ...withoutUndefined(query),
      })
      return { since, next, terms: terms as Review['terms'] }
    },
  }),
  toStudyRoute({
    method: 'GET',
    path: '/review/sheet',
    summary: 'The same as a spreadsheet, with columns for the verdict and its reason',
    permission: 'approve',
    query: SheetQuery,
    answer: 'file',
    async run({ desk, query }) {
      const { name, text } = await desk.aside.read('writeSheet', withoutUndefined(query))
      return { name, type: 'text/csv', text }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/review/sheet',
    summary: 'Take a marked spreadsheet back: all its verdicts, or none where one row cannot be taken',
    permission: 'approve',
    needsPassword: true,
    bodyLimit: SHEET_LIMIT,
    body: SheetBody,
    answer: SheetTaken,
    run: ({ desk, body, person }) =>
      readSheet(desk.study, {
        store: desk.store,
        actor: person.actor,
        file: { name: body.name ?? 'the sheet', open: () => toBytes(body.text) },
      }),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/approvals/preview',
    summary: 'What a verdict in bulk would touch, what it leaves out and why; writes nothing',
    permission: 'approve',
    body: PreviewBody,
    answer: Preview,
    run: async ({ desk, body, person }) =>
      (await desk.aside.read('previewVerdicts', {
        actor: person.actor,
        filter: toFilter(body.filter),
      })) as Preview,
  }),
  toStudyRoute({
    method: 'POST',
    path: '/approvals',
    summary: 'Approve or reject just the codes that a preview showed, in one go',
    permission: 'approve',
    needsPassword: true,
    body: JudgeManyBody,
    answer: JudgedMany,
    run: ({ desk, body, person }) =>
      judgeMany(desk.study, {
        store: desk.store,
        actor: person.actor,
        filter: toFilter(body.filter),
        token: body.token,
        kind: body.kind,
        reason: body.reason ?? null,
        ...(body.confirm === undefined ? {} : { confirm: body.confirm }),
      }),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/sign-off',
    summary: 'The signature in force, all before it, what is owed before the next, and what is held',
    permission: 'read-terms',
    answer: SignOffView,
    run: ({ desk }) => viewSignOff(desk),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/sign-off',
    summary: 'Sign the study off: name and password again; locks the codes that it covers',
    permission: 'sign-off',
    needsPassword: true,
    body: SignOffBody,
    answer: SignOffView,
    async run({ desk, body, person }) {
      checkName(body.name, person)
      await signOff(desk.study, {
        store: desk.store,
        kits: desk.kits,
        actor: person.actor,
        fullName: person.fullName,
        meaning: body.meaning,
        seen: body.seen,
        isIncomplete: body.isIncomplete ?? false,
        reason: body.reason ?? null,
      })
      return viewSignOff(desk)
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/unlock',
    summary: 'Unlock what is signed, with a reason: people may code again, and the next run takes in what is held',
    permission: 'unlock',
    needsPassword: true,
    body: UnlockBody,
    answer: SignOffView,
    async run({ desk, body, person }) {
      const { actor, fullName } = person
      await unlockStudy(desk.study, { store: desk.store, actor, fullName, reason: body.reason })
      return viewSignOff(desk)
    },
  }),
]

async function viewSignOff({ aside }: Desk): Promise<SignOffView> {
  const { signature, history, held, ...state } = await aside.read('readSignOffState', {})
  return {
    ...state,
    owed: { ...state.owed },
    signature: signature && toView(signature),
    history: history.map(toView),
    held: held && { ...held, transfers: held.transfers.map(({ asOf, input }) => ({ asOf, input })) },
  }
}

/** Numbers of transfers are the store's own. */
function toView({ transferNo: _no, ...signature }: Signature): SignatureView {
  return signature
}

/** A signature has two parts, the name and the password: the name is typed too. */
function checkName(typed: string, { name, fullName }: SignedIn): void {
  if (isSamePerson(typed, name) || isSamePerson(typed, fullName)) return
  throw new AecoderError('SIGN_IN_REFUSED', {
    where: 'the signature',
    found: 'another name than that of who is signed in',
    expected: `${name}, or ${fullName}`,
  })
}

function toFilter(filter: Static<typeof PreviewBody>['filter']): VerdictFilter {
  return withoutUndefined(filter)
}

/** What was left out of a request is left out of what the library is asked. */
function withoutUndefined<T extends object>(given: T): { [name in keyof T]: Exclude<T[name], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}

async function* toBytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
