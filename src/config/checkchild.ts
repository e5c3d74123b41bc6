// What keeps a program beside the agent from running: it is not there or cannot be executed, a part of Pacemaker
// is missing. Each with its place in ha.cf. Whether there is its user only name services know.

import type { Given } from "./check.ts";
import { expandChildren, type FindProgram, isDispensable, pacemakerMode } from "./child.ts";
import type { HaCf } from "./hacf.ts";
import { restFrom, split } from "./lexer.ts";
import type { Problem } from "./problem.ts";
import { Report, type Word } from "./report.ts";
import { quote } from "./unit.ts";

interface Around extends Pick<Given, "haCf" | "haresources" | "program"> {
  /** What stands in haresources, where that does not count. */
  readonly unread?: string;
}

/** Everything that is wrong with the programs of a file. */
export function checkChildren({ conf, spots }: HaCf, around: Around): readonly Problem[] {
  const { haCf, haresources, program, unread = "" } = around;
  const report = new Report(haCf.file);
  for (const directive of ["respawn", "failfast"]) {
    for (const user of spots.get(directive) ?? []) {
      const [, path] = split(restFrom(user), user);
      // A line that is not whole is told where it is read.
      if (path?.text.startsWith("/") !== true) continue;
      if (program !== undefined) checkProgram(path, program, report);
    }
  }
  const word = spots.get("pacemaker")?.at(-1);
  if (word === undefined || pacemakerMode(conf.pacemaker) === "off") return report.problems;
  if (program !== undefined) checkParts(word, expandChildren(conf, program).missing, report);
  const idle = new Report(haresources.file);
  if (/^[ \t]*[^#\s]/m.test(unread)) {
    idle.warning(undefined, "The file is not read: Pacemaker decides", `${haCf.file} says so`);
  }
  return [...report.problems, ...idle.problems];
}

function checkProgram(path: Word, find: FindProgram, report: Report): void {
  const found = find(path.text);
  if (found !== "program" && isDispensable(path.text)) {
    const message = `${quote(path.text)} is not there and not started: hb does its work itself`;
    report.warning(path, message, "Remove the line when all nodes run hb");
  } else if (found === "missing") {
    const name = path.text.slice(path.text.lastIndexOf("/") + 1);
    // Debian has moved them since old files were written.
    const moved = [`/usr/libexec/heartbeat/${name}`].find((each) => find(each) === "program");
    const hint = moved === undefined ? "Install it, or remove the line" : `It is ${moved} here`;
    report.error(path, `There is no program ${quote(path.text)}`, hint);
  } else if (found === "other") {
    const message = `${quote(path.text)} cannot be executed`;
    report.error(
      path,
      message,
      `It must be a file with execute permission: chmod 755 ${path.text}`,
    );
  }
}

function checkParts(
  word: Word,
  missing: ReturnType<typeof expandChildren>["missing"],
  report: Report,
): void {
  for (const { name, places } of missing) {
    const folders = places.map((place) => place.slice(0, place.lastIndexOf("/")));
    const message = `${quote(word.text)} needs the program "${name}", which is not there`;
    const hint = `Looked for in ${folders.join(", ")}; Pacemaker must be built for Heartbeat`;
    report.error(word, message, hint);
  }
}
