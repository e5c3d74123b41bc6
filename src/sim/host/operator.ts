// What operators of a made-up host ask and are answered: every question has exactly one answer
// (src/desk/operator.ts, pending.ts).

import type { Effect } from "../../core/effect.ts";
import type { Command } from "../../core/input.ts";
import type { Host } from "./host.ts";

type Reply = Extract<Effect, { readonly do: "reply" }>;

export class Operator {
  readonly #host: Host;
  readonly #open = new Set<number>();
  readonly #closed = new Set<number>();

  constructor(host: Host) {
    this.#host = host;
  }

  ask(command: Command): void {
    const { world, name: node, pulse } = this.#host;
    const request = world.nextRequest();
    if (world.watched) world.tell({ saw: "asked", node, request, what: titleOf(command) });
    if (pulse === undefined) {
      this.#answer(request, false, "The agent is starting: ask again in a moment");
      return;
    }
    this.#open.add(request);
    pulse.tell({ on: "command", request, command });
  }

  answered({ request, ok, text }: Reply): void {
    if (this.#open.delete(request)) {
      this.#closed.add(request);
      this.#answer(request, ok, text);
      return;
    }
    const what = this.#closed.has(request) ? "answered twice" : "answered without being asked";
    this.#host.world.breach(this.#host.name, 4, `request ${request} is ${what}: ${text}`);
  }

  /** Nobody will answer what is open. */
  unanswered(ok: boolean, text: string): void {
    for (const request of this.#open) this.#answer(request, ok, text);
    this.#open.clear();
  }

  #answer(request: number, ok: boolean, text: string): void {
    const { world, name: node } = this.#host;
    if (world.watched) world.tell({ saw: "answered", node, request, ok, text });
  }
}

function titleOf(command: Command): string {
  return "set" in command ? `${command.name} ${command.set}` : command.name;
}
