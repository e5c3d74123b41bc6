// What Heartbeat's ccm_testclient prints, event by event.

export interface Event {
  /** "NEW MEMBERSHIP", "NO QUORUM MEMBERSHIP", "NOT PRIMARY"; "INVALID", without members. */
  readonly kind: string;
  readonly instance: number;
  readonly members: readonly { readonly name: string; readonly born: number }[];
}

const MEMBER = /uname=(\S+), born=(\d+)/g;

/** Those that it has printed to their end. */
export function eventsIn(log: string): Event[] {
  const [, ...parts] = log.split("mem_handle_event: Got an event ");
  return parts.flatMap((part) => {
    const lines = part.replaceAll(/^.*: info: /gm, "");
    const isWhole = lines.includes("-----------------------\n");
    if (!isWhole && !lines.includes("no mbr_track info\n")) return [];
    const [, rest = ""] = lines.split("NODES IN THE PRIMARY MEMBERSHIP\n");
    const [list = ""] = rest.split(/^[A-Z]/m);
    const members = [...list.matchAll(MEMBER)].map(([, name = "", born]) => ({
      name,
      born: Number(born),
    }));
    return [
      {
        kind: /^event=(.*):$/m.exec(lines)?.[1] ?? /^OC_EV_MS_(\w+)/.exec(lines)?.[1] ?? "",
        instance: Number(/^instance=(\d+)/m.exec(lines)?.[1]),
        members,
      },
    ];
  });
}

export function namesOf({ members }: Event): string[] {
  return members.map(({ name }) => name).toSorted();
}

/**
 * What a client was told in one part of a story, in words that are the same for equal stories: the number of a
 * membership by how it differs from the one before. Who comes back first is chance: of memberships that only
 * lead to the last one nothing is said.
 */
export function wordsOf(
  before: Event | undefined,
  events: readonly Event[],
  called: (name: string) => string,
): string[] {
  const listed = (names: readonly string[]) =>
    names.map(called).toSorted().join(" and ") || "nobody";
  const kept = events.filter((event, at) => {
    const told = isBare(event) ? events[at + 1] : event;
    return told?.kind !== "NEW MEMBERSHIP" || told === events.at(-1);
  });
  return kept.map((event) => {
    const { kind } = event;
    if (kind === "NOT PRIMARY" || isBare(event)) return kind;
    const names = namesOf(event);
    if (before === undefined) return `${kind} of ${listed(names)}`;
    const old = namesOf(before);
    const came = names.filter((name) => !old.includes(name));
    const lost = old.filter((name) => !names.includes(name));
    const number = event.instance > before.instance ? "higher" : "lower";
    return `${kind} of ${listed(names)}: came ${listed(came)}, lost ${listed(lost)}, ${number}`;
  });
}

function isBare({ members }: Event): boolean {
  return members.length === 0;
}
