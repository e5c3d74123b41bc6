// How one JSON value travels between the desk and the pulse: cut into packets that a SOCK_SEQPACKET
// socket carries whole, and put together again. Not the values themselves: those are in channel.ts.
//
// packet = flag byte ("+" more follows, "." the last) + at most 60 000 bytes of UTF-8 JSON
//
// A packet is never empty, so that a read of length 0 always means end-of-file. Both ends are hb
// itself: what does not parse is a bug of ours and throws.

const more = 0x2b;
const last = 0x2e;

/** Bytes of JSON in one packet: below the default socket buffer, so that a send never needs to
 *  split. */
export const frameBytesMax = 60_000;
/** A value longer than this is refused: about a hundred thousand resource words. */
export const valueBytesMax = 32 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The packets of one value, in the order in which they must be sent. */
export function frames(value: unknown): Uint8Array[] {
  const bytes = encoder.encode(JSON.stringify(value));
  const packets: Uint8Array[] = [];
  let from = 0;
  do {
    const part = bytes.subarray(from, from + frameBytesMax);
    from += frameBytesMax;
    const packet = new Uint8Array(1 + part.length);
    packet[0] = from < bytes.length ? more : last;
    packet.set(part, 1);
    packets.push(packet);
  } while (from < bytes.length);
  return packets;
}

/** Puts packets together again; one reader per direction. */
export class FrameReader<Value> {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Takes the next packet; gives the value when this packet was its last. The packet is copied
   *  when it must be kept, so the caller may reuse its buffer. */
  push(packet: Uint8Array): Value | undefined {
    const flag = packet[0];
    if (flag !== more && flag !== last) throw new Error(`Unknown frame flag: ${flag}`);
    const part = packet.subarray(1);
    this.#bytes += part.length;
    if (this.#bytes > valueBytesMax) throw new Error(`Value too long: ${this.#bytes} bytes`);
    if (flag === more) {
      this.#parts.push(part.slice());
      return undefined;
    }
    const whole = this.#parts.length === 0 ? part : this.#join(part);
    this.#parts = [];
    this.#bytes = 0;
    return JSON.parse(decoder.decode(whole)) as Value;
  }

  #join(tail: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const part of [...this.#parts, tail]) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }
}
