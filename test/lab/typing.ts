// A command of a guide, typed where the guide says: it must succeed, and print what the page shows.

import { type Command, patternOf } from "../page.ts";
import type { Said } from "./shell.ts";
import { SOON_MS, until } from "./until.ts";

/** What only looks may look again: news take their time. */
const LOOKS = /^(hb (status|events)|ip)\b/;

/** What it printed. */
export async function typed(
  { host, line, output }: Command,
  shell: (line: string) => Promise<Said>,
): Promise<string> {
  const shown = output.trim() === "" ? /^/ : patternOf(output);
  const what = `"${line}" on ${host} to print what the page shows`;
  let said: Said | undefined;
  try {
    return await until(
      { what, withinMs: LOOKS.test(line) ? SOON_MS : 0, everyMs: 200 },
      async () => {
        said = await shell(line);
        return said.code === 0 && shown.test(said.stdout) ? said.stdout : undefined;
      },
    );
  } catch (error) {
    throw new Error(`${line}: exit code ${said?.code}\n${said?.stdout}${said?.stderr}`, {
      cause: error,
    });
  }
}
