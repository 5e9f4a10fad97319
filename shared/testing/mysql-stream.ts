const HEADER_BYTES = 4
const COM_QUERY = 0x03

/** Splits a client's byte stream into MySQL packets and reads the statement of those that carry one. */
export function packetReader() {
  let rest: Buffer = Buffer.alloc(0)
  return {
    /** Takes the next bytes; answers the packets completed by them, in order, as `{bytes, statement}`. */
    push(part: Buffer): { bytes: Buffer; statement: string | null }[] {
      rest = rest.length === 0 ? part : Buffer.concat([rest, part])
      const packets: { bytes: Buffer; statement: string | null }[] = []
      while (rest.length >= HEADER_BYTES) {
        const length = HEADER_BYTES + rest.readUIntLE(0, 3)
        if (rest.length < length) break
        const bytes = rest.subarray(0, length)
        const isQuery = length > HEADER_BYTES && bytes[HEADER_BYTES] === COM_QUERY
        packets.push({ bytes, statement: isQuery ? bytes.toString('utf8', HEADER_BYTES + 1) : null })
        rest = rest.subarray(length)
      }
      return packets
    },
  }
}
