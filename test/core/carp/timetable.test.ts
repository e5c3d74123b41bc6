import { expect, test } from "bun:test";
import fc from "fast-check";
import { Timetable } from "../../../src/core/carp/timetable.ts";
import { at } from "../../../src/core/instant.ts";

const change = fc.record({
  name: fc.constantFrom(..."abcdefghijkl"),
  at: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
});

test("Timetable says the same as a list that is searched", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.nat(20), (changes, now) => {
      const table = new Timetable();
      const list = new Map<string, number>();
      for (const each of changes) {
        table.set(each.name, each.at === undefined ? undefined : at(each.at));
        if (each.at === undefined) list.delete(each.name);
        else list.set(each.name, each.at);
        const first = list.size === 0 ? undefined : at(Math.min(...list.values()));
        expect(table.first()).toBe(first as ReturnType<typeof at>);
      }
      const due = [...list].filter(([, when]) => when <= now);
      due.sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1));
      expect(table.due(at(now))).toEqual(due.map(([name]) => name));
    }),
  );
});
