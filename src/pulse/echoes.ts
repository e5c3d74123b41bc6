// Echoes of ping nodes: which of them count, and for whom (heartbeat-wire 14.4).
//
// One raw socket hears the replies for all ping media of a family; the message inside says whose it is.

import type { Input } from "../core/input.ts";
import { textOf } from "../wire/message.ts";
import { open } from "../wire/packet.ts";
import type { Admission } from "./admission.ts";
import type { Heard } from "./media/carrier.ts";
import { isPing, mayAnswer, type PingMedium } from "./media/ping.ts";
import type { Port } from "./port.ts";

/** Replies to one echo of a group are counted once; so many echoes are remembered. */
const ECHO_WINDOW = 128;

export class Echoes {
  readonly #admission: Admission;
  readonly #deliver: (input: Input) => void;
  readonly #seen = new Map<string, number[]>();

  constructor(admission: Admission, deliver: (input: Input) => void) {
    this.#admission = admission;
    this.#deliver = deliver;
  }

  /** Judges one reply for every ping medium that it may belong to. */
  take(ports: ReadonlySet<Port>, { packet, from, sequence = 0 }: Heard): void {
    // An echo that is not ours was answered to another program on this host: no reason to count it.
    if (packet === undefined || from === undefined) return;
    const result = open(packet.slice(), this.#admission.keyring);
    for (const { medium } of ports) {
      if (!isPing(medium) || !mayAnswer(medium, from)) continue;
      const tally = this.#admission.tally(medium.name);
      if (!result.ok) {
        tally.reject(result.reason);
        continue;
      }
      const { message } = result;
      if (textOf(message, "src") !== medium.name) continue;
      if (textOf(message, "info") !== medium.kind) continue;
      if (!this.#isFirst(medium, sequence)) continue;
      tally.received += 1;
      this.#deliver({ on: "message", link: medium.name, message });
    }
  }

  /** Only the first reply of a group to one echo counts. */
  #isFirst(medium: PingMedium, sequence: number): boolean {
    if (medium.kind !== "ping_group") return true;
    const seen = this.#seen.get(medium.name) ?? [];
    if (seen.includes(sequence)) return false;
    this.#seen.set(medium.name, [...seen.slice(-(ECHO_WINDOW - 1)), sequence]);
    return true;
  }
}
