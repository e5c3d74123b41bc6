// The packets that the kernel keeps for ucarp. Its ring hands them over once a second, on a grid that
// begins when the interface was opened (docs/protocol/carp.md 5): every reaction is up to a second late.

const gridMs = 1_000;

export class Ring<Packet> {
  readonly #openedAt: number;
  #waiting: { readonly at: number; readonly packet: Packet }[] = [];

  constructor(now: number) {
    this.#openedAt = now;
  }

  put(packet: Packet, now: number): void {
    const turns = Math.ceil((now - this.#openedAt) / gridMs);
    this.#waiting.push({ at: this.#openedAt + turns * gridMs, packet });
  }

  /** When something is handed over next. */
  next(): number | undefined {
    return this.#waiting[0]?.at;
  }

  /** The oldest packet that has been handed over by now. */
  take(now: number): Packet | undefined {
    const first = this.#waiting[0];
    if (first === undefined || first.at > now) return undefined;
    this.#waiting.shift();
    return first.packet;
  }
}
