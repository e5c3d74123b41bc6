// Which times are steady: pairs that nobody disturbs but a busy machine, and how often their address moved.

import { CarpPair, type Sharer, type Tempo } from "./carppair.ts";

/** Four programs that never wait, and two that fill and touch memory again and again. */
const BUSY = "while :; do :; done";
const GREEDY =
  "let a = []; for (;;) { a = []; for (let i = 0; i < 64; i++) a.push(new Uint8Array(4 << 20).fill(i)); }";
const BUN = `${import.meta.dir}/../node_modules/.bin/bun`;

export interface Steadiness {
  readonly title: string;
  readonly sharer: Sharer;
  /** Beyond the first one, which is right. */
  readonly takeovers: number;
}

/** Watches every program at every tempo for so many minutes, all beside each other: they share the load. */
export async function steady(
  tempi: readonly Tempo[],
  sharers: readonly Sharer[],
  minutes: number,
  note: (line: string) => void,
): Promise<Steadiness[]> {
  const watched: { readonly title: string; readonly pair: CarpPair; before: number }[] = [];
  try {
    for (const tempo of tempi) {
      const able = sharers.filter((each) => tempo.sharers.includes(each));
      const pairs = await Promise.all(able.map((each) => CarpPair.up(each, tempo)));
      watched.push(...pairs.map((pair) => ({ title: tempo.title, pair, before: 0 })));
      note(`${tempo.title}: ${able.join(", ")} are up`);
    }
    for (const each of watched) each.before = each.pair.takeovers;
    await underLoad(minutes);
    return watched.map(({ title, pair, before }) => ({
      title,
      sharer: pair.sharer,
      takeovers: pair.takeovers - before,
    }));
  } finally {
    await Promise.all(watched.map(({ pair }) => pair.down()));
  }
}

async function underLoad(minutes: number): Promise<void> {
  const hogs = [
    ...Array.from({ length: 4 }, () => Bun.spawn(["/bin/sh", "-c", BUSY])),
    ...Array.from({ length: 2 }, () => Bun.spawn([BUN, "-e", GREEDY])),
  ];
  try {
    await Bun.sleep(minutes * 60_000);
  } finally {
    for (const hog of hogs) hog.kill("SIGKILL");
  }
}
