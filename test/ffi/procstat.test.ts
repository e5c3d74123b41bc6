import { expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statFields } from "../../ffi/procstat.ts";

test("statFields() begins with the state, whatever the command is called", () => {
  const dir = mkdtempSync(join(tmpdir(), "hb-procstat-"));
  const program = join(dir, "a ) R 1");
  copyFileSync("/bin/sleep", program);
  const child = Bun.spawn([program, "60"]);
  try {
    const [, parent] = statFields(child.pid) ?? [];
    expect(parent).toBe(`${process.pid}`);
    expect(statFields(`${child.pid}/task/${child.pid}`)?.[1]).toBe(`${process.pid}`);
  } finally {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true });
  }
});

test("statFields() of a process that is not there is undefined", () => {
  // Beyond what the kernel gives out (proc(5), pid_max).
  expect(statFields(2 ** 22 + 1)).toBeUndefined();
});
