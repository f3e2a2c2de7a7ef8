/** Word order, inversions, body sites and lay words on OpenAE. */
import { describe, expect, test } from 'vitest'
import { read } from './openae-coder.ts'

const TABLE: { readonly [says: string]: { readonly [verbatim: string]: string } } = {
  'an inversion is the term': {
    'shoulder, pain in': 'Shoulder pain',
    'fracture, left wrist': 'Wrist fracture',
    'ear pain, right': 'Ear pain',
  },
  'a site in other words is the sited term': {
    'pain in left knee': 'Knee pain',
    'pain left knee': 'Knee pain',
    'pain in the right shoulder': 'Shoulder pain',
    'itching of the scalp': 'Itchy scalp',
    'burn on right hand': 'Hand burn',
    'bruise on left arm': 'Arm contusion',
    'bruising of thigh': 'Thigh contusion',
    'fracture of left ankle': 'Ankle fracture',
  },
  'a site that no term has leads to the general term': {
    'right elbow pain': 'Joint pain',
    'cramp in left calf': 'Muscle cramps',
  },
  'lay words mean the medical ones': {
    'couldnt sleep last night': 'Insomnia',
    'heart was racing': 'Palpitations',
    'hair is falling out': 'Hair loss',
    'pooping blood': 'Rectal bleeding',
    'feeling sick to my stomach': 'Nausea',
    'tummy upset': 'Indigestion',
  },
}

for (const [says, verbatims] of Object.entries(TABLE)) {
  describe(says, () => {
    for (const [verbatim, pt] of Object.entries(verbatims))
      test(`"${verbatim}" is ${pt}`, () => {
        const { isCoded, outcome, pt: found } = read(verbatim)
        expect([found, isCoded]).toEqual([pt, true])
        expect(outcome, 'the words themselves would test nothing').not.toBe('exact')
      })
  })
}

test('another site is another term', () => {
  expect(read('pain in left knee').pt).not.toBe(read('pain in left hip').pt)
  expect(read('fracture of left ankle').pt).not.toBe(read('fracture of left wrist').pt)
})

test('a lay phrase is one token that shows what it was read as', () => {
  expect(read('pooping blood').tokens).toMatchObject([{ text: 'pooping blood', start: 0, end: 13, role: 'paraphrase' }])
})
