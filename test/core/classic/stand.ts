// A stand for the machines beside a Heartbeat 3 node: the real runner behind them, a made-up partner in
// front, and a clock that only moves when told.
//
// Messages are written as words: `resource rsc_hold=all rtype=full isstable=1`; the first word is the type.

import type { GroupSpec } from "../../../src/config/resource.ts";
import { Classic } from "../../../src/core/classic/classic.ts";
import { Legacy } from "../../../src/core/classic/legacy.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { Fencing } from "../../../src/core/fencing/fencing.ts";
import type { Negotiator, Table } from "../../../src/core/group/negotiator.ts";
import { Runner } from "../../../src/core/group/runner.ts";
import type { Command } from "../../../src/core/input.ts";
import { after, at, type Instant } from "../../../src/core/instant.ts";
import type { Member, MemberEvent, NodeStatus } from "../../../src/core/member.ts";
import type { RememberedGroup } from "../../../src/core/memory.ts";
import { type Message, text } from "../../../src/wire/message.ts";

export interface StandOptions {
  readonly self?: "alice" | "bob";
  readonly autoFailback?: "on" | "off" | "legacy";
  /** Owner and key of each group; one group each by default. */
  readonly groups?: readonly (readonly [owner: string, key: string])[];
  /** Keys that an earlier run left up. */
  readonly adopted?: readonly string[];
  /** Own status: "up" is a start, "active" a negotiator that begins in mid-run. */
  readonly status?: "up" | "active";
  readonly partner?: NodeStatus;
  /** Scripts take this long. */
  readonly jobMs?: number;
}

interface Job {
  readonly number: number;
  readonly due: Instant;
  readonly group: string;
  readonly action: string;
}

export class Stand {
  now: Instant = at(1_000_000);
  readonly self: string;
  readonly other: string;
  readonly runner: Runner;
  readonly machine: Negotiator;
  /** Keys whose start fails here. */
  readonly broken = new Set<string>();
  /** Keys whose scripts never end. */
  readonly stuck = new Set<string>();
  /** Scripts that run by now, whatever the machines believe. */
  readonly running = new Set<string>();
  readonly logs: string[] = [];
  readonly replies: string[] = [];
  readonly others: Effect[] = [];
  /** Scripts run, as "start KEY". */
  readonly work: string[] = [];
  ownStatus: NodeStatus;
  partnerStatus: NodeStatus;
  #said: string[] = [];
  #jobs: Job[] = [];
  #seq = 1;
  readonly #jobMs: number;

  constructor(options: StandOptions = {}) {
    this.self = options.self ?? "alice";
    this.other = this.self === "alice" ? "bob" : "alice";
    this.ownStatus = options.status ?? "up";
    this.partnerStatus = options.partner ?? "up";
    this.#jobMs = options.jobMs ?? 100;
    const groups = options.groups ?? [
      ["alice", "a"],
      ["bob", "b"],
    ];
    const rules = { resourceTimeoutMs: 60_000, onStopFailure: "ignore" } as const;
    this.runner = new Runner(
      groups.map(([owner, key]) => spec(owner, key)),
      rules,
      1,
    );
    const adopted = (options.adopted ?? []).map(
      (key): RememberedGroup => ({ key, assigned: { node: this.self, epoch: 0 }, up: [key] }),
    );
    for (const { key } of adopted) this.running.add(key);
    this.#carry(this.runner.adopt(adopted, true));
    const table: Table = {
      self: this.self,
      autoFailback: options.autoFailback ?? "on",
      deadtimeMs: 5_000,
      patienceMs: 30_000,
      hand: this.runner,
      fencing: new Fencing({ device: () => undefined, send: () => [] }),
      members: () => this.#members(),
      send: (draft) => {
        this.#said.push(words(draft));
        return [];
      },
    };
    const legacy = table.autoFailback === "legacy";
    this.machine = legacy ? new Legacy(table, this.now) : new Classic(table, this.now);
    if (options.status === "active") this.#settle();
  }

  /** What was said since the last call. */
  said(): string[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }

  held(): string[] {
    return this.runner.groups.filter(({ state }) => state === "held").map(({ key }) => key);
  }

  states(): string {
    return this.runner.groups.map(({ key, state }) => `${key}=${state}`).join(" ");
  }

  /** Membership's news about the partner. `status`: it has that already, where the event does not say. */
  event(
    event: MemberEvent["event"],
    { status, ...more }: { readonly status?: NodeStatus } & Partial<Record<string, unknown>> = {},
  ): void {
    const statuses: Partial<Record<string, NodeStatus>> = {
      up: "up",
      restarted: "up",
      active: "active",
      returned: "active",
      dead: "dead",
    };
    this.partnerStatus = status ?? statuses[event] ?? this.partnerStatus;
    if (event === "comm-up") this.ownStatus = "active";
    const details = event === "dead" ? { why: "silent", wasHeard: true } : {};
    const full = { event, node: this.other, ...details, ...more } as MemberEvent;
    this.#carry(this.machine.member(full, this.now) ?? []);
    this.#settle();
  }

