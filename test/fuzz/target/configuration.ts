// The files of a cluster: what is understood, printed and read again, means the same; what is wrong is told
// with its place.

import { parseAuthkeys } from "../../../src/config/authkeys.ts";
import { checkAll } from "../../../src/config/check.ts";
import { directives, parseHaCf } from "../../../src/config/hacf.ts";
import { parseHaresources } from "../../../src/config/haresources.ts";
import { parseLogdCf } from "../../../src/config/logdcf.ts";
import { printHaCf, printHaresources } from "../../../src/config/print.ts";
import type { Problem } from "../../../src/config/problem.ts";
import { problemLine, renderProblems } from "../../../src/config/render.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import { sign } from "../../../src/wire/sign.ts";
import { meaning } from "../../config/meaning.ts";
import { gist } from "../minimise.ts";
import { capturedFiles, documented, latin1 } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

/** Some times the longest file of a cluster; nobody else than root writes them. */
export const fileBytesMax = 64 * 1024;

export const values = [
  ...[
    "on",
    "off",
    "yes",
    "0",
    "1",
    "500ms",
    "2s",
    "1m",
    "0.5",
    "alice",
    "bob",
    "eth0",
    "eth0:1",
    "lo",
  ],
  ...[
    "10.0.0.1",
    "10.0.0.10/24/eth0",
    "fe80::1",
    "fd00::1/64",
    "239.0.0.1",
    "ff02::1",
    "/dev/ttyS0",
  ],
  ...[
    "10.0.0.1:10.0.0.2",
    "694",
    "19200",
    "115200",
    "none",
    "legacy",
    "uid=root",
    "gid=haclient",
    "#",
  ],
  ...[
    "\\\n",
    "\r",
    "\t",
    ",",
    "=",
    "::",
    "/",
    "\u00e4",
    "\u200b",
    "local0",
    "daemon",
    "A=b",
    "meatware",
  ],
];

function utf8(input: Uint8Array): string {
  return Buffer.from(input).toString("utf8");
}

/** What kind of problem it is: enough of its words. */
export function head(message: string): string {
  return gist(message).split(" ").slice(0, 4).join(" ");
}

/** Every problem stands where it says, and is told without control characters. */
export function checkProblems(problems: readonly Problem[], text: string): string {
  const lines = text.split("\n");
  for (const problem of sample(problems)) {
    const { line, column, source, message } = problem;
    must(line >= 0 && line <= lines.length, `a problem stands in its file: ${message}`);
    must(column <= (lines[line - 1]?.length ?? 0) + 1, `a problem stands in its line: ${message}`);
    must(source === undefined || line > 0, "only a line has a source");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    must(!/[\x00-\x08\x0a-\x1f\x7f]/.test(problemLine(problem)), "no control character is told");
  }
  must(problems.length === 0 || renderProblems(problems.slice(0, 50)) !== "", "problems are told");
  const first = problems[0];
  return `${Math.min(problems.length, 4)} ${first === undefined ? "" : head(first.message)}`;
}

/** Of thousands of problems not every one is looked at: the parser is measured, not its judge. */
function sample(problems: readonly Problem[]): readonly Problem[] {
  return problems.length < 200 ? problems : [...problems.slice(0, 100), ...problems.slice(-100)];
}

function isGood(problems: readonly Problem[]): boolean {
  return problems.every((problem) => problem.level === "warning");
}

export const haCf: Target = {
  name: "ha.cf",
  covers: "config/hacf, lexer, directive/*, print",
  corpus: () => [...capturedFiles("ha.cf"), ...documented("ha\\.cf"), ...documented("ha.cf")],
  tokens: [...Object.keys(directives), ...values],
  bytesMax: fileBytesMax,
  run(input) {
    const text = utf8(input);
    const read = parseHaCf(text, "ha.cf");
    const kind = checkProblems(read.problems, text);
    if (!isGood(read.problems)) return kind;
    const printed = printHaCf(read.conf);
    const again = parseHaCf(printed, "ha.cf");
    mustEqual(
      again.problems.filter(({ level }) => level === "error"),
      [],
      "what is printed is right",
    );
    mustEqual(meaning(again.conf), meaning(read.conf), "what is printed means the same");
    return `good ${kind}`;
  },
};

export const haresources: Target = {
  name: "haresources",
  covers: "config/haresources, word, address, print",
  corpus: () => [
    ...capturedFiles("haresources"),
    ...latin1(
      "alice IPaddr::10.0.0.10/24/eth0:1/10.0.0.255 httpd::/etc/a::b \\\n fd00::1/64/eth0 # x\n",
      "bob 10.0.0.11 IPv6addr::fe80::1/64/eth0 IPsrcaddr::10.0.0.1 SendArp::10.0.0.1/eth0\n",
      "carol systemd:nginx.service ocf:heartbeat:IPaddr2::ip=10.0.0.3 OCF::Xen::vm1 face::1\n",
    ),
  ],
  tokens: [
    ...values,
    "IPaddr::",
    "IPaddr2::",
    "IPv6addr::",
    "IPsrcaddr::",
    "SendArp::",
    "OCF::",
    "ocf:",
    "systemd:",
  ],
  bytesMax: fileBytesMax,
  run(input) {
    const text = utf8(input);
    const read = parseHaresources(text, "haresources");
    const kind = checkProblems(read.problems, text);
    if (!isGood(read.problems)) return kind;
    const again = parseHaresources(printHaresources(read.groups), "haresources");
    mustEqual(again.groups, read.groups, "what is printed means the same");
    const kinds = new Set(
      read.groups.flatMap(({ resources }) => resources.map((each) => each.kind)),
    );
    return `good ${[...kinds].sort().join(" ")} ${kind}`;
  },
};

