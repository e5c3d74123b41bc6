// What is given to a place is written there, or told of in a number: always, whatever the place does.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { Outlet, type OutletOptions, type OutletWrite } from "../../../src/desk/logd/outlet.ts";

type Answer = Parameters<OutletWrite>[1];
const refusal = (code: string) => Object.assign(new Error(code), { code });

/** A place that answers when it is told to, and all that it took. */
class Slow {
  taken = "";
  #asked: { readonly bytes: Uint8Array; readonly done: Answer } | undefined;
  #ask = Promise.withResolvers<void>();
  readonly target = {
    write: (bytes: Uint8Array, done: Answer) => {
      this.#asked = { bytes, done };
      this.#ask.resolve();
    },
    close: () => {},
  };

  get isAsked(): boolean {
    return this.#asked !== undefined;
  }

  /** When it is asked again. */
  async asked(): Promise<void> {
    while (this.#asked === undefined) {
      this.#ask = Promise.withResolvers();
      await this.#ask.promise;
    }
  }

  takes(count = Number.POSITIVE_INFINITY): void {
    const { bytes, done } = this.#waiting();
    const some = bytes.subarray(0, count);
    this.taken += Buffer.from(some).toString("latin1");
    done(null, some.length);
  }

  refuses(code: string): void {
    this.#waiting().done(refusal(code), 0);
  }

  #waiting() {
    const asked = this.#asked;
    if (asked === undefined) throw new Error("Nothing is being written");
    this.#asked = undefined;
    return asked;
  }
}

function outlet(slow: Slow, change: Partial<OutletOptions> = {}): Outlet {
  return new Outlet(slow.target, {
    messagesMax: 4,
    shareOf: () => 4,
    packets: false,
    gap: (count) => Buffer.from(`-${count}\n`),
    eased: () => {},
    patienceMs: 60_000,
    ...change,
  });
}

const say = (to: Outlet, ...texts: readonly string[]) => {
  for (const text of texts) to.push(Buffer.from(`${text}\n`), "app");
};

test("Outlet writes what waits while it writes in one piece", () => {
  const slow = new Slow();
  const out = outlet(slow);
  say(out, "a", "b", "c");
  slow.takes();
  slow.takes();
  expect(slow.taken).toBe("a\nb\nc\n");
  expect([out.waiting, slow.isAsked]).toEqual([0, false]);
});

test("Outlet writes one message at a time where each is a packet", () => {
  const slow = new Slow();
  say(outlet(slow, { packets: true }), "a", "b", "c");
  slow.takes();
  slow.takes();
  expect(slow.taken).toBe("a\nb\n");
});

test("Outlet has no room when so many wait, and is easy again when a quarter is free", () => {
  const slow = new Slow();
  const out = outlet(slow, { packets: true });
  say(out, "a", "b", "c");
  expect(out.isOpenFor("app")).toBe(true);
  say(out, "d");
  expect(out.isOpenFor("app")).toBe(false);
  slow.takes();
  expect([out.isOpenFor("app"), out.isEasyFor("app")]).toEqual([true, false]);
  slow.takes();
  expect(out.isEasyFor("app")).toBe(true);
});

test("Outlet has no room for a program that has its share, and has it for others", () => {
  const slow = new Slow();
  const out = outlet(slow, { shareOf: (program) => (program === "app" ? 1 : 4) });
  say(out, "a");
  expect([out.isOpenFor("app"), out.isOpenFor("other")]).toEqual([false, true]);
  slow.takes();
  expect(out.isOpenFor("app")).toBe(true);
});

test("Outlet discards when the place takes nothing, and tells how much when it does again", async () => {
  const slow = new Slow();
  const eased = Promise.withResolvers<void>();
  const out = outlet(slow, { patienceMs: 0, eased: eased.resolve });
  say(out, "a", "b", "c", "d");
  await eased.promise;
  expect(out.isOpenFor("app")).toBe(true);
  say(out, "e", "f", "g");
  expect([out.waiting, out.discarded]).toEqual([4, 3]);
  slow.takes();
  slow.takes();
  expect(slow.taken).toBe("a\nb\nc\nd\n-3\n");
  say(out, "h");
  slow.takes();
  expect(slow.taken).toEndWith("-3\nh\n");
  expect([out.waiting, out.discarded]).toEqual([0, 0]);
});

