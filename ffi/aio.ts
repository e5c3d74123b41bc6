// A write that nobody waits for: POSIX AIO, by which the C library writes on a thread of its own.
//
// For what the kernel may keep waiting although the descriptor does not block. The struct begins alike in
// glibc and musl (both 168 bytes on 64 bits). Sources: aio(7), sigevent(7), aio_write(3).

import { dlopen, ptr, FFIType as T } from "bun:ffi";
import { errnoOf, SysError } from "./error.ts";
import { check, libraryNames } from "./libc.ts";

const AIOCB_BYTES = 256;
const FILDES = 0;
const BUF = 16;
const NBYTES = 24;
const SIGEV_NOTIFY = 44;
const SIGEV_NONE = 1;

const EINPROGRESS = errnoOf("EINPROGRESS");

const table = {
  // int aio_write(struct aiocb *aiocbp);
  aio_write: { args: [T.ptr], returns: T.i32 },
  // int aio_error(const struct aiocb *aiocbp);
  aio_error: { args: [T.ptr], returns: T.i32 },
} as const;

/** Before glibc 2.34 they had a library of their own. */
const aio = open([...libraryNames, "librt.so.1"]);

function open(names: readonly string[]) {
  for (const name of names) {
    try {
      return dlopen(name, table).symbols;
    } catch {
      // The next one may have them.
    }
  }
  return undefined;
}

/** False where the C library has nothing of the kind. */
export const canWriteLater = aio !== undefined;

/** One write at a time. */
export class LaterWrite {
  // C keeps pointers to both while it writes.
  readonly #block = new Uint8Array(new ArrayBuffer(AIOCB_BYTES));
  #bytes = new Uint8Array(new ArrayBuffer(0));

  /** Hands the bytes over; they are copied. Throws when the last ones are still under way. */
  begin(fd: number, bytes: Uint8Array): void {
    if (aio === undefined || this.pending) throw new Error("Bug: no write can begin now");
    this.#bytes = new Uint8Array(new ArrayBuffer(bytes.length));
    this.#bytes.set(bytes);
    this.#block.fill(0);
    const fields = new DataView(this.#block.buffer);
    fields.setInt32(FILDES, fd, true);
    fields.setBigUint64(BUF, BigInt(ptr(this.#bytes)), true);
    fields.setBigUint64(NBYTES, BigInt(bytes.length), true);
    fields.setInt32(SIGEV_NOTIFY, SIGEV_NONE, true);
    check("write later to", aio.aio_write(this.#block), `descriptor ${fd}`);
  }

  /** True from begin() until the kernel has taken or refused the bytes. */
  get pending(): boolean {
    return this.#result() === EINPROGRESS;
  }

  /** Why the last write failed; undefined while it is under way, and when it did not. */
  get failure(): SysError | undefined {
    const number = this.#result();
    return number === 0 || number === EINPROGRESS ? undefined : new SysError("write", number);
  }

  #result(): number {
    return aio?.aio_error(this.#block) ?? 0;
  }
}
