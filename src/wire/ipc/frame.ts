// Frames on Heartbeat's local sockets: a length, a magic number, the body (heartbeat-api.md 2).
//
// The same for the client API, ccm, logd and apphbd. Frames may arrive in pieces or several at once.

/** Longest body; a client that is sent a longer one aborts. */
export const BODY_MAX = 256 * 1024;

const HEADER = 8;
const MAGIC = 0xabcd;

/** A body behind its header. Throws a RangeError when it is too long to be sent. */
export function frame(body: Uint8Array): Uint8Array {
  if (body.length > BODY_MAX) throw new RangeError(`A body of ${body.length} bytes is too long`);
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, body.length, true);
  view.setUint32(4, MAGIC, true);
  bytes.set(body, HEADER);
  return bytes;
}

/** Takes bodies out of a stream. What it holds is bounded by one frame and one piece. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Body length of the frame that is awaited; undefined: its header is. */
  #wanted: number | undefined;

  /** The bodies that are whole now; undefined when this is no stream of frames: it never will be one again. */
  push(piece: Uint8Array): Uint8Array[] | undefined {
    // A copy: the runtime may use the memory of what it read again.
    this.#pieces.push(new Uint8Array(piece));
    this.#length += piece.length;
    const bodies: Uint8Array[] = [];
    for (;;) {
      if (this.#wanted === undefined) {
        if (this.#length < HEADER) return bodies;
        const wanted = lengthIn(this.#take(HEADER));
        if (wanted === undefined) return undefined;
        this.#wanted = wanted;
      }
      if (this.#length < this.#wanted) return bodies;
      bodies.push(this.#take(this.#wanted));
      this.#wanted = undefined;
    }
  }

  /** The next bytes; there are that many. Joined once, however small the pieces were. */
  #take(length: number): Uint8Array {
    const [first] = this.#pieces;
    const all = first !== undefined && this.#pieces.length === 1 ? first : join(this.#pieces);
    this.#length -= length;
    this.#pieces = this.#length === 0 ? [] : [all.subarray(length)];
    return all.subarray(0, length);
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The body length that a header tells; undefined: it is no header. */
function lengthIn(header: Uint8Array): number | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const length = view.getInt32(0, true);
  if (view.getUint32(4, true) !== MAGIC || length < 0 || length > BODY_MAX) return undefined;
  return length;
}
