// Keeps the node list: answers and adopts lists, adds, deletes and describes nodes (heartbeat-wire 12).

import type { ClusterConfig } from "../../config/cluster.ts";
import { type Message, text, textOf } from "../../wire/message.ts";
import { filter } from "../clients/filter.ts";
import { removalNews } from "../clients/news.ts";
import type { Command } from "../input.ts";
import type { Instant } from "../instant.ts";
import { decimalOf, type Header } from "./header.ts";
import { answerWithList, missingFrom, splitNames, whyNotDelete } from "./nodelist.ts";
import type { Peer } from "./peer.ts";
import type { Roster } from "./roster.ts";
import type { Sender } from "./sender.ts";
import type { Startup } from "./startup.ts";
import type { Turn } from "./turn.ts";

/** The commands that are about nodes. */
type NodeCommand = Exclude<Command, { readonly name: "standby" | "takeover" | "leave" }>;

export interface Delivery {
  readonly peer: Peer;
  readonly message: Message;
  readonly startup: Startup;
}

export class Registrar {
  readonly #roster: Roster;
  readonly #sender: Sender;
  readonly #self: string;

  constructor(config: ClusterConfig, parts: { roster: Roster; sender: Sender }) {
    this.#roster = parts.roster;
    this.#sender = parts.sender;
    this.#self = config.self;
  }

  /** A stranger's first message under autojoin: the node joins, the message is dropped. */
  join(turn: Turn, { src, uuid }: Header, now: Instant): void {
    const peer = this.#roster.add(src, now);
    if (peer === undefined) {
      turn.log("error", "join", `No room for node ${src}`);
      return;
    }
    if (uuid !== undefined) peer.uuid = uuid;
    turn.log("info", "join", `${src} joins the cluster (autojoin)`, { peer: src });
    this.#changed(turn);
  }

