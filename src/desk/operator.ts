// What operators ask, from the control socket or the FIFO, and what they are answered: the way of a
// command to the core and back. Each is answered exactly once.

import type { Command } from "../core/input.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { orderOf } from "./fifo.ts";
import type { Keeper } from "./keeper.ts";
import type { Log } from "./log.ts";
import { Pending, type Reply } from "./pending.ts";
import type { Ppp } from "./ppp/links.ts";
import { type Answer, commandOf, type Request } from "./request.ts";

/** A busy core answers in microseconds; what takes longer is stuck. */
const snapshotMs = 2_000;
/** Who does not wait for the end is still told what is refused at once. */
const refusalMs = 100;

export class Operator {
  readonly #keeper: Keeper;
  readonly #log: Log;
  readonly #ppp: Ppp;
  readonly #pending = new Pending();

  constructor(keeper: Keeper, log: Log, ppp: Ppp) {
    this.#keeper = keeper;
    this.#log = log;
    this.#ppp = ppp;
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
  async serve(request: Request, progress: (text: string) => void): Promise<Answer> {
    if (request.ask === "ppp") return { say: "done", ...this.#ppp.heard(request) };
    if (request.ask === "routers") return { say: "done", ok: false, text: "ha.cf says which" };
    const command = commandOf(request);
    if (command === undefined) return await this.#status();
    const deaf = this.#log.listen(({ text, topic }) => {
      progress(topic === "" ? text : `${topic}: ${text}`);
    });
    const reply = this.command(command);
    const waits = !("wait" in request) || request.wait;
    const answer = await (waits ? reply : Promise.race([reply, accepted()]));
    deaf();
    const asked = { command: command.name, ok: answer.ok };
    this.#log.write("info", `${command.name}: ${answer.text}`, "request", asked);
    return { say: "done", ...answer };
  }

  /** A message from the FIFO: whoever wrote it does not wait, so the log is told. */
  async order(text: string): Promise<void> {
    const order = orderOf(text);
    if ("refused" in order) {
      this.#log.error(`A message in the FIFO is dropped: ${order.refused}`, "fifo");
      return;
    }
    const { command } = order;
    const { ok, text: answer } = await this.command(command);
    if (!ok) this.#log.error(`${command.name} from the FIFO is refused: ${answer}`, "fifo");
    else if (command.name !== "message") this.#log.info(`${command.name}: ${answer}`, "fifo");
  }

  get pulsePid(): number | undefined {
    return this.#keeper.pid;
  }

  /** Everything that is known here; undefined when the pulse does not answer. */
  async snapshot(): Promise<Snapshot | undefined> {
    const snapshot = await this.#keeper.snapshot(snapshotMs);
    const ppp = this.#ppp.views();
    return snapshot === undefined || ppp.length === 0 ? snapshot : { ...snapshot, ppp };
  }

  async #status(): Promise<Answer> {
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
