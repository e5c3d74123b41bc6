// Serial lines on the page of `hb status`: whether each works here, and what it carried and lost.

import type { PacketView, Snapshot } from "../core/snapshot.ts";
import { type Cell, countsOf, dot, styleOf } from "./column.ts";

/** One row for each serial line of this host, a second one when there is something to say of it. */
export function lineRows({ node: self, nodes, pulse }: Snapshot): Cell[][] {
  const own = nodes.find(({ name }) => name === self)?.links ?? [];
  return pulse.packets.flatMap((packets) => {
    const state = own.find(({ name }) => name === packets.link)?.state ?? "unknown";
    return rowsOf(packets, state);
  });
}

function rowsOf({ link, line, forwarded = 0 }: PacketView, state: string): Cell[][] {
  if (line === undefined) return [];
  const { baud, flow, bytesIn, bytesOut, waiting } = line;
  const speed = `${baud} baud${flow === "none" ? " without RTS/CTS" : ""}`;
  const bytes = `${bytesIn} bytes in, ${bytesOut} out${waiting > 0 ? `, ${waiting} wait` : ""}`;
  const passed = forwarded > 0 ? `${forwarded} packets of others passed on` : "";
  const row: Cell[] = [dot(state), link, [styleOf(state), state], speed, bytes, ["dim", passed]];
  const { noise, stalls, dropped, replaced, unsendable } = line;
  const losses = countsOf({ "noise bytes": noise, stalls, dropped, replaced, unsendable });
  return losses === "" ? [row] : [row, ["", "", ["yellow", losses]]];
}
