/** One term in full: what was written, what it may mean, what stands, and what can be done. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CandidateView, TermView } from '../../../schemas/api/terms.ts'
import { LIST_SCOPES, type ListScope } from '../../../schemas/lists.ts'
import { DictionaryBrowser } from '../dictionary/browser.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keycap } from '../parts/keycap.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { StateMark } from '../parts/state-mark.tsx'
import { count, toDay, toOutcomeWords } from '../parts/words.ts'
import { useKeys } from '../shell/keys.ts'
import { useSeat } from '../shell/session.ts'
import { announce, tell } from '../shell/toasts.tsx'
import type { Asked } from '../site-queries/ask-dialog.tsx'
import { SCOPE_WORDS } from '../synonyms/scopes.ts'
import { type Act, isReplacing } from './act.ts'
import { Aligned } from './alignment.tsx'
import { Candidates } from './candidates.tsx'
import { type Chosen, toChosen, toChosenAgain } from './chosen.ts'
import { Former } from './former.tsx'
import { Standing } from './standing.tsx'
import { Tabs } from './tabs.tsx'
import { type Redacted, TermDialog, type TermDialogName } from './term-dialogs.tsx'

/** What was meant for a term before somebody else was first: shown again, reason and all. */
export interface Draft {
  readonly act: Act
  /** What the server said. */
  readonly words: string
}
interface Open {
  readonly name: TermDialogName
  /** The decision that stood when it was opened: what comes meanwhile was not looked at. */
  readonly seen: string | null
}

