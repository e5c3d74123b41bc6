// Reads what `tcpdump -w -` writes, as it comes: the moment and the UDP payload of each IPv4 packet on an
// Ethernet. Not a reader of foreign captures: byte order and link type are this machine's own.

export interface Heard {
  readonly atMs: number;
  /** IPv4 address of the sender. */
  readonly from: string;
  readonly payload: Uint8Array;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const UDP = 17;

/** Joins the pieces of a stream and finds the packets in it. */
export class PcapReader {
  #rest = new Uint8Array(0);
  #begun = false;

  push(piece: Uint8Array): Heard[] {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const view = new DataView(bytes.buffer);
    const heard: Heard[] = [];
    let at = 0;
    if (!this.#begun && bytes.length >= FILE_HEADER) {
      this.#begun = true;
      at = FILE_HEADER;
    }
    while (this.#begun && at + RECORD_HEADER <= bytes.length) {
      const length = view.getUint32(at + 8, true);
      const end = at + RECORD_HEADER + length;
      if (end > bytes.length) break;
      const atMs = view.getUint32(at, true) * 1_000 + view.getUint32(at + 4, true) / 1_000;
      const one = udpOf(bytes.subarray(at + RECORD_HEADER, end));
      if (one !== undefined) heard.push({ atMs, ...one });
      at = end;
    }
    this.#rest = bytes.slice(at);
    return heard;
  }
}

/** Undefined for what is no whole UDP packet. */
function udpOf(frame: Uint8Array): Omit<Heard, "atMs"> | undefined {
  const ip = frame.subarray(ETHERNET);
  const header = ((ip[0] ?? 0) & 0x0f) * 4;
  const fragment = (((ip[6] ?? 0) & 0x3f) << 8) | (ip[7] ?? 0);
  if (ip[9] !== UDP || fragment !== 0 || ip.length < header + 8) return undefined;
  const length = ((ip[header + 4] ?? 0) << 8) | (ip[header + 5] ?? 0);
  const payload = ip.slice(header + 8, header + length);
  return { from: ip.subarray(12, 16).join("."), payload };
}
