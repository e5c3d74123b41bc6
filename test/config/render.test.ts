import { expect, test } from "bun:test";
import { checkAll } from "../../src/config/check.ts";
import { problemLine, renderProblem, renderProblems } from "../../src/config/render.ts";

test("renderProblems() shows place, line, caret and hint of everything", () => {
  const { problems } = checkAll({
    haCf: {
      file: "/etc/ha.d/ha.cf",
      text: "keepalive 10\n\tdeadtime\t5\nbcsat eth0\nbcast eth0\nauto_failback on\nnode alice bob\n",
    },
    authkeys: {
      file: "/etc/ha.d/authkeys",
      text: "auth 1\n1 sha1 secret-of-the-house and more\n",
      facts: { mode: 0o644, uid: 0, reader: 0 },
    },
    haresources: { file: "/etc/ha.d/haresources", text: "alice 10.0.0.1 10.0.0.256\n" },
    self: "alice",
  });
  expect(renderProblems(problems)).toBe(`\
/etc/ha.d/ha.cf:2:11: "deadtime" must exceed twice "keepalive": 5 s is not more than 2 × 10 s
    \tdeadtime\t5
    \t        \t^
  Raise deadtime, or lower keepalive (line 1)

/etc/ha.d/ha.cf:3:1: Unknown directive "bcsat"
    bcsat eth0
    ^
  Did you mean "bcast"?

/etc/ha.d/authkeys: Others may read the keys: mode is 644, it must be 600
  chmod 600 /etc/ha.d/authkeys

/etc/ha.d/authkeys:2:28: warning: Text after the key is not read: a key has no blanks
    1 sha1 ******************* *** ****
                               ^

/etc/ha.d/haresources:1:16: Not an IPv4 address: "10.0.0.256"
    alice 10.0.0.1 10.0.0.256
                   ^

4 errors, 1 warning`);
});

test("problemLine() says place, message and hint in one line, whatever the file has", () => {
  const place = { level: "error", file: "ha.cf", line: 3, column: 1 } as const;
  const message = 'Unknown directive "bcsat"';
  const told = { ...place, source: "bcsat eth0", message };
  expect(problemLine(told)).toBe('ha.cf:3:1: Unknown directive "bcsat"');
  expect(problemLine({ ...told, hint: 'Did you mean "bcast"?' })).toBe(
    'ha.cf:3:1: Unknown directive "bcsat"; Did you mean "bcast"?',
  );
  const whole = { ...place, line: 0, column: 0, message: "a\nb", hint: "c\rd" };
  expect(problemLine(whole)).toBe("ha.cf: a?b; c?d");
});

test("renderProblems() of nothing is nothing", () => {
  expect(renderProblems([])).toBe("");
});

test("renderProblem() cuts a long line around the caret", () => {
  const source = `node ${"a".repeat(300)} / ${"b".repeat(300)}`;
  const problem = {
    level: "error",
    file: "ha.cf",
    line: 1,
    column: 307,
    source,
    message: "Bad",
  } as const;
  const [, shown = "", caret = ""] = renderProblem(problem).split("\n");
  expect(shown.length).toBeLessThanOrEqual(164);
  expect(shown[caret.indexOf("^")]).toBe("/");
});

test("renderProblem() keeps control characters from the terminal", () => {
  const problem = {
    level: "error",
    file: "ha.cf",
    line: 1,
    column: 3,
    source: "a \u001b[31mred",
    message: 'Unknown directive "\u001b[2J"',
  } as const;
  expect(renderProblem(problem)).toBe(
    'ha.cf:1:3: Unknown directive "?[2J"\n    a ?[31mred\n      ^',
  );
});
