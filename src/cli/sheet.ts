// What `hb status --watch` shows, fitted to a terminal: whole where there is room for it, else dense, and then
// without empty lines. Where even that is too tall, the page is moved by keys above the last events, which stay.

/** A page in its forms. */
export interface Sheet {
  /** Its sections, from the top. */
  readonly whole: readonly string[];
  /** The same in fewer lines, for a terminal that is so wide. */
  dense(columns: number): readonly string[];
  /** The last events, newest last, under a heading; none: no section. */
  readonly events: { readonly heading: string; readonly lines: readonly string[] };
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What stands on the terminal. */
export interface View {
  readonly lines: readonly string[];
  /** The first line of the page that is seen. */
  readonly top: number;
}

/** So many events are seen unless they are long, or there are no more. */
const eventsMin = 3;

/** The page on a terminal of this size, moved down by `top` lines if it does not fit. */
export function viewOf(sheet: Sheet, size: Size, top: number): View {
  const page = fitting(sheet, size);
  if (page === undefined) return windowOf(sheet, size, top);
  return { lines: filled(page, size.rows), top: 0 };
}

/** The roomiest form that fits. */
function fitting({ whole, dense, events }: Sheet, { columns, rows }: Size): string[] | undefined {
  const all = events.lines.length;
  const few = Math.min(all, eventsMin);
  const within = (parts: readonly string[], between: string, count: number) => {
    const last = events.lines.slice(all - count);
    const section = last.length === 0 ? [] : [[events.heading, ...last].join("\n")];
    const lines = wrappedAll([...parts, ...section].join(between), columns);
    return lines.length <= rows ? lines : undefined;
  };
  const first = within(whole, "\n\n", all);
  if (first !== undefined) return first;
  const parts = dense(columns);
  for (const between of ["\n\n", "\n"]) {
    for (let count = all; count >= few; count -= 1) {
      const lines = within(parts, between, count);
      if (lines !== undefined) return lines;
    }
  }
  return undefined;
}

/** A part of the dense page, what part that is, and the last events. */
function windowOf({ dense, events }: Sheet, { columns, rows }: Size, wanted: number): View {
  const all = wrappedAll(dense(columns).join("\n"), columns);
  const foot = lastOf(events.lines, columns, Math.floor(rows / 3));
  const room = Math.max(1, rows - 1 - foot.length);
  const top = Math.max(0, Math.min(wanted, all.length - room));
  const seen = filled(all.slice(top, top + room), room);
  const where = `lines ${top + 1} to ${Math.min(all.length, top + room)} of ${all.length}`;
  const rule = `-- ${where}: arrows move, q quits --`.slice(0, columns);
  return { lines: [...seen, rule, ...foot], top };
}

/** The newest events that fit into so many lines; of one that is longer, its begin. */
function lastOf(events: readonly string[], columns: number, room: number): string[] {
  let lines: string[] = [];
  for (const event of events.slice(-eventsMin).reverse()) {
    const more = [...wrapped(event, columns), ...lines];
    if (more.length > room) return lines.length > 0 ? lines : more.slice(0, room);
    lines = more;
  }
  return lines;
}

function filled(lines: readonly string[], rows: number): string[] {
  return [...lines, ...Array<string>(Math.max(0, rows - lines.length)).fill("")];
}

function wrappedAll(page: string, columns: number): string[] {
  return page.split("\n").flatMap((line) => wrapped(line, columns));
}

/** What goes on in the next line stands below its begin, where there is room for it. */
function wrapped(line: string, columns: number): string[] {
  if (Bun.stringWidth(line) <= columns) return [line];
  const before = line.length - line.trimStart().length;
  const indent = before <= columns / 2 ? before : 0;
  const rest = Bun.wrapAnsi(line.slice(indent), columns - indent, { hard: true, trim: false });
  return rest.split("\n").map((part) => `${" ".repeat(indent)}${part}`);
}
