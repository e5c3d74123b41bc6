// Probes change nothing but what they count, in every module of hb.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { probed } from "./probe.ts";

const root = join(import.meta.dir, "../..");
const transpiler = new Bun.Transpiler({ loader: "ts", target: "bun" });
const reader = new Bun.Transpiler({ loader: "js" });

/** Runs a function body with probes; what it gives, and how often each probe was passed. */
function run(body: string, input: unknown): { readonly result: unknown; readonly hits: number[] } {
  const plain = transpiler.transformSync(`function f(x) { ${body} }`);
  const { code, count } = probed(plain, 0, "home");
  const hits = new Array<number>(count).fill(0);
  const hit = (value: unknown) => (probe: number) => {
    hits[probe] = (hits[probe] ?? 0) + 1;
    return value;
  };
  const text = `${code.replace(/^import .*\n/, "")}\nreturn f(x);`;
  const f = new Function("x", "__and", "__or", "__nullish", text);
  return { result: f(input, hit(true), hit(false), hit(undefined)), hits };
}

test("probed() leaves every module of src and ffi readable", () => {
  let probes = 0;
  for (const path of new Bun.Glob("{src,ffi}/**/*.ts").scanSync({ cwd: root })) {
    const plain = transpiler.transformSync(readFileSync(join(root, path), "utf8"));
    const { code, count } = probed(plain, probes, "./home.ts");
    expect(() => reader.transformSync(code)).not.toThrow();
    probes += count;
  }
  expect(probes).toBeGreaterThan(5_000);
});

test.each([
  ["if (x > 1) return 1; else if (x < 0) return 2; return 3;", [2, -1, 0]],
  ["for (let i = 0; i < 3; i++) if (i === x) return i; return -1;", [1, 7]],
  ["switch (x) { case 1: case 2: return 'a'; default: return x ? 'b' : 'c'; }", [1, 2, 3, 0]],
  ["let n = 0; while (n < x) n++; do n++; while (n < 5); return n;", [0, 3, 9]],
  ["if (x) try { throw x; } catch (e) { return e; } finally { x = 0; } return 'no';", [1, 0]],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the code under test
  ["return (x && 'a') || (x ?? 'b') || `${x ? '}`' : \"`\"}`;", [1, 0, null]],
  ["const o = { if: 1, case: x, default: /[/}]'/.test('/') }; return [o.if, o.case, o];", [5]],
  [
    "return [1, 2, 3].map((n) => n > x ? (n > 2 ? 'c' : 'b') : 'a').filter((n) => { return n; });",
    [1],
  ],
] as const)("probed() changes no result of: %s", (body, inputs) => {
  for (const input of inputs) {
    const plain = new Function("x", body);
    expect(run(body, input).result).toEqual(plain(input));
  }
});

test("probed() counts which way an input took", () => {
  const body = "if (x === 1) return 'a'; return x && x > 2 ? 'b' : 'c';";
  expect(run(body, 1).hits).not.toEqual(run(body, 2).hits);
  expect(run(body, 2).hits).not.toEqual(run(body, 3).hits);
  expect(run(body, 3).hits).toEqual(run(body, 4).hits);
});
