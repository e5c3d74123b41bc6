// Waiting for something to become true, with a deadline. Not a sleep: the wait ends with the fact.

export interface Wait {
  /** What is awaited, as a sentence that fits after "Waited … in vain for". */
  readonly what: string;
  readonly withinMs: number;
  readonly everyMs?: number;
}

/** For what must come and whose speed is not the point: only a failure takes so long. */
export const SOON_MS = 30_000;

/** Asks until the answer is neither false nor undefined; throws when the time is over. */
export async function until<T>(
  wait: Wait,
  ask: () => T | false | undefined | Promise<T | false | undefined>,
): Promise<T> {
  const end = performance.now() + wait.withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer;
    if (performance.now() > end) {
      throw new Error(`Waited ${wait.withinMs} ms in vain for ${wait.what}`);
    }
    await Bun.sleep(wait.everyMs ?? 20);
  }
}

/** Holds a fact under observation for a while; throws at the first moment it is false. */
export async function stays(wait: Wait, ask: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < wait.withinMs) {
    if (!(await ask())) {
      const after = Math.round(performance.now() - start);
      throw new Error(`After ${after} ms it was no longer so: ${wait.what}`);
    }
    await Bun.sleep(wait.everyMs ?? 50);
  }
}

/** Wall clock in milliseconds with fractions, comparable between processes of one machine. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
