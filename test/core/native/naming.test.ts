import { expect, test } from "bun:test";
import { Naming } from "../../../src/core/native/naming.ts";

const [web, mail] = [{ key: "web" }, { key: "mail" }];

test("Naming.namedIn() is the next bulletin for a group that came into the files, and any for the others", () => {
  const naming = new Naming([web]);
  naming.look([web, mail], 7);
  naming.look([web, mail], 9);
  expect([naming.namedIn("web"), naming.namedIn("mail"), naming.latest]).toEqual([0, 7, 7]);
});

test("Naming.look() names a group anew that had left the files meanwhile", () => {
  const naming = new Naming([web, mail]);
  naming.look([web], 7);
  expect(naming.latest).toBe(0);
  naming.look([web, mail], 12);
  expect(naming.namedIn("mail")).toBe(12);
});