  /** Acts on a message about nodes; false when it is about something else. */
  understands(turn: Turn, { peer, message, startup }: Delivery, now: Instant): boolean {
    switch (textOf(message, "t")) {
      case "reqnodes":
        turn.do(this.#sender.send(answerWithList(peer.name, this.#roster), now));
        return true;
      case "repnodes":
        if (startup.answered(peer.name)) this.#adoptList(turn, peer.name, message, now);
        return true;
      case "shutdone":
        peer.left = true;
        turn.log("info", "member", `${peer.name} has released everything and leaves (shutdone)`, {
          peer: peer.name,
          life: "left",
        });
        turn.event({ event: "left", node: peer.name });
        turn.effects.push({ do: "publish" });
        return true;
      case "addnode":
        this.#add(turn, splitNames(textOf(message, "nodelist") ?? ""), now);
        return true;
      case "delnode":
        this.#delete(turn, splitNames(textOf(message, "nodelist") ?? ""), peer.name);
        return true;
      case "setweight":
      case "setsite":
        this.#describe(turn, message);
        return true;
      default:
        return false;
    }
  }

  /** Carries out an operator's command here and tells all others. Returns why not, when refused. */
  command(turn: Turn, command: NodeCommand, now: Instant): string | undefined {
    switch (command.name) {
      case "addnode":
        return this.#commandAdd(turn, command.nodes, now);
      case "delnode": {
        const refused = whyNotDelete(command.nodes, { self: this.#self, roster: this.#roster });
        if (refused !== undefined) return `Deletion refused: ${refused}`;
        this.#tell(turn, { t: "delnode", nodelist: command.nodes.join(" ") }, now);
        this.#delete(turn, command.nodes, "this node");
        return undefined;
      }
      case "setweight": {
        const { node, weight } = command;
        return this.#commandDescribe(turn, { t: "setweight", node, weight: String(weight) }, now);
      }
      case "setsite": {
        const { node, site } = command;
        return this.#commandDescribe(turn, { t: "setsite", node, site }, now);
      }
    }
  }

  /** Goes over to the node list of a new configuration. */
  adopt(turn: Turn, config: ClusterConfig, now: Instant): void {
    const { came, went } = this.#roster.adopt(config, now);
    for (const { name } of came) {
      turn.log("info", "member", `${name} is new in ha.cf`, { peer: name });
    }
    for (const peer of went) this.#farewell(turn, peer, "no longer in ha.cf");
    if (came.length + went.length > 0) this.#changed(turn);
  }

  #commandAdd(turn: Turn, names: readonly string[], now: Instant): string | undefined {
    if (names.length === 0) return "No node is named";
    // As 3.0.6 does: a script that adds all nodes again adds those that are not there.
    const known = this.#roster.names();
    if (names.every((name) => known.includes(name))) {
      return `Node ${names[0]} is in the cluster already`;
    }
    this.#tell(turn, { t: "addnode", nodelist: names.join(" ") }, now);
    this.#add(turn, names, now);
    return undefined;
  }

  #commandDescribe(
    turn: Turn,
    fields: Record<"t" | "node", string> & Record<string, string>,
    now: Instant,
  ): string | undefined {
    if (!this.#roster.names().includes(fields.node)) {
      return `Node ${fields.node} is not in the cluster`;
    }
    this.#tell(turn, fields, now);
    this.#describe(turn, text(fields));
    return undefined;
  }

  #tell(turn: Turn, fields: Readonly<Record<string, string>>, now: Instant): void {
    turn.do(this.#sender.send(text(fields), now));
  }

  #adoptList(turn: Turn, by: string, message: Message, now: Instant): void {
    const list = splitNames(textOf(message, "nodelist") ?? "");
    if (!list.includes(this.#self)) {
      turn.log("error", "member", `The node list of ${by} lacks this node: not adopted`);
      return;
    }
    let changed = false;
    for (const name of list) {
      if (this.#roster.add(name, now) === undefined) continue;
      turn.log("info", "member", `${name} is new: ${by} lists it`, { peer: name });
      changed = true;
    }
    for (const peer of missingFrom(list, this.#roster)) {
      this.#roster.remove(peer.name, false);
      this.#farewell(turn, peer, `${by} does not list it`);
      changed = true;
    }
    this.#roster.adoptDeleted(splitNames(textOf(message, "delnodelist") ?? ""));
    if (changed) this.#changed(turn);
  }

  #add(turn: Turn, names: readonly string[], now: Instant): void {
    for (const name of names) {
      if (this.#roster.add(name, now) === undefined) {
        turn.log("error", "member", `Cannot add node ${name}: it is known already, or no room`);
      } else {
        turn.log("info", "member", `${name} is new: added by command`, { peer: name });
      }
    }
    this.#changed(turn);
  }

  #delete(turn: Turn, names: readonly string[], by: string): void {
    const refused = whyNotDelete(names, { self: this.#self, roster: this.#roster });
    if (refused !== undefined) {
      turn.log("error", "member", `Deletion of ${names.join(", ")} by ${by} refused: ${refused}`);
      return;
    }
    for (const name of names) {
      const peer = this.#roster.remove(name, true);
      if (peer !== undefined) this.#farewell(turn, peer, "deleted by command");
    }
    this.#changed(turn);
  }

  #describe(turn: Turn, message: Message): void {
    const node = textOf(message, "node") ?? "";
    const subject = node === this.#self ? this.#roster : this.#roster.peer(node);
    if (subject === undefined) {
      turn.log("warn", "member", `Weight or site of an unknown node: "${node}"`);
      return;
    }
    if (textOf(message, "t") === "setweight") {
      subject.weight = decimalOf(message, "weight") ?? subject.weight;
    } else {
      subject.site = (textOf(message, "site") ?? "").replace(/[\t\n]/g, " ");
    }
    this.#changed(turn);
  }

  #farewell(turn: Turn, peer: Peer, why: string): void {
    this.#sender.forget(peer.name);
    turn.log("info", "member", `${peer.name} is no longer in the cluster: ${why}`, {
      peer: peer.name,
      why,
    });
    turn.give(removalNews(peer.name), filter.normal);
    turn.event({ event: "removed", node: peer.name });
  }

  #changed(turn: Turn): void {
    turn.do(this.#roster.hostcache());
    turn.effects.push({ do: "publish" });
  }
}
