// The header block of a message (heartbeat-wire 4), put behind the payload by the one who sends it.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { Boot } from "../../../../src/core/boot.ts";
import { hexToBytes } from "../../../../src/wire/bytes.ts";
import type { Field, Message } from "../../../../src/wire/message.ts";
import type { Fields } from "./master.ts";
import type { Peer } from "./peer.ts";

const NULL_UUID = "0".repeat(32);

export class Header {
  readonly #config: ClusterConfig;
  readonly #boot: Boot;
  readonly #peers: ReadonlyMap<string, Peer>;
  #seq = 0;

  constructor(config: ClusterConfig, boot: Boot, peers: ReadonlyMap<string, Peer>) {
    this.#config = config;
    this.#boot = boot;
    this.#peers = peers;
  }

  /** Messages of the NS_ family have no number and no load. */
  complete(
    fields: Fields,
    unixSeconds: number,
    load: string,
  ): { readonly message: Message; readonly seq?: number } {
    const { self, hopfudge, nodes, media } = this.#config;
    const isLoose = fields.t?.startsWith("NS_") === true;
    if (!isLoose) this.#seq += 1;
    const pings = media.filter(({ kind }) => kind.startsWith("ping")).length;
    const { dest } = fields;
    const block: Field[] = [
      ...Object.entries(fields).map(([name, value]) => string(name, value)),
      ...(dest === undefined ? [] : [uuid("destuuid", this.#peers.get(dest)?.uuid)]),
      string("src", self),
      uuid("srcuuid", this.#boot.uuid),
      ...(isLoose ? [] : [string("seq", this.#seq.toString(16))]),
      string("hg", this.#boot.generation.toString(16)),
      string("ts", unixSeconds.toString(16)),
      ...(isLoose ? [] : [string("ld", load)]),
      string("ttl", String(hopfudge + nodes.length + pings)),
    ];
    return { message: { fields: block }, ...(isLoose ? {} : { seq: this.#seq }) };
  }
}

/** The string fields of a message that somebody wrote into the FIFO. */
export function payloadOf({ fields }: Message): Fields {
  return Object.fromEntries(
    fields.flatMap(({ name, type, value }) => (type === "string" ? [[name, value]] : [])),
  );
}

function string(name: string, value: string): Field {
  return { name, type: "string", value };
}

function uuid(name: string, hex = NULL_UUID): Field {
  return { name, type: "binary", value: hexToBytes(hex) ?? new Uint8Array(16) };
}
