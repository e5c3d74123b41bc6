// What operators ask, from the control socket or the FIFO, and what they are answered: the way of a
// command to the core and back. Each is answered exactly once.

import type { Command } from "../core/input.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { decodeClassic } from "../wire/classic.ts";
import type { Message } from "../wire/message.ts";
import { netstringText } from "../wire/netstring.ts";
import type { Api } from "./api/api.ts";
import type { Children } from "./children/children.ts";
import type { Visit } from "./control.ts";
import type { Keeper } from "./keeper.ts";
import { type Hall, listen, send } from "./listen/programs.ts";
import type { Log } from "./log.ts";
import { type Order, orderOf } from "./order.ts";
import { Pending, type Reply } from "./pending.ts";
import type { Ppp } from "./ppp/links.ts";
import { type Answer, commandOf, type Done, type Request } from "./request.ts";

/** A busy core answers in microseconds; what takes longer is stuck. */
const snapshotMs = 2_000;
/** Who does not wait for the end is still told what is refused at once. */
const refusalMs = 100;

export interface OperatorParts {
  readonly keeper: Keeper;
  readonly log: Log;
  readonly ppp: Ppp;
  readonly children: Pick<Children, "views">;
  readonly api: Api;
}

export class Operator {
  readonly #keeper: Keeper;
  readonly #log: Log;
  readonly #ppp: Ppp;
  readonly #children: Pick<Children, "views">;
  readonly #api: Api;
  readonly #pending = new Pending();

  constructor({ keeper, log, ppp, children, api }: OperatorParts) {
    this.#keeper = keeper;
    this.#log = log;
    this.#ppp = ppp;
    this.#children = children;
    this.#api = api;
  }

  /** Gives a command to the core; resolves with its answer. */
  command(command: Command): Promise<Reply> {
    if (!this.#keeper.ready) {
      return Promise.resolve({ ok: false, text: "The agent is starting: ask again in a moment" });
    }
    const { request, reply } = this.#pending.open();
    this.#keeper.input({ on: "command", request, command });
    return reply;
  }

  /** The core's answer. */
  answered(request: number, reply: Reply): void {
    this.#pending.answer(request, reply);
  }

  /** The core that was asked is gone. */
  unanswered(reply: Reply): void {
    this.#pending.answerAll(reply);
  }

  /** A request from the control socket. */
  async serve(request: Request, visit: Visit): Promise<Answer> {
    if (request.ask === "ppp") return { say: "done", ...this.#ppp.heard(request) };
    if (request.ask === "routers") return { say: "done", ok: false, text: "ha.cf says which" };
    if (request.ask === "send") return send(request, visit, this.#api);
    if (request.ask === "listen") {
      return await listen(request, visit, this.hall);
    }
    const command = commandOf(request);
    if (command === undefined) return await this.#status();
    const deaf = this.#log.listen(({ text, topic }) => {
      visit.progress(topic === "" ? text : `${topic}: ${text}`);
    });
    const reply = this.command(command);
    const waits = !("wait" in request) || request.wait;
    const answer = await (waits ? reply : Promise.race([reply, accepted()]));
    deaf();
    const asked = { command: command.name, ok: answer.ok };
    this.#log.write("info", `${command.name}: ${answer.text}`, "request", asked);
    return { say: "done", ...answer };
  }

  /** What programs find here. */
  get hall(): Hall {
    return { api: this.#api, snapshot: () => this.#status() };
  }

  /** A message in text form from the FIFO. */
  order(text: string): void {
    const message = decodeClassic(text);
    if (message === undefined) {
      this.#log.error("A message from the FIFO is dropped: not in text form", "fifo");
      return;
    }
    const order = orderOf(message);
    if (order === undefined) this.#send(message);
    else void this.carryOut(order, { from: "the FIFO", topic: "fifo" });
  }

  /** Does what a script or a client asks of this node itself. Whoever asked does not wait for the end, so the log
   *  is told. */
  async carryOut(order: Order, by: { readonly from: string; readonly topic: string }) {
    if ("refused" in order) {
      this.#log.error(`A message from ${by.from} is dropped: ${order.refused}`, by.topic);
      return;
    }
    const { command } = order;
    const { ok, text } = await this.command(command);
    if (ok) this.#log.info(`${command.name}: ${text}`, by.topic);
    else this.#log.error(`${command.name} from ${by.from} is refused: ${text}`, by.topic);
  }

  get pulsePid(): number | undefined {
    return this.#keeper.pid;
  }

  /** Everything that is known here; undefined when the pulse does not answer. */
  async snapshot(): Promise<Snapshot | undefined> {
    const snapshot = await this.#keeper.snapshot(snapshotMs);
    if (snapshot === undefined) return undefined;
    const [ppp, children] = [this.#ppp.views(), this.#children.views()];
    return {
      ...snapshot,
      ...(ppp.length > 0 && { ppp }),
      ...(children.length > 0 && { children }),
    };
  }

  #send(message: Message) {
    const body = netstringText(message);
    const isTaken = this.#keeper.ready && this.#keeper.input({ on: "client", body });
    if (!isTaken) this.#log.error("A message from the FIFO is dropped: no pulse is ready", "fifo");
  }

  async #status(): Promise<Done> {
    const snapshot = await this.snapshot();
    if (snapshot !== undefined) return { say: "done", ok: true, text: "", snapshot };
    const state = this.#keeper.ready ? "gives no answer" : "is starting";
    return { say: "done", ok: false, text: `The pulse ${state}` };
  }
}

async function accepted(): Promise<Reply> {
  await Bun.sleep(refusalMs);
  return { ok: true, text: "Asked: not waiting for the end" };
}