test("Outlet keeps what there is room for while the place takes nothing", async () => {
  const slow = new Slow();
  const eased = Promise.withResolvers<void>();
  const out = outlet(slow, { patienceMs: 0, eased: eased.resolve });
  say(out, "a");
  await eased.promise;
  say(out, "b");
  expect(out.discarded).toBe(0);
  slow.takes();
  slow.takes();
  expect(slow.taken).toBe("a\nb\n");
});

test("Outlet goes on where a write ended in the middle", async () => {
  const slow = new Slow();
  const out = outlet(slow);
  say(out, "abc", "def");
  slow.takes(2);
  await slow.asked();
  slow.refuses("EAGAIN");
  await slow.asked();
  slow.takes();
  slow.takes();
  expect(slow.taken).toBe("abc\ndef\n");
});

test("Outlet counts what a full disk did not take, a torn line too, and tells it with the next", async () => {
  const slow = new Slow();
  const out = outlet(slow);
  say(out, "a", "bc", "de", "f");
  slow.takes();
  slow.takes(4);
  await slow.asked();
  slow.refuses("ENOSPC");
  expect([out.waiting, out.discarded]).toEqual([0, 2]);
  say(out, "g");
  slow.refuses("ENOSPC");
  expect(out.discarded).toBe(3);
  say(out, "h");
  slow.takes();
  expect(slow.taken).toBe("a\nbc\nd\n-3\nh\n");
});

test("Outlet goes on in another target, and closes the old one when nothing is being written there", () => {
  const [first, second] = [new Slow(), new Slow()];
  let closed = 0;
  const out = new Outlet(
    { ...first.target, close: () => (closed += 1) },
    {
      messagesMax: 4,
      shareOf: () => 4,
      packets: true,
      gap: () => Buffer.from(""),
      eased: () => {},
      patienceMs: 60_000,
    },
  );
  say(out, "a", "b");
  out.use(second.target);
  expect(closed).toBe(0);
  first.takes();
  expect(closed).toBe(1);
  second.takes();
  expect([first.taken, second.taken]).toEqual(["a\n", "b\n"]);
});

test("Outlet.drained() ends when all is written, and when the time is over", async () => {
  const slow = new Slow();
  const out = outlet(slow);
  say(out, "a");
  const all = out.drained(60_000);
  slow.takes();
  await all;
  say(out, "b");
  await out.drained(0);
  expect(out.waiting).toBe(1);
});

/** What a place may do next. */
const step = fc.oneof(
  fc.constantFrom("say", "say", "say", "takes", "EAGAIN", "ENOSPC", "turn"),
  fc.integer({ min: 1, max: 9 }),
);

test("Outlet: written and told of is exactly what was given", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const slow = new Slow();
      const out = outlet(slow, { patienceMs: 0, gap: (count) => Buffer.from(`-${count}-\n`) });
      let given = 0;
      const sayNext = () => {
        given += 1;
        say(out, `+${given}+`);
      };
      for (const each of steps) {
        if (each === "say") sayNext();
        else if (each === "turn") await new Promise<void>((resolve) => setTimeout(resolve, 0));
        else if (!slow.isAsked) continue;
        else if (each === "takes") slow.takes();
        else if (typeof each === "number") slow.takes(each);
        else slow.refuses(each);
      }
      // A place that is well again.
      let isOver = false;
      const over = out.drained(10_000).then(() => (isOver = true));
      while (!isOver) {
        if (slow.isAsked) slow.takes();
        await new Promise<void>((resolve) => setTimeout(resolve, 0));
      }
      await over;
      sayNext();
      while (slow.isAsked) slow.takes();
      const written = [...slow.taken.matchAll(/\+(\d+)\+\n/g)].map(([, number]) => Number(number));
      const told = [...slow.taken.matchAll(/-(\d+)-\n/g)].map(([, count]) => Number(count));
      const discarded = told.reduce((sum, count) => sum + count, 0);
      expect(written.length + discarded).toBe(given);
      expect(written).toEqual(written.toSorted((a, b) => a - b));
      out.close();
    }),
    { numRuns: 60 },
  );
});
