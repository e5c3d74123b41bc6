// What clients may ask, by reqtype (heartbeat-api.md 5). Everything is answered at once, from what this node
// knows; only whether a client is on another node is asked there.

import { isPacemakerOn } from "../../config/parameter.ts";
import type { Directory, DirectoryNode } from "../../core/clients/directory.ts";
import { filter } from "../../core/clients/filter.ts";
import { bytesToHex, hexToBytes } from "../../wire/bytes.ts";
import { bytesOf, type Field, type Message, text, textOf } from "../../wire/message.ts";
import { type Answer, invalid, refused, said, silent } from "./answer.ts";

/** Who asks, and what it may change about itself. */
export interface Asker {
  readonly id: string;
  /** Whether it may hear more than what changes something. */
  readonly mayOverhear: boolean;
  filter: number;
  /** Sent to it behind every frame; undefined: none. */
  signal: number | undefined;
  /** Frames that it may leave unread. */
  queueMax: number;
}

/** What the answers are made of. */
export interface Facts {
  readonly self: string;
  readonly directory: Directory;
  /** Of the configuration; as byte strings. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Names of nodes in the order of ha.cf; those that joined later come behind. */
  readonly listed: readonly string[];
  isHere(client: string): boolean;
  /** Sends a message of this node's own to the cluster. */
  broadcast(message: Message): void;
}

type Handler = (request: Message, asker: Asker, facts: Facts) => Answer;

/** Longer queues would be memory of ours for nothing: Pacemaker asks for 1024. */
const queueLongest = 4_096;

const knownFilters = Object.values(filter).reduce((all, bit) => all | bit, 0);

const SIGKILL = 9;
const SIGSTOP = 19;

const managedByPacemaker = "Resource is managed by crm. Use crm tool to query resource";

/** Answers one request. */
export function answerTo(request: Message, asker: Asker, facts: Facts): Answer {
  const reqtype = textOf(request, "reqtype") ?? "";
  const handler = Object.hasOwn(handlers, reqtype) ? handlers[reqtype] : undefined;
  return handler?.(request, asker, facts) ?? refused();
}

const handlers: Readonly<Record<string, Handler>> = {
  signoff: () => ({ kind: "signoff" }),
  setfilter(request, asker) {
    const digits = textOf(request, "fmask") ?? "";
    if (!/^(0x)?[0-9a-f]{1,8}$/i.test(digits)) return invalid;
    const wanted = Number.parseInt(digits, 16) & knownFilters;
    if ((wanted & ~filter.normal) !== 0 && !asker.mayOverhear) return refused("EPERM");
    asker.filter = wanted;
    return said({});
  },
  setsignal(request, asker) {
    const digits = textOf(request, "signal");
    if (digits === undefined) return refused();
    const signal = /^[0-9]{1,2}$/.test(digits) ? Number(digits) : -1;
    if (signal < 0 || signal > 31 || signal === SIGKILL || signal === SIGSTOP) return invalid;
    asker.signal = signal;
    return said({});
  },
  set_sendqlen(request, asker) {
    const digits = textOf(request, "sendqlen") ?? "";
    const length = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
    if (length > 0) asker.queueMax = Math.min(length, queueLongest);
    return silent;
  },

  nodelist(_request, _asker, { directory, listed }) {
    const place = ({ name }: DirectoryNode) => listed.indexOf(name) + 1 || listed.length + 1;
    const nodes = directory.nodes.toSorted((a, b) => place(a) - place(b));
    return said(
      ...nodes.map(({ name, type, status }) => ({ node: name, nodetype: type, st: status })),
    );
  },
  numnodes(_request, _asker, { directory }) {
    const normal = directory.nodes.filter(({ type }) => type === "normal");
    return said({ numnodes: String(normal.length) });
  },
  nodestatus: ofNode(({ status: st }) => said({ st })),
  nodetype: ofNode(({ type: nodetype }) => said({ nodetype })),
  nodeweight: ofNode(({ weight }) => said({ weight: String(weight) })),
  nodesite: ofNode(({ site }) => said({ site })),
  iflist: ofNode(({ links }) => {
    if (links.length === 0) return refused();
    return said(...links.map(({ name: ifname, status: st }) => ({ ifname, st })));
  }),
  ifstatus: ofNode(({ links }, request) => {
    const link = links.find(({ name }) => name === textOf(request, "ifname"));
    return link === undefined ? invalid : said({ st: link.status });
  }),

  clientstatus: ofNode((node, request, asker, facts) => {
    const cn = textOf(request, "cn");
    if (cn === undefined) return invalid;
    const isRemote = node.name !== facts.self && node.type === "normal";
    if (isRemote && node.status === "active") {
      // The answer is a message of that node to this client.
      facts.broadcast(text({ t: "query-cstatus", dest: node.name, cn, from_id: asker.id }));
      return silent;
    }
    const isThere = node.name === facts.self && facts.isHere(cn);
    return said({ subt: "respond-cstatus", cs: isThere ? "online" : "offline" });
  }),

  getparm(request, _asker, { parameters }) {
    const name = textOf(request, "pname");
    if (name === undefined) return invalid;
    const pvalue = parameters.get(name);
    return said(pvalue === undefined ? {} : { pvalue });
  },
  getrsc(_request, _asker, { directory, parameters }) {
    if (isPacemakerOn(parameters.get("pacemaker"))) return refused(managedByPacemaker);
    return said({ rsc_hold: directory.resources });
  },
  getuuid(request, _asker, { directory }) {
    const name = textOf(request, "queryname");
    if (name === undefined) return refused("no query node name found");
    const uuid = hexToBytes(find(directory, name)?.uuid ?? "");
    return said(uuid === undefined || uuid.length === 0 ? [] : [binary("queryuuid", uuid)]);
  },
  getnodename(request, _asker, { directory }) {
    const uuid = bytesOf(request, "queryuuid");
    if (uuid === undefined) return invalid;
    const hex = bytesToHex(uuid);
    const node = directory.nodes.find((each) => each.uuid === hex);
    return said(node === undefined ? {} : { queryname: node.name });
  },
};

/** What asks about one node, by its name. */
function ofNode(
  handler: (node: DirectoryNode, request: Message, asker: Asker, facts: Facts) => Answer,
): Handler {
  return (request, asker, facts) => {
    const node = find(facts.directory, textOf(request, "node"));
    return node === undefined ? invalid : handler(node, request, asker, facts);
  };
}

/** Names of nodes are the same in any case. */
function find({ nodes }: Directory, name: string | undefined): DirectoryNode | undefined {
  const lower = name?.toLowerCase();
  return nodes.find((node) => node.name.toLowerCase() === lower);
}

function binary(name: string, value: Uint8Array): Field {
  return { name, type: "binary", value };
}
