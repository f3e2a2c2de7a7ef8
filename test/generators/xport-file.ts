/** SAS XPORT files from values: what no tool of the tests can write. Follows SAS's TS-140; knows no reader. */

export interface XportVariable {
  readonly name: string
  readonly type: 'char' | 'num'
  /** Bytes; 8 for numbers where it is left out. */
  readonly length?: number
  /** A SAS format without width: DATE, DATETIME … */
  readonly format?: string
}
/** A text, a number, or one of SAS's missing values by its sign: `.`, `._`, `.A` … */
export type XportValue = string | number | { readonly missing: string } | Uint8Array
export interface XportMember {
  readonly name: string
  readonly variables: readonly XportVariable[]
  readonly rows: readonly (readonly XportValue[])[]
}
export interface XportLibrary {
  readonly version?: 5 | 8
  /** `02MAR26:18:00:00`. */
  readonly modified?: string
  /** 136 where the file comes from VAX/VMS. */
  readonly namestrBytes?: 140 | 136
  readonly members: readonly XportMember[]
  /** Whole blank records behind the last one, as a tape has them. */
  readonly blankRecords?: number
}

const NAMES = {
  5: { library: 'LIBRARY', member: 'MEMBER', descriptor: 'DSCRPTR', variables: 'NAMESTR', observations: 'OBS' },
  8: { library: 'LIBV8', member: 'MEMBV8', descriptor: 'DSCPTV8', variables: 'NAMSTV8', observations: 'OBSV8' },
} as const

/** The bytes of a library. */
export function toXport({
  version = 5,
  modified = '02MAR26:18:00:00',
  namestrBytes = 140,
  members,
  blankRecords = 0,
}: XportLibrary): Buffer {
  const names = NAMES[version]
  const parts = [
    header(names.library),
    text('SAS     SAS     SASLIB  9.4     LINUX'.padEnd(64) + modified, 80),
    text(modified, 80),
  ]
  for (const { name, variables, rows } of members) {
    const variableBytes = variables.map((variable, index) =>
      toNamestr(variable, { index, version, namestrBytes, position: 0 }),
    )
    let position = 0
    for (const [index, bytes] of variableBytes.entries()) {
      bytes.writeInt32BE(position, 84)
      position += variables[index]?.length ?? 8
    }
    parts.push(
      header(names.member, `${'0'.repeat(17)}16${'0'.repeat(7)}0${namestrBytes}`),
      header(names.descriptor),
      text(`SAS     ${name.padEnd(version === 5 ? 8 : 32)}SASDATA 9.4     LINUX`.padEnd(64) + modified, 80),
      text(modified, 80),
      header(names.variables, `000000${String(variables.length).padStart(4, '0')}${'0'.repeat(20)}`),
      toRecords(variableBytes),
      header(names.observations),
      toRecords(rows.flatMap((row) => variables.map((variable, index) => toValue(variable, row[index] ?? '')))),
    )
  }
  parts.push(Buffer.alloc(80 * blankRecords, ' '))
  return Buffer.concat(parts)
}

/** An IBM floating-point number; shorter ones lose their last bytes, as SAS cuts them off. */
export function toIbm(value: number, length = 8): Buffer {
  const bytes = Buffer.alloc(8)
  if (value !== 0) {
    let exponent = 64
    let fraction = Math.abs(value)
    for (; fraction >= 1; fraction /= 16) exponent++
    for (; fraction < 1 / 16; fraction *= 16) exponent--
    bytes.writeBigUInt64BE(BigInt(fraction * 2 ** 56))
    bytes[0] = exponent | (value < 0 ? 0x80 : 0)
  }
  return bytes.subarray(0, length)
}

function toValue({ length = 8 }: XportVariable, value: XportValue): Buffer {
  if (value instanceof Uint8Array) return Buffer.concat([value, Buffer.alloc(length, ' ')], length)
  if (typeof value === 'string') return Buffer.concat([Buffer.from(value), Buffer.alloc(length, ' ')], length)
  if (typeof value === 'number') return toIbm(value, length)
  const bytes = Buffer.alloc(length)
  bytes[0] = (value.missing[1] ?? '.').charCodeAt(0)
  return bytes
}

function toNamestr(
  { name, type, length = 8, format = '' }: XportVariable,
  { index, version, namestrBytes }: { index: number; version: 5 | 8; namestrBytes: number; position: number },
): Buffer {
  const bytes = Buffer.alloc(namestrBytes)
  bytes.writeInt16BE(type === 'num' ? 1 : 2, 0)
  bytes.writeInt16BE(length, 4)
  bytes.writeInt16BE(index + 1, 6)
  bytes.write(name.slice(0, 8).padEnd(8), 8, 'latin1')
  bytes.write(name.padEnd(40), 16, 40, 'latin1')
  bytes.write(format.padEnd(8), 56, 8, 'latin1')
  bytes.write(' '.repeat(8), 72, 'latin1')
  if (version === 8) bytes.write(name.padEnd(32), 88, 32, 'latin1')
  return bytes
}

function header(name: string, numbers = '0'.repeat(30)): Buffer {
  return text(`HEADER RECORD*******${name.padEnd(8)}HEADER RECORD!!!!!!!${numbers}`, 80)
}

function text(content: string, length: number): Buffer {
  return Buffer.from(content.padEnd(length), 'latin1')
}

function toRecords(parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts)
  return Buffer.concat([bytes, Buffer.alloc((80 - (bytes.length % 80)) % 80, ' ')])
}
