// The model of a BSD kernel (machine.ts) in the core's language of inputs and effects: a neighbour for
// made-up segments. IPv4 alone. A kernel has no process to stop: what kills it, kills its host.

import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Input } from "../../../../src/core/input.ts";
import { at, type Instant } from "../../../../src/core/instant.ts";
import type { Mind } from "../../../../src/sim/shape.ts";
import { BsdHost } from "./machine.ts";
import type { BsdShape } from "./shape.ts";
import type { Advert } from "./wire.ts";

/** What an administrator, or a daemon of the system, sets when something is wrong. */
const demotionOf = { openbsd: 1, freebsd: 240 } as const;

export class BsdMind implements Mind {
  readonly #shape: BsdShape;
  readonly #router: string;
  readonly #random64: () => bigint;
  #host: BsdHost | undefined;
  #effects: Effect[] = [];

  constructor(kernel: BsdShape["kernel"], router: RouterConfig, random64: () => bigint) {
    this.#router = router.name;
    this.#random64 = random64;
    this.#shape = bsdShapeOf(kernel, router);
  }

  step(input: Input, now: Instant): Effect[] {
    this.#take(input, now);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  deadline(): Instant | undefined {
    const due = this.#host?.deadline();
    return due === undefined || due === Number.POSITIVE_INFINITY ? undefined : at(due);
  }

  #take(input: Input, now: Instant): void {
    switch (input.on) {
      case "start":
        this.#host = new BsdHost(this.#shape, this.#kernel(), now);
        return;
      case "interface":
        this.#host?.link(input.state === "up", now);
        return;
      case "advert":
        this.#host?.heard(input.advert, now);
        return;
      case "alarm":
        this.#host?.tick(now);
        return;
      case "track":
        this.#host?.demote(input.ok ? 0 : demotionOf[this.#shape.kernel]);
        return;
      case "command": {
        const { request, command } = input;
        const ok = command.name === "leave";
        this.#effects.push({ do: "reply", request, ok, text: ok ? "Down" : "Not here" });
        if (!ok) return;
        this.#host?.leave();
        this.#effects.push({ do: "exit", reason: "the interface was set down" });
        return;
      }
      default:
    }
  }

  #kernel() {
    const tell = (effect: Effect) => this.#effects.push(effect);
    const job = { job: 0, resources: [] };
    return {
      send: ({ advbase, advskew, demote, counter }: Omit<Advert, "from">) =>
        void tell({ do: "advert", router: this.#router, advbase, advskew, demote, counter }),
      raise: () => void tell({ do: "hold", ...job }),
      lower: () => void tell({ do: "drop", ...job }),
      announce: () => void tell({ do: "announce", words: [this.#router] }),
      say: (state: string, why: string) =>
        void tell({ do: "log", level: "info", topic: "carp", text: `${state}: ${why}` }),
      random64: this.#random64,
    };
  }
}

/** The same virtual router as a BSD host is told it. */
export function bsdShapeOf(kernel: BsdShape["kernel"], router: RouterConfig): BsdShape {
  const { device, vhid, password, addresses, source, advbase, advskew, preempt } = router;
  return {
    kernel,
    device,
    vhid,
    pass: password,
    addresses: addresses.map(({ address }) => address),
    source4: source ?? "0.0.0.0",
    advbase,
    advskew,
    preempt,
  };
}