export const authkeys: Target = {
  name: "authkeys",
  covers: "config/authkeys",
  corpus: () => [
    ...capturedFiles("authkeys"),
    ...latin1(
      "auth 2\n1 crc\n2 sha1 secretsecret\n15 sha256 k\n",
      "#x\nauth1\n1 md5 \xff\xfe\xfd1234567\n",
    ),
  ],
  tokens: [
    "auth ",
    "auth",
    "crc",
    "md5 ",
    "sha1 ",
    "sha256 ",
    "#",
    "\n",
    "\r",
    "0",
    "15",
    "16",
    "secret12",
  ],
  bytesMax: fileBytesMax,
  run(input) {
    const text = bytesToText(input);
    const mode = [0o600, 0o644, 0o622][(input[0] ?? 0) % 3] ?? 0o600;
    const facts = { mode, uid: (input[1] ?? 0) % 2, reader: 0 };
    const read = parseAuthkeys(text, "authkeys", input.length % 2 === 0 ? facts : undefined);
    const kind = checkProblems(read.problems, text);
    hide(text, read.problems);
    if (read.keyring === undefined) return kind;
    must(sign(input, read.keyring).length > 2, "a good file can sign");
    const { active, keys } = read.keyring;
    must(new Set(keys.map(({ number }) => number)).size === keys.length, "a number is one key's");
    return `good ${keys.find(({ number }) => number === active)?.method} ${kind}`;
  },
};

/** What is no word of ours in a line may be a key: it is shown nowhere. */
function hide(text: string, problems: readonly Problem[]): void {
  const words = text.match(/[^\s#]{20,}/g) ?? [];
  for (const secret of words.slice(0, 20)) {
    const shown = problems.some((problem) => renderProblems([problem]).includes(secret));
    must(!shown, `a key is shown: ${secret}`);
  }
}

export const logdCf: Target = {
  name: "logd.cf",
  covers: "config/logdcf",
  corpus: () =>
    latin1(
      "logfile /var/log/ha-log\ndebugfile /var/log/ha-debug # all\nlogfacility local3\n",
      "LOGFACILITY none\nsyslogmsgfmt off\nentity logd\nsendqlen 256\nrecvqlen 256\n",
      "logmode 0640\nrecvqlen 64 cib crmd\nsyslogprefix ha\nuseapphbd no\n",
    ),
  tokens: ["logfile ", "debugfile ", "logfacility ", "syslogmsgfmt ", "entity ", "\n", ...values],
  bytesMax: fileBytesMax,
  run(input) {
    const text = utf8(input);
    const { conf, places, problems } = parseLogdCf(text, "logd.cf");
    const lengths = [conf.sendqlen, conf.recvqlen, ...conf.recvqlenOf.values()];
    must(
      lengths.every((length) => length > 0),
      "a queue has room",
    );
    const paths = [places.logfile, places.debugfile].filter((path) => path !== undefined);
    must(
      paths.every((path) => path.startsWith("/")),
      "a log has an absolute path",
    );
    return `${Object.keys(places).join(" ")} ${checkProblems(problems, text)}`;
  },
};

/** Four files in one input, a NUL between them. */
export const configuration: Target = {
  name: "configuration",
  covers: "config/check checkAll(), checkhacf, checkline, checktiming",
  share: 2,
  corpus: () => {
    const [haCfs, others] = [capturedFiles("ha.cf"), capturedFiles("haresources")];
    const all = [...haCfs, ...documented("ha.cf")].map((conf, at) => {
      const rest = bytesToText(others[at % others.length] ?? new Uint8Array(0));
      return `${bytesToText(conf)}\0auth 1\n1 sha1 secretsecret\n\0${rest}\0password`;
    });
    return latin1(...all);
  },
  tokens: ["\0", "auth 1\n1 crc\n", "node alice bob", ...Object.keys(directives), ...values],
  bytesMax: fileBytesMax,
  run(input) {
    const [haCfText = "", keysText = "", resources = "", password = ""] = utf8(input).split("\0");
    const checked = checkAll({
      haCf: { file: "ha.cf", text: haCfText },
      authkeys: { file: "authkeys", text: keysText },
      haresources: { file: "haresources", text: resources },
      passfile: (file) => ({ file, text: password }),
      self: "Alice",
      devices: ["lo", "eth0", "eth1"],
      pppd: true,
      tty: (path) => (path.endsWith("0") ? "tty" : path.endsWith("1") ? "other" : "missing"),
      program: (path) => (path.endsWith("0") ? "program" : "missing"),
    });
    renderProblems(checked.problems.slice(0, 50));
    const good = isGood(checked.problems);
    must(
      (checked.cluster !== undefined) === (good && checked.keyring !== undefined),
      "good or not",
    );
    const first = checked.problems[0];
    if (checked.cluster === undefined)
      return `bad ${first === undefined ? "" : head(first.message)}`;
    const travelled: unknown = JSON.parse(JSON.stringify(checked.cluster));
    mustEqual(travelled, checked.cluster, "a configuration travels to the pulse as it is");
    must(checked.cluster.nodes.includes("alice"), "this node is one of the nodes");
    return `good ${checked.cluster.media.length > 0} ${checked.problems.length}`;
  },
};
