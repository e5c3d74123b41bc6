// One virtual router on the page of `hb status`: what it is, since when and why, whom it hears, what
// comes next.

import type { RouterView } from "../core/snapshot.ts";
import { otherMaster } from "../desk/carp/othermaster.ts";
import { type Cell, countsOf, dot, length, styleOf } from "./column.ts";

const addressesShown = 4;

/** Its row, and what there is to say under it. */
export function routerRows(router: RouterView): Cell[][] {
  const { name, state, sinceMs, next, why, packets, pid } = router;
  const due = next === undefined ? "" : `${next.what} in ${length(next.inMs)}`;
  const since = `for ${length(sinceMs)}`;
  const by = pid === undefined ? "" : `; runs in "hb carp", pid ${pid}`;
  return [
    [dot(state), name, [styleOf(state), state], since, addressesOf(router), ["dim", due]],
    ...(why === "" ? [] : [about(["dim", why])]),
    ...demotion(router).map(about),
    ...rival(router).map(about),
    about(["dim", heardBy(router)]),
    about(["dim", `sent ${packets.sent} adverts, took ${packets.received}${by}`]),
    ...rejected(packets.rejected).map(about),
  ];
}

/** The same in two lines: what is configured and counted is on the whole page. */
export function denseRouterRows(router: RouterView): Cell[][] {
  const { why, heard } = router;
  const [row = []] = routerRows(router);
  const last = heard === undefined ? "" : `heard ${heard.from} ${length(heard.agoMs)} ago`;
  const rest = [why, last || "nobody else was heard"].filter(Boolean).join("; ");
  const troubles = [...demotion(router), ...rival(router), ...rejected(router.packets.rejected)];
  return [row, about(["dim", rest]), ...troubles.map(about)];
}

/** Stands under the row of its router. */
function about(cell: Cell): Cell[] {
  return ["", "", cell];
}

function demotion({ demoted }: RouterView): Cell[] {
  return demoted.length === 0 ? [] : [["yellow", `demoted: ${demoted.join(", ")}`]];
}

function rival(router: RouterView): Cell[] {
  const other = otherMaster(router);
  return other === undefined
    ? []
    : [["red", `${other} is master as well: it does not hear this host`]];
}

/** A router of many addresses shall not fill the line; the JSON form has them all. */
function addressesOf({ addresses }: RouterView): string {
  const more = addresses.length - addressesShown;
  const shown = addresses.slice(0, addressesShown).join(" ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function heardBy({ heard, advbase, advskew }: RouterView): string {
  const own = `advbase ${advbase} advskew ${advskew}`;
  if (heard === undefined) return `${own}; nobody else was heard`;
  const { from, demote, sealed, agoMs } = heard;
  const pace = `advbase ${heard.advbase} advskew ${heard.advskew}`;
  const more = [...(demote > 0 ? [`demoted by ${demote}`] : []), ...(sealed ? ["sealed"] : [])];
  return `${own}; heard ${from} ${length(agoMs)} ago: ${[pace, ...more].join(", ")}`;
}

/** Other virtual routers on the same network are heard every second, and are nothing to look at. */
const everyday = "vhid";

function rejected(counts: RouterView["packets"]["rejected"]): Cell[] {
  const text = countsOf({ ...counts, [everyday]: 0 });
  return text === "" ? [] : [["yellow", `rejected adverts: ${text}`]];
}
