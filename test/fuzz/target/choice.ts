// Values made out of bytes, so that a fuzzer of bytes is one of values: each byte decides something. Bytes
// that are not there are zeros.

export class Choices {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** False once every byte has decided something. */
  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  below(limit: number): number {
    return this.byte() % limit;
  }

  word(): number {
    return this.byte() * 0x100 + this.byte();
  }

  bigint(): bigint {
    let value = 0n;
    for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(this.byte());
    return value;
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.below(values.length)] ?? values[0];
  }

  /** So many bytes as they are. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.byte();
    return bytes;
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at);
    this.#at = this.#bytes.length;
    return rest;
  }
}

/** Cuts bytes into pieces, each of which begins with its length. */
export function pieces(input: Uint8Array, lengthOf: (byte: number) => number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < input.length; ) {
    const length = Math.max(1, lengthOf(input[at] ?? 0));
    found.push(input.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return found;
}
