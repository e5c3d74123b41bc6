// What a `ccm` tells programs at /run/heartbeat/ccm/ccm: who is a member (ccm 7). It is only told, never asked.
//
// Bodies of frames. Numbers are 32 bits in the order of the host, which is little-endian wherever hb runs. The
// list of nodes and the membership must leave in one write: a client that polls twice and no more
// (cl_status hbstatus -v) has both then, or neither.

import { textToBytes } from "../bytes.ts";

const EVICTED = 1;
const NEW_MEMBERSHIP = 2;
const INFLUX = 3;
const LOW_LEVEL_MEMBERSHIP = 4;

/** A name and its NUL; one more byte fills up to a multiple of four. */
const NAME = 255;
const NODE = 4 + NAME + 1;

export interface CcmNews {
  /** All nodes, sorted: a node's number is its place. */
  readonly nodes: readonly string[];
  readonly self: string;
  readonly transition: number;
  readonly quorate: boolean;
  readonly members: readonly { readonly index: number; readonly bornon: number }[];
}

/** The bodies that tell a membership: to be sent together. */
export function ccmMembership(news: CcmNews): readonly Uint8Array[] {
  return [lowLevel(news), membership(news)];
}

/** The body that tells that the membership is being agreed on anew. */
export function ccmInflux(): Uint8Array {
  return numbers([INFLUX]);
}

/** The body that tells that this node is in no membership any longer. */
export function ccmEvicted(): Uint8Array {
  return numbers([EVICTED]);
}

function lowLevel({ nodes, self }: CcmNews): Uint8Array {
  const body = new Uint8Array(12 + nodes.length * NODE);
  body.set(numbers([LOW_LEVEL_MEMBERSHIP, nodes.length, nodes.indexOf(self)]));
  for (const [index, name] of nodes.entries()) {
    const at = 12 + index * NODE;
    body.set(numbers([index]), at);
    body.set(textToBytes(name).subarray(0, NAME - 1), at + 4);
  }
  return body;
}

function membership({ transition, quorate, members }: CcmNews): Uint8Array {
  const list = members.flatMap(({ index, bornon }) => [index, bornon]);
  return numbers([NEW_MEMBERSHIP, members.length, transition, quorate ? 1 : 0, ...list]);
}

function numbers(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setInt32(4 * index, value, true);
  return bytes;
}