export function TermPane({
  view,
  place,
  draft,
  onAct,
  onUndoLast,
  onNote,
  onAsk,
  onRedact,
  onClose,
}: {
  view: TermView
  /** "4 of 864" */
  place: string
  draft: Draft | undefined
  /** @returns whether the server said yes */
  onAct: (view: TermView, act: Act, seen: string | null) => Promise<boolean>
  /** Takes back what this person did last, where there is something. */
  onUndoLast: (() => void) | undefined
  onNote: (view: TermView, text: string) => void
  onAsk: (view: TermView, asked: Asked) => void
  onRedact: (view: TermView, redacted: Redacted) => void
  onClose: () => void
}) {
  const { may } = useSeat()
  const { row, proposal, decision } = view
  const [chosen, setChosen] = useState<Chosen | undefined>(() => toDraftChosen(draft, view))
  const [preview, setPreview] = useState<CandidateView>()
  const [open, setOpen] = useState<Open>()
  const [synonym, setSynonym] = useState<ListScope | ''>('')
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.closest('.queue-list, .term'))
      heading.current?.focus({ preventScroll: true })
  }, [])
  const standing = decision?.id ?? null
  const act = (next: Act, seen = standing) => void onAct(view, next, seen)
  const show = (name: TermDialogName) => setOpen({ name, seen: standing })
  const done = (next: () => void) => {
    setOpen(undefined)
    next()
  }
  const mayCode = may('code')
  const hasCode = decision !== null && decision.codes.length > 0
  const mayJudge = may('approve') && decision?.approval === 'pending' && view.mayApprove
  const choose = (next: Chosen | undefined) => {
    setChosen(next)
    if (next !== undefined) announce(`${next.text} chosen. Enter codes.`)
  }
  const toCodeAct = (reason?: string): Act => ({
    kind: 'code',
    codes: chosen === undefined ? [] : [{ term: chosen.code, text: chosen.text }],
    ...(reason === undefined ? {} : { reason }),
    ...(synonym === '' ? {} : { synonym }),
  })
  const code = () => {
    if (chosen === undefined)
      tell({ kind: 'busy', text: 'Choose a candidate first: 1 to 9, or / to search the dictionary.' })
    else if (isReplacing(view)) show('replace')
    else act(toCodeAct())
  }
  const undo = () => {
    if (hasCode) show('undo')
    else onUndoLast?.()
  }
  useKeys('Term', [
    ...(mayCode
      ? [
          {
            keys: '1|2|3|4|5|6|7|8|9',
            words: 'Take a candidate',
            run: (pressed: string) => {
              const candidate = proposal.candidates[Number(pressed) - 1]
              if (candidate !== undefined) choose(toChosen(candidate.path, 'candidates'))
            },
          },
          { keys: 'Enter', words: 'Code to the chosen term and move on', run: () => code() },
          ...(may('propose-synonym')
            ? [
                {
                  keys: 'y',
                  words: 'Propose the code as a synonym too',
                  run: () => setSynonym(synonym === '' ? 'study' : ''),
                },
              ]
            : []),
          { keys: 's', words: 'Split into several events', run: () => show('split') },
          { keys: 'u', words: 'Take back the code, or what you did last', run: undo },
        ]
      : []),
    ...(mayJudge
      ? [
          { keys: 'a', words: 'Approve', run: () => act({ kind: 'approve' }) },
          { keys: 'r', words: 'Reject, with a reason', run: () => show('reject') },
        ]
      : []),
    ...(may('ask-site') ? [{ keys: 'q', words: 'Ask the site', run: () => show('ask') }] : []),
    ...(may('redact') ? [{ keys: 'h', words: 'Hide words, such as a name', run: () => show('redact') }] : []),
    ...(may('note') ? [{ keys: 'n', words: 'Write a note', run: () => show('note') }] : []),
    { keys: '/', words: 'Search the dictionary', run: () => document.getElementById('dictionary-search')?.focus() },
    { keys: 'Escape', words: 'Close the term', run: onClose },
  ])
  const shown =
    preview ?? proposal.candidates.find(({ path }) => path.at(-1)?.code === chosen?.code) ?? proposal.candidates[0]
  return (
    <>
      <article class="term" aria-labelledby="term-heading">
        <header class="term-head">
          <p class="facts">
            <StateMark state={row.state} withWords />
            <span class="badge">{row.domain}</span>
            {row.serious > 0 && <span class="badge serious">{row.serious} serious</span>}
            <span>{count(row.occurrences, 'occurrence')}</span>
            <span>{count(row.subjects, 'subject')}</span>
            <span>{count(row.sites, 'site')}</span>
            <span class="muted">since {toDay(row.since)}</span>
            <span class="gap" />
            <span class="muted">{place}</span>
            <button type="button" class="icon-button" aria-label="Close the term" title="Close (Esc)" onClick={onClose}>
              <Icon name="close" />
            </button>
          </p>
          <h2 id="term-heading" ref={heading} tabIndex={-1} class="unseen">
            <PlainText text={row.verbatim} />
          </h2>
          <Aligned
            verbatim={row.verbatim}
            folded={view.folded}
            alignment={shown?.alignment}
            term={shown?.path.at(-1)?.text}
          />
        </header>
        <div class="term-body">
          <div class="meaning">
            {draft !== undefined && (
              <p class="banner" role="alert">
                <Icon name="warning" /> <span>{draft.words}</span>
              </p>
            )}
            {decision !== null && (hasCode || decision.verdict !== null || !decision.byMachine) && (
              <Standing decision={decision} />
            )}
            <Former former={view.former} />
            <p class="proposal-reason">
              <span class="badge">{toOutcomeWords(proposal.outcome)}</span> {proposal.reason}
            </p>
            {proposal.parts.length > 1 && (
              <p class="proposal-parts">
                {proposal.parts.map(({ text, start, candidate }) => (
                  <span key={start} class="part-pair">
                    <span class="part">
                      <PlainText text={text} />
                    </span>
                    {candidate.path.at(-1)?.text}
                  </span>
                ))}
              </p>
            )}
            <Candidates
              candidates={proposal.candidates}
              chosen={chosen}
              mayCode={mayCode}
              onChoose={choose}
              onPreview={setPreview}
            />
          </div>
          <Tabs
            view={view}
            onAct={(next, seen) => onAct(view, next, seen)}
            onAsk={(asked) => onAsk(view, asked)}
            onNote={() => show('note')}
          />
        </div>
        <footer class="acts">
          {mayCode && (
            <button type="button" class="button primary" disabled={chosen === undefined} onClick={() => code()}>
              <span class="act-words">{chosen === undefined ? 'Code' : `Code to ${chosen.text}`}</span>{' '}
              <Keycap of="Enter" />
            </button>
          )}
          {mayCode && may('propose-synonym') && (
            <label class={`chip ${synonym === '' ? '' : 'on'}`}>
              <Keycap of="y" />
              <span class="unseen">Propose as a synonym too</span>
              <select value={synonym} onChange={(event) => setSynonym(toScope(event.currentTarget.value))}>
                <option value="">no synonym</option>
                {LIST_SCOPES.map((scope) => (
                  <option key={scope} value={scope}>
                    synonym for {SCOPE_WORDS[scope]}
                  </option>
                ))}
              </select>
              <Icon name="down" />
            </label>
          )}
          {mayJudge && (
            <>
              <button type="button" class="button primary" onClick={() => act({ kind: 'approve' })}>
                Approve <Keycap of="a" />
              </button>
              <button type="button" class="button" onClick={() => show('reject')}>
                Reject <Keycap of="r" />
              </button>
            </>
          )}
          {mayCode && (
            <button type="button" class="button" onClick={() => show('split')}>
              Split <Keycap of="s" />
            </button>
          )}
          {may('ask-site') && (
            <button type="button" class="button" onClick={() => show('ask')}>
              Ask site <Keycap of="q" />
            </button>
          )}
          {may('redact') && (
            <button type="button" class="button" onClick={() => show('redact')}>
              Hide words <Keycap of="h" />
            </button>
          )}
          {mayCode && hasCode && (
            <button type="button" class="button" onClick={() => show('undo')}>
              Undo <Keycap of="u" />
            </button>
          )}
          {may('note') && (
            <button type="button" class="button" onClick={() => show('note')}>
              Note <Keycap of="n" />
            </button>
          )}
        </footer>
      </article>
      <DictionaryBrowser
        which={{ domain: row.domain, dictionary: row.dictionary }}
        levels={view.dictionary.levels}
        name={`${view.dictionary.name} ${view.dictionary.version}`}
        mayCode={mayCode}
        onPick={(hit) => {
          choose(toChosen(hit.path, 'dictionary'))
          heading.current?.focus({ preventScroll: true })
        }}
      />
      {open !== undefined && (
        <TermDialog
          name={open.name}
          view={view}
          chosen={chosen}
          draft={draft?.act}
          onReplace={(reason) => done(() => act(toCodeAct(reason), open.seen))}
          onAct={(next) => done(() => act(next, open.seen))}
          onAsk={(asked) => done(() => onAsk(view, asked))}
          onRedact={(redacted) => done(() => onRedact(view, redacted))}
          onNote={(text) => done(() => onNote(view, text))}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  )
}

function toScope(text: string): ListScope | '' {
  return LIST_SCOPES.find((scope) => scope === text) ?? ''
}

function toDraftChosen(draft: Draft | undefined, view: TermView): Chosen | undefined {
  // What was meant for one occurrence is no code for all of them.
  if (draft?.act.kind !== 'code' || draft.act.occurrence !== undefined || draft.act.codes.length !== 1) return undefined
  const code = draft.act.codes[0]
  const candidate = view.proposal.candidates.find(({ path }) => path.at(-1)?.code === code?.term)
  if (candidate !== undefined) return toChosen(candidate.path, 'candidates')
  return code && toChosenAgain(code)
}
