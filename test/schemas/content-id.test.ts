/** Canonical JSON and the ids made of it: stored ids rest on every byte of this. */
import { describe, expect, test } from 'vitest'
import { type Json, toCanonicalJson, toContentId, toSha256 } from '../../schemas/content-id.ts'

/** Values and their one spelling; numbers and the sorting are the examples of RFC 8785. */
const SPELLINGS: readonly (readonly [value: Json, text: string])[] = [
  [null, 'null'],
  [true, 'true'],
  [false, 'false'],
  ['', '""'],
  [[], '[]'],
  [{}, '{}'],
  [0, '0'],
  [-0, '0'],
  [1, '1'],
  [-1.5, '-1.5'],
  [4.5, '4.5'],
  [2e-3, '0.002'],
  [1e21, '1e+21'],
  [1e30, '1e+30'],
  [999999999999999900000, '999999999999999900000'],
  [1e-27, '1e-27'],
  [0.000001, '0.000001'],
  [1e-7, '1e-7'],
  [Number('333333333.33333329'), '333333333.3333333'],
  [5e-324, '5e-324'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  ['\b\t\n\f\r\u0000\u001f\u007f', '"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f"'],
  ['é', '"é"'],
  ['e\u0301', '"e\u0301"'],
  ['\u2028😀', '"\u2028😀"'],
  [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
  [{ B: 1, a: 2, _: 3 }, '{"B":1,"_":3,"a":2}'],
  [{ '10': 1, '9': 2 }, '{"10":1,"9":2}'],
  [{ a: undefined, b: null }, '{"b":null}'],
  [{ b: [{ d: 1, c: [] }, null], a: {} }, '{"a":{},"b":[{"c":[],"d":1},null]}'],
  [
    { '€': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Dalet', '1': 'One', '😀': 'Emoji', '\u0080': 'C', ö: 'O' },
    '{"\\r":"Carriage Return","1":"One","\u0080":"C","ö":"O","€":"Euro Sign","😀":"Emoji","\ufb33":"Dalet"}',
  ],
]
for (const [value, text] of SPELLINGS) {
  test(`the canonical spelling of ${JSON.stringify(value)} is ${text}`, () => {
    expect(toCanonicalJson(value)).toBe(text)
    expect(toCanonicalJson(JSON.parse(text) as Json)).toBe(text)
  })
}

for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
  test(`${value} has no spelling, however deep it lies`, () => {
    expect(() => toCanonicalJson(value)).toThrow(TypeError)
    expect(() => toCanonicalJson({ a: [value] })).toThrow(TypeError)
  })
}

describe('hashes', () => {
  test('a SHA-256 is that of the UTF-8 bytes, in hexadecimal digits', () => {
    expect(toSha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(toSha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(toSha256('é')).toBe(toSha256(new Uint8Array([0xc3, 0xa9])))
  })

  test('a content id is the first 32 digits of it', () => {
    expect(toContentId('abc')).toBe('ba7816bf8f01cfea414140de5dae2223')
  })
})
