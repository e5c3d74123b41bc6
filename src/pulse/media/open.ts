// One carrier for each line of ha.cf that names a medium.

import type { Medium } from "../../config/medium.ts";
import { openBcast } from "./bcast.ts";
import type { Carrier, Surroundings } from "./carrier.ts";
import { openMcast } from "./mcast.ts";
import { openPing } from "./ping.ts";
import { openPpp } from "./ppp.ts";
import { openSerial } from "./serial.ts";
import { openUcast } from "./ucast.ts";

/** Opens the medium, or throws why not. */
export function openMedium(medium: Medium, surroundings: Surroundings): Carrier {
  switch (medium.kind) {
    case "bcast":
      return openBcast(medium);
    case "ucast":
    case "ucast6":
      return openUcast(medium);
    case "mcast":
    case "mcast6":
      return openMcast(medium);
    case "ping":
    case "ping6":
    case "ping_group":
      return openPing(medium);
    case "ppp":
      return openPpp(medium, surroundings);
    case "serial":
      return openSerial(medium, surroundings);
  }
}

/** The medium as ha.cf names it: "ucast eth0 10.0.0.2". */
export function describeMedium(medium: Medium): string {
  switch (medium.kind) {
    case "bcast":
      return `bcast ${medium.device}`;
    case "ucast":
    case "ucast6":
      return `${medium.kind} ${medium.device} ${medium.peer}`;
    case "mcast":
    case "mcast6":
      return `${medium.kind} ${medium.device} ${medium.group}`;
    case "serial":
    case "ppp":
      return `${medium.kind} ${medium.device}`;
    default:
      return `${medium.kind} ${medium.name}`;
  }
}
