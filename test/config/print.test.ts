// What was understood, printed, is understood the same; and no text whatsoever makes the readers throw.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parseAuthkeys } from "../../src/config/authkeys.ts";
import { checkAll } from "../../src/config/check.ts";
import { directives, parseHaCf } from "../../src/config/hacf.ts";
import { parseHaresources } from "../../src/config/haresources.ts";
import { printHaCf, printHaresources } from "../../src/config/print.ts";
import { renderProblems } from "../../src/config/render.ts";
import { meaning } from "./meaning.ts";

// Thousands of files: seconds of work, of which a busy machine makes many.
setDefaultTimeout(60_000);

const flag = fc.constantFrom("on", "off");
const time = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }).map((ms) => `${ms}ms`),
  fc.integer({ min: 1, max: 1000 }).map((s) => `${s}s`),
  fc.integer({ min: 1, max: 99 }).map((n) => `0.${n}`),
);
const device = fc.stringMatching(/^[a-z]{2,4}[0-9]$/);
const host = fc.oneof(fc.ipV4(), fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,5})?$/));
const path = fc.stringMatching(/^(\/[A-Za-z0-9_.-]{1,6}){1,3}$/);
const word = fc.stringMatching(/^[!"$-+\--~]{1,8}$/);

function line(name: string, ...values: fc.Arbitrary<unknown>[]): fc.Arbitrary<string> {
  return fc.tuple(...values).map((words) => [name, ...words].join(" "));
}

const integer = (min: number, max: number) => fc.integer({ min, max });

const haCfLine = fc.oneof(
  ...["keepalive", "deadtime", "warntime", "initdead", "deadping", "conn_logd_time"].map((name) =>
    line(name, time),
  ),
  ...["resource_timeout", "announce_interval"].map((name) => line(name, time)),
  ...["traditional_compression", "log_badpack", "use_logd", "syslogmsgfmt"].map((name) =>
    line(name, flag),
  ),
  ...["realtime", "coredumps", "normalpoll", "use_apphbd", "membership"].map((name) =>
    line(name, flag),
  ),
  ...["logfile", "debugfile", "coreroot", "watchdog", "serial"].map((name) => line(name, path)),
  line("quorum_policy", fc.constantFrom("ignore", "freeze", "stop")),
  line("node", fc.stringMatching(/^[A-Za-z][a-z0-9.-]{0,5}$/)),
  line("autojoin", fc.constantFrom("none", "other", "any")),
  line("uuidfrom", fc.constantFrom("file", "nodename")),
  line("hbgenmethod", fc.constantFrom("file", "time")),
  line("cluster", word),
  line("quorum_server", word),
  line("max_rexmit_delay", integer(1, 9999)),
  line("udpport", integer(1, 65_535)),
  line("hopfudge", integer(0, 255)),
  line("baud", fc.constantFrom(9600, 460_800)),
  line("serial_flow", fc.constantFrom("none", "rtscts")),
  line("serial_ring", flag),
  line("bcast", device),
  line("ucast", device, host),
  line(
    "ucast6",
    device,
    fc.ipV6().filter((text) => !text.includes(".")),
  ),
  line("mcast", device, fc.constant("239.1.2.3"), integer(1, 65_535), integer(0, 4), flag),
  line("mcast6", device, fc.constant("ff02::1"), integer(1, 65_535), integer(0, 4), flag),
  line("ping", host),
  line("ping6", fc.constantFrom("fe80::1", "2001:db8::9")),
  line("ping_group", fc.stringMatching(/^[a-z]{1,4}$/), host, host),
  line("ppp-udp", path, fc.constantFrom("10.1.2.3", "192.168.0.9")),
  line("ppp", path, fc.constantFrom("10.9.9.9:", "10.9.9.9:192.0.2.1")),
  line("ppp", path, fc.constant("10.9.9.8:"), fc.constantFrom(9600, 115_200)),
  line(
    "carp",
    fc.constantFrom("eth0", "eth1"),
    integer(1, 255),
    fc.ipV4(),
    fc.constantFrom("advskew=7", "vmac", "peer=10.0.0.1", "track=eth9,/x", "up=/up passfile=/p"),
  ),
  line("auto_failback", fc.constantFrom("on", "off", "legacy")),
  line("nice_failback", flag),
  line("stonith", word, word),
  line("stonith_host", fc.constantFrom("*", "alice"), word, word, word),
  line("pacemaker", fc.constantFrom("off", "on", "respawn")),
  line("on_stop_failure", fc.constantFrom("ignore", "reboot")),
  line("address_lease", fc.constantFrom("auto", "off", "2s", "4500ms")),
  line("address_method", fc.constantFrom("netlink", "ioctl")),
  line("apiauth", fc.stringMatching(/^[a-z]{1,5}$/), fc.constantFrom("uid=a,b gid=c", "gid=x")),
  line("respawn", word, path, word),
  line("failfast", word, path),
  line("env", fc.stringMatching(/^[A-Z]{1,3}=[a-z0-9=]{0,4}$/)),
  line("msgfmt", fc.constantFrom("classic", "netstring")),
  line("compression", fc.constantFrom("zlib", "bz2")),
  line("compression_threshold", integer(1, 1000)),
  line("notify", path),
  line("notify", path, word),
  line("status_page", fc.constantFrom("8694", "[::1]:1", "/run/hb.sock")),
  line("logfacility", fc.constantFrom("none", "daemon", "local7")),
  line("log_format", fc.constantFrom("text", "json", "classic")),
  line("debug", integer(0, 255)),
  line("rtprio", integer(1, 99)),
  line("memreserve", integer(1, 100_000)),
);

test("printHaCf() prints what parseHaCf() understands the same", () => {
  fc.assert(
    fc.property(fc.array(haCfLine, { maxLength: 30 }), (lines) => {
      const { conf } = parseHaCf(lines.join("\n"), "ha.cf");
      const again = parseHaCf(printHaCf(conf), "ha.cf");
      expect(again.problems.filter((problem) => problem.level === "error")).toEqual([]);
      expect(meaning(again.conf)).toEqual(meaning(conf));
    }),
    { numRuns: 1000 },
  );
});

const resource = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.ipV4(), integer(1, 32), device).map((parts) => parts.join("/")),
  fc.tuple(fc.ipV4(), integer(0, 9)).map(([ip, n]) => `IPaddr2::${ip}/24/eth0:${n}`),
  fc.ipV6().map((ip) => `IPv6addr::${ip}/64/eth0`),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}(::[A-Za-z0-9_./-]{0,8}){0,3}$/),
  fc.stringMatching(/^ocf:[a-z]{1,5}:[A-Za-z]{1,5}(::[a-z]{1,3}=[a-z:]{0,4}){0,2}$/),
);

