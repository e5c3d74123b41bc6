// A terminal as a window on a page that changes: in the alternate screen, so that what was there comes
// back; only lines that changed are written, so that a slow serial console keeps up; keys move a page
// that is taller than the terminal (sheet.ts says what of it is seen). Nothing beyond ECMA-48 and xterm's
// alternate screen.

import { Keys } from "./keys.ts";
import { isHeard } from "./output.ts";
import { type Sheet, type Size, viewOf } from "./sheet.ts";

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
  #sheet: Sheet = { whole: [], dense: () => [], events: { heading: "", lines: [] } };
  #shown: readonly string[] = [];
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

  /** Shows this from now on. */
  show(sheet: Sheet): void {
    this.#sheet = sheet;
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
    this.#top += step(sizeOf().rows - 1);
    this.#draw();
  }

  #redraw(): void {
    this.#shown = [];
    process.stdout.write(`${esc}2J`);
    this.#draw();
  }

  #draw(): void {
    if (!isHeard()) return;
    const { lines, top } = viewOf(this.#sheet, sizeOf(), this.#top);
    this.#top = top;
    const changed = lines.flatMap((line, row) => {
      return line === this.#shown[row] ? [] : [`${esc}${row + 1};1H${line}${esc}0m${esc}K`];
    });
    this.#shown = lines;
    if (changed.length > 0) process.stdout.write(changed.join(""));
  }
}

function sizeOf(): Size {
  const { columns, rows } = process.stdout;
  return {
    columns: columns > 0 ? columns : usual.columns,
    rows: Math.max(2, rows > 0 ? rows : usual.rows),
  };
}
