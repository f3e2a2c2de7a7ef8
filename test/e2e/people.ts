/** Reviewers of a study that a test runs: accounts, each logged in at a command line of its own. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createAccount, openPeople, openStudy, openStudyStore } from '../../pipeline/index.ts'
import { EVERY_STUDY, type Role } from '../../schemas/roles.ts'
import { askAecoder, type Given } from './command-line.ts'

/**
 * Makes the accounts and logs each in.
 * @param folder of a study; the logins are kept there
 * @returns what a command of that person is given
 */
export async function openReviewers<Name extends string>(
  folder: string,
  roles: { readonly [name in Name]: readonly Role[] },
): Promise<{ readonly [name in Name]: Given }> {
  const study = await openStudy(folder)
  const store = await openStudyStore(study, {
    now: () => new Date().toISOString(),
    salt: () => randomBytes(16).toString('hex'),
  })
  const names = Object.keys(roles) as Name[]
  try {
    const people = await openPeople({ store })
    for (const name of names)
      await createAccount(people, {
        by: { name: 'a test', kind: 'system', auth: 'internal' },
        account: {
          name,
          fullName: name,
          roles: roles[name].map((role) => ({ study: role === 'admin' ? EVERY_STUDY : study.id, role })),
          password: toPassword(name),
        },
      })
  } finally {
    await store.close()
  }
  const given = names.map((name) => [name, toGiven(folder, name)] as const)
  for (const [name, variables] of given) await askAecoder(['login', name, '--study', folder], variables)
  return Object.fromEntries(given) as { [name in Name]: Given }
}

function toGiven(folder: string, name: string): Given {
  return {
    variables: {
      AECODER_SESSION_FILE: join(folder, `login of ${name}.json`),
      AECODER_PASSWORD: toPassword(name),
    },
  }
}

export function toPassword(name: string): string {
  return `${name} likes 4 green apples`
}