test("printHaresources() prints what parseHaresources() understands the same", () => {
  const groupLine = fc
    .tuple(fc.constantFrom("alice", "BOB"), fc.array(resource, { maxLength: 5 }))
    .map(([owner, words]) => [owner, ...words].join(" "));
  fc.assert(
    fc.property(fc.array(groupLine, { maxLength: 6 }), (lines) => {
      const { groups, problems } = parseHaresources(lines.join("\n"), "haresources");
      fc.pre(!problems.some((problem) => problem.level === "error"));
      expect(parseHaresources(printHaresources(groups), "haresources").groups).toEqual([...groups]);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  "core-crc-bcast",
  "core-md5-ucast",
  "core-sha1-mcast",
  "autojoin-sha1-mcast",
  "clients-sha1-bcast",
  "legacy-md5",
  "msgfmt-netstring-sha1",
  "serial-crc",
  "stonith-sha1",
])("printHaCf() prints the real configuration %s the same", (name) => {
  const text = readFileSync(`${import.meta.dir}/../golden/heartbeat/${name}/ha.cf`, "utf8");
  const { conf, problems } = parseHaCf(text, "ha.cf");
  expect(problems.filter((problem) => problem.level === "error")).toEqual([]);
  expect(meaning(parseHaCf(printHaCf(conf), "ha.cf").conf)).toEqual(meaning(conf));
});

/** Texts that are nearly right reach further than noise does. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.keys(directives), "auth", "1", "sha1", "alice", "10.0.0.1/24"),
      fc.constantFrom(" ", "\t", "\n", "\r", "#", ",", "\\", "\\\n", "::", "/", "=", "0", "%"),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test("checkAll() never throws, and every problem points into its file", () => {
  fc.assert(
    fc.property(nearly, nearly, nearly, (haCf, authkeys, haresources) => {
      const texts: Record<string, string> = { haCf, authkeys, haresources };
      const { problems } = checkAll({
        haCf: { file: "haCf", text: haCf },
        authkeys: { file: "authkeys", text: authkeys },
        haresources: { file: "haresources", text: haresources },
        self: "alice",
      });
      for (const problem of problems) {
        const lines = (texts[problem.file] ?? "").split("\n");
        expect(problem.line).toBeLessThanOrEqual(lines.length);
        if (problem.line === 0) continue;
        const length = lines[problem.line - 1]?.length ?? 0;
        expect(problem.column).toBeWithin(1, Math.max(length, 1) + 1);
      }
      expect(renderProblems(problems)).not.toMatch(/[^\P{Cc}\n\t]/u);
    }),
    { numRuns: 2000 },
  );
});

test("parseAuthkeys() never throws on bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = Buffer.from(bytes).toString("latin1");
      expect(parseAuthkeys(text, "authkeys").problems.length).toBeGreaterThan(0);
    }),
  );
});