  /** The partner says something. */
  hear(line: string, seq?: number): void {
    const number = seq ?? this.#seq;
    this.#seq = Math.max(this.#seq, number) + 1;
    const message = parse(`${line} seq=${number.toString(16)}`);
    this.event("message", { message });
  }

  command(request: number, command: Command): void {
    this.#carry(this.machine.command(request, command, this.now));
    this.#settle();
  }

  overslept(ms: number): void {
    this.#carry(this.runner.suspendAll());
    this.#carry(this.machine.overslept(ms, this.now));
    this.#settle();
  }

  /** An address of this group is lost for good. */
  lose(key: string): void {
    const lost = {
      on: "address-lost",
      word: key,
      reason: "device gone",
      recoverable: false,
    } as const;
    this.#carry(this.runner.lost(lost, this.now));
    this.#settle();
  }

  /** Lets time pass: jobs end and alarms ring in order. */
  advance(ms: number): void {
    const end = after(this.now, ms);
    for (;;) {
      const job = this.#jobs.filter(({ group }) => !this.stuck.has(group)).sort(byDue)[0];
      const alarm = [this.machine.deadline(), this.runner.deadline()]
        .filter((when) => when !== undefined)
        .sort((a, b) => a - b)[0];
      const next = Math.min(job?.due ?? end, alarm ?? end);
      if (next >= end && (job?.due ?? end) >= end && (alarm ?? end) >= end) break;
      this.now = at(Math.max(this.now, next));
      if (job !== undefined && job.due <= this.now) {
        this.#jobs = this.#jobs.filter((other) => other !== job);
        this.#end(job);
      } else {
        this.#carry(this.runner.expire(this.now));
        this.#carry(this.machine.expire(this.now));
      }
      this.#settle();
    }
    this.now = end;
    this.#carry(this.runner.expire(this.now));
    this.#carry(this.machine.expire(this.now));
    this.#settle();
  }

  /** The whole start of both, to the state where each holds its own groups. */
  startBoth(): void {
    this.event("up");
    this.event("active");
    this.event("comm-up");
    this.hear("starting");
    this.hear("resource rsc_hold=none rtype=full isstable=0");
    this.advance(500);
    this.hear("resource rsc_hold=local rtype=full isstable=1");
    this.advance(500);
    this.said();
  }

  #members(): Member[] {
    const base = { kind: "normal", speaksHb: false, unheard: false, generation: 1 } as const;
    return [
      { ...base, name: this.self, status: this.ownStatus },
      { ...base, name: this.other, status: this.partnerStatus },
    ];
  }

  #end(job: Job): void {
    const fails = job.action === "start" && this.broken.has(job.group);
    const ok = job.action === "status" ? this.running.has(job.group) : !fails;
    if (job.action === "start" && ok) this.running.add(job.group);
    if (job.action === "stop") this.running.delete(job.group);
    const result = {
      on: "result",
      job: job.number,
      ok,
      text: ok ? "" : "exit 1",
      tookMs: 1,
    } as const;
    this.#carry(this.runner.result(result, this.now));
  }

  #settle(): void {
    for (let ended = this.runner.ended(); ended.length > 0; ended = this.runner.ended()) {
      for (const outcomes of ended) this.#carry(this.machine.settled(outcomes, this.now));
    }
  }

  #carry(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === "run" || effect.do === "hold" || effect.do === "drop") {
        const group = effect.do === "run" ? effect.group : (effect.resources[0]?.word ?? "");
        const action = effect.do === "run" ? effect.action : effect.do;
        if (action !== "status") this.work.push(`${action} ${group}`);
        const due = after(this.now, this.#jobMs);
        this.#jobs.push({ number: effect.job, due, group, action });
      } else if (effect.do === "log") this.logs.push(`${effect.level}: ${effect.text}`);
      else if (effect.do === "reply") {
        this.replies.push(`${effect.request} ${effect.ok ? "ok" : "refused"}: ${effect.text}`);
      } else this.others.push(effect);
    }
  }
}

function byDue(a: Job, b: Job): number {
  return a.due - b.due || a.number - b.number;
}

function spec(owner: string, key: string): GroupSpec {
  const script = { kind: "script", word: key, style: "heartbeat", name: key, args: [] } as const;
  const address = {
    kind: "address",
    word: key,
    agent: "IPaddr2",
    family: 4,
    address: "10.0.0.1",
  } as const;
  return { key, owner, resources: [key.startsWith("ip") ? address : script] };
}

/** `resource rsc_hold=all` and the like. */
export function parse(line: string): Message {
  const [type = "", ...fields] = line.split(" ");
  const pairs = fields.map((field) => {
    const cut = field.indexOf("=");
    return [field.slice(0, cut), field.slice(cut + 1)] as const;
  });
  return text({ t: type, ...Object.fromEntries(pairs) });
}

export function words(message: Message): string {
  const values = message.fields.map((field) =>
    field.name === "t" ? String(field.value) : `${field.name}=${String(field.value)}`,
  );
  return values.join(" ");
}
