/** Invented people, one for each role: the demo and the tests work with them. */
import { randomInt } from 'node:crypto'
import { createAccount, type People } from '../pipeline/index.ts'
import { EVERY_STUDY, type Role } from '../schemas/roles.ts'

export const SAMPLE_PEOPLE = [
  { name: 'ann', fullName: 'Ann Coder', role: 'coder' },
  { name: 'bea', fullName: 'Bea Approver', role: 'approver' },
  { name: 'dan', fullName: 'Dan Data-Manager', role: 'data-manager' },
  { name: 'aud', fullName: 'Aud Auditor', role: 'auditor' },
  { name: 'sta', fullName: 'Sta Statistician', role: 'statistician' },
  { name: 'adm', fullName: 'Adm Admin', role: 'admin' },
] as const satisfies readonly { name: string; fullName: string; role: Role }[]
export type SampleName = (typeof SAMPLE_PEOPLE)[number]['name']

const WORDS =
  'apple bridge candle desert engine forest garden harbour island jacket kettle ladder mirror needle orchid pencil quarry ribbon silver tunnel urchin valley window yellow zebra'.split(
    ' ',
  )

/** Four words and a number: easy to type from a screen, and good enough for data that is invented. */
export function toSpokenPassword(): string {
  const words = Array.from({ length: 4 }, () => WORDS[randomInt(WORDS.length)])
  return [...words, randomInt(10, 100)].join('-')
}

/** Makes an account for each, with the password that is made for it; the admin's role is for every study, the others' for this one. */
export async function seedPeople(
  people: People,
  { study, toPassword }: { study: string; toPassword: (name: SampleName) => string },
): Promise<void> {
  const by = { name: 'aecoder', kind: 'system', auth: 'internal' } as const
  for (const { name, fullName, role } of SAMPLE_PEOPLE)
    await createAccount(people, {
      by,
      account: {
        name,
        fullName,
        roles: [{ study: role === 'admin' ? EVERY_STUDY : study, role }],
        password: toPassword(name),
      },
    })
}
