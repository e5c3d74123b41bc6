// A terminal as a window on a page that changes: in the alternate screen, so that what was there comes
// back; only lines that changed are written, so that a slow serial console keeps up; keys move a page
// that is taller than the terminal. Nothing beyond ECMA-48 and xterm's alternate screen.

import { Keys } from "./keys.ts";
import { isHeard } from "./output.ts";

const esc = "\u001b[";
const enter = `${esc}?1049h${esc}?25l${esc}2J`;
const leave = `${esc}?25h${esc}?1049l`;
/** What a terminal that does not tell its size has. */
const usual = { columns: 80, rows: 24 } as const;

/** What keys do, as terminals send them. */
const steps: Readonly<Record<string, (rows: number) => number>> = {
  [`${esc}A`]: () => -1,
  k: () => -1,
  [`${esc}B`]: () => 1,
  j: () => 1,
  [`${esc}5~`]: (rows) => -rows,
  [`${esc}6~`]: (rows) => rows,
  " ": (rows) => rows,
  ...each(["g", `${esc}H`, `${esc}1~`, `${esc}7~`], () => Number.NEGATIVE_INFINITY),
  ...each(["G", `${esc}F`, `${esc}4~`, `${esc}8~`], () => Number.POSITIVE_INFINITY),
};

/** Terminals do not agree on what Home and End send. */
function each(keys: readonly string[], step: (rows: number) => number) {
  return Object.fromEntries(keys.map((key) => [key, step]));
}

export class Screen {
  readonly #quit: () => void;
  readonly #resized = () => this.#redraw();
  readonly #keys = new Keys();
  readonly #key = (bytes: Buffer) => {
    for (const key of this.#keys.take(bytes.toString("latin1"))) this.#press(key);
  };
  #page: readonly string[] = [];
  #shown: string[] = [];
  #top = 0;

  /** `quit`: somebody pressed q or Ctrl-C. */
  constructor(quit: () => void) {
    this.#quit = quit;
    process.stdout.write(enter);
    process.stdout.on("resize", this.#resized);
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(true);
      process.stdin.on("data", this.#key);
    }
  }

  /** Shows this page from now on. */
  show(page: string): void {
    this.#page = page.split("\n");
    this.#draw();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    process.stdout.off("resize", this.#resized);
    if (process.stdin.isTTY) {
      process.stdin.off("data", this.#key);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    }
    process.stdout.write(leave);
  }

  #press(key: string): void {
    if (key === "q" || key === "\u0003") {
      this.#quit();
      return;
    }
    const step = steps[key];
    if (step === undefined) return;
    this.#top += step(rowsOf() - 1);
    this.#draw();
  }

  #redraw(): void {
    this.#shown = [];
    process.stdout.write(`${esc}2J`);
    this.#draw();
  }

  #draw(): void {
    if (!isHeard()) return;
    const lines = this.#visible();
    const changed = lines.flatMap((line, row) => {
      return line === this.#shown[row] ? [] : [`${esc}${row + 1};1H${line}${esc}0m${esc}K`];
    });
    this.#shown = lines;
    if (changed.length > 0) process.stdout.write(changed.join(""));
  }

  /** What of the page fits, and what there is above and below it. */
  #visible(): string[] {
    const { columns } = { ...usual, ...sized() };
    const rows = rowsOf();
    // Reasons are long, and nobody shall miss their ends.
    const all = this.#page.flatMap((line) => wrapped(line, columns));
    const fits = all.length <= rows;
    const room = fits ? rows : rows - 1;
    this.#top = Math.max(0, Math.min(this.#top, all.length - room));
    const lines = all.slice(this.#top, this.#top + room);
    while (lines.length < room) lines.push("");
    if (fits) return lines;
    const where = `lines ${this.#top + 1} to ${this.#top + room} of ${all.length}`;
    return [...lines, `-- ${where}: arrows move, q quits --`.slice(0, columns)];
  }
}

/** What goes on in the next line stands below its begin, where there is room for it. */
function wrapped(line: string, columns: number): string[] {
  if (Bun.stringWidth(line) <= columns) return [line];
  const before = line.length - line.trimStart().length;
  const indent = before <= columns / 2 ? before : 0;
  const rest = Bun.wrapAnsi(line.slice(indent), columns - indent, { hard: true, trim: false });
  return rest.split("\n").map((part) => `${" ".repeat(indent)}${part}`);
}

function sized(): { readonly columns?: number; readonly rows?: number } {
  const { columns, rows } = process.stdout;
  return { ...(columns > 0 && { columns }), ...(rows > 0 && { rows }) };
}

function rowsOf(): number {
  return Math.max(2, sized().rows ?? usual.rows);
}
