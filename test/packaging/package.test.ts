// What `npm run package` makes, looked at as who installs it would: contents, modes, owners, what it asks of a host.
// Not how it behaves there: that is test/lab/install.test.ts.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { date, version } from "../../package.json";
import { epochS } from "../../scripts/packaging/release.ts";
import { manuals, manualText } from "../../src/cli/manual.ts";
import { samples } from "../../src/text/sample.ts";
import { unitTexts } from "../../src/text/unit.ts";

setDefaultTimeout(180_000);
const ROOT = join(import.meta.dir, "../..");
const home = mkdtempSync(join(tmpdir(), "hb-package-"));
const made = join(home, "made");
const deb = join(made, `hb_${version}_amd64.deb`);
const rpm = join(made, `hb-${version}-1.x86_64.rpm`);
const tree = join(home, "tree");

afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string {
  const child = Bun.spawnSync([...command], {
    cwd: ROOT,
    env: { ...process.env, SOURCE_DATE_EPOCH: "", ...environment },
  });
  if (child.success) return child.stdout.toString();
  throw new Error(`"${command.join(" ")}" failed: ${child.stderr}`);
}

/** Uncompressed: what is judged here is not how small they are. */
function make(out: string, environment: Readonly<Record<string, string>> = {}): string {
  const words = ["--only", "x64", "--compression", "none", "--out", out];
  run(["bash", "scripts/package", ...words], environment);
  return readFileSync(join(out, "SHA256SUMS"), "utf8");
}

let sums = "";
beforeAll(() => {
  sums = make(made);
  mkdirSync(tree);
  run(["dpkg-deb", "--raw-extract", deb, tree]);
});

/** Path, mode and owner of each entry, as `ls -l` says them. */
function listing(lines: string, pattern: RegExp): Map<string, string> {
  return new Map(
    lines
      .trim()
      .split("\n")
      .map((line) => {
        const [, mode = "", owner = "", path = ""] = pattern.exec(line) ?? [];
        return [path, `${mode} ${owner.replace(/[\s/]+/, ":")}`] as const;
      }),
  );
}

const inDeb = () =>
  listing(run(["dpkg-deb", "--contents", deb]), /^(\S+) (\S+\/\S+)\s+\d+ \S+ \S+ \.(\/\S*)/);
const inRpm = () =>
  listing(run(["rpm", "-qplv", rpm]), /^(\S+)\s+\d+ (\S+\s+\S+)\s+\d+ \S+ \S+ \S+ (\/\S+)/);

test("package makes the same bytes again, elsewhere and under another mask and clock", () => {
  const other = join(home, "some/where/else");
  mkdirSync(dirname(other), { recursive: true });
  const before = process.umask(0o077);
  try {
    expect(make(other, { TZ: "Pacific/Auckland", LC_ALL: "C", USER: "nobody" })).toBe(sums);
  } finally {
    process.umask(before);
  }
  expect(sums.trim().split("\n")).toHaveLength(3);
  expect(
    Bun.spawnSync(["sha256sum", "--check", "--quiet", "SHA256SUMS"], { cwd: made }).success,
  ).toBe(true);
});

test("epochS() is SOURCE_DATE_EPOCH, else the day of the release, and nothing else", () => {
  expect(epochS("86400")).toBe(86_400);
  const day = run(["dpkg-deb", "--contents", deb], { TZ: "UTC" }).trim().split("\n");
  expect(day.filter((line) => !line.includes(` ${date} 00:00 `))).toEqual([]);
  expect(epochS("")).toBe(Date.parse(date) / 1000);
  expect(() => epochS("today")).toThrow("SOURCE_DATE_EPOCH must be seconds since 1970");
});

test("package refuses a machine that it does not know, and names those that it does", () => {
  const child = Bun.spawnSync(["bash", "scripts/package", "--only", "vax"], { cwd: ROOT });
  expect(child.exitCode).toBe(1);
  expect(child.stderr.toString()).toContain('Unknown machine "vax"');
  expect(child.stderr.toString()).toContain("x64, arm64, x64-musl, arm64-musl");
});

test("both packages have the same files, root's, with right modes", () => {
  const [ours, theirs] = [inDeb(), inRpm()];
  const [file, directory, link] = [
    "-rw-r--r-- root:root",
    "drwxr-xr-x root:root",
    "lrwxrwxrwx root:root",
  ];
  for (const entries of [ours, theirs]) {
    expect(entries.get("/usr/sbin/hb")).toBe("-rwxr-xr-x root:root");
    expect(entries.get("/usr/lib/systemd/system/hb.service")).toBe(file);
    expect(entries.get("/usr/sbin/hb_standby")).toBe(link);
    expect(entries.get("/usr/share/bash-completion/completions/hb")).toBe(file);
    expect(entries.get("/usr/share/fish/vendor_completions.d/hb.fish")).toBe(file);
    for (const name of Object.keys(samples)) {
      expect(entries.get(`/usr/share/doc/hb/examples/${name}`)).toBe(file);
    }
    for (const { name, section } of manuals) {
      expect(entries.get(`/usr/share/man/man${section}/${name}.${section}.gz`)).toBe(file);
    }
    // A key that everybody knows keeps nobody out.
    expect([...entries.keys()].filter((path) => /authkeys$/.test(path))).toEqual([]);
    expect(new Set(entries.values())).toEqual(
      new Set([file, directory, link, "-rwxr-xr-x root:root"]),
    );
  }
  expect(ours.get("/etc/ha.d/")).toBe(directory);
  expect(theirs.get("/etc/ha.d")).toBe(directory);
  expect(ours.get("/usr/share/zsh/vendor-completions/_hb")).toBe(file);
  expect(theirs.get("/usr/share/zsh/site-functions/_hb")).toBe(file);

  const own = /zsh|lintian|changelog/;
  const common = (entries: Map<string, string>) =>
    [...entries]
      .filter(([path, how]) => !how.startsWith("d") && !own.test(path))
      .map(([path]) => path);
  expect(common(ours).toSorted()).toEqual(common(theirs).toSorted());
});

test("the packaged binary is whole: it runs, under its old names too", () => {
  const hb = join(tree, "usr/sbin/hb");
  expect(run([hb, "version"])).toStartWith(`hb ${version} `);
  expect(run([join(tree, "usr/sbin/hb_takeover"), "--help"])).toContain("hb_takeover");
  const fromRpm = join(home, "rpm");
  mkdirSync(fromRpm);
  run(["sh", "-c", 'cd "$1" && rpm2cpio "$2" | cpio -idm --quiet', "_", fromRpm, rpm]);
  expect(run([join(fromRpm, "usr/sbin/hb"), "version"])).toStartWith(`hb ${version} `);
});

test("the packaged binary runs on an x64 processor of 2008, and not on an older one", () => {
  const on = (processor: string) =>
    Bun.spawnSync(["qemu-x86_64-static", "-cpu", processor, join(tree, "usr/sbin/hb"), "version"]);
  // SSE4.2 and no AVX.
  expect(on("Nehalem").stdout.toString()).toStartWith(`hb ${version} `);
  // So the emulator does keep from it what the other one lacks.
  expect(on("Penryn").success).toBe(false);
});

test("rpm installs, verifies, replaces and erases its package, and keeps what is the administrator's", () => {
  const root = join(home, "root");
  // The scripts of the package want a shell in there.
  const rpmThere = (...words: string[]) =>
    run(["rpm", "--root", root, "--nodeps", "--noscripts", ...words]);
  const own = join(root, "etc/ha.d/ha.cf");
  mkdirSync(root);
  rpmThere("-i", rpm);
  expect(run([join(root, "usr/sbin/hb"), "version"])).toStartWith(`hb ${version} `);
  writeFileSync(own, "node alice\n");
  run(["rpm", "--root", root, "--nodeps", "-V", "hb"]);
  rpmThere("-U", "--replacepkgs", rpm);
  expect(readFileSync(own, "utf8")).toBe("node alice\n");
  rpmThere("-e", "hb");
  const left = [...new Bun.Glob("{etc,usr}/**/*").scanSync({ cwd: root, onlyFiles: false })];
  expect(left.filter((path) => path.startsWith("etc/ha.d"))).toContain("etc/ha.d/ha.cf");
  expect(left.filter((path) => /hb|resource\.d|needrestart/.test(path))).toEqual([]);
});

test("the units, the pages and the samples are those of hb show", async () => {
  for (const [name, text] of Object.entries(unitTexts("/usr/sbin/hb"))) {
    const unit = join(tree, `usr/lib/systemd/system/${name}.service`);
    expect(readFileSync(unit, "utf8")).toBe(text);
  }
  for (const { name, section } of manuals) {
    const packed = readFileSync(join(tree, `usr/share/man/man${section}/${name}.${section}.gz`));
    // No name and no time in the head: gzip -n (RFC 1952).
    expect([...packed.subarray(3, 8)]).toEqual([0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(Bun.gunzipSync(packed))).toBe((await manualText(name)) ?? "");
  }
  const sample = join(tree, "usr/share/doc/hb/examples/ha.cf");
  expect(readFileSync(sample, "utf8")).toBe(samples["ha.cf"] ?? "");
});

test("every page of the documentation links only to what is packaged", () => {
  const doc = join(tree, "usr/share/doc/hb");
  const pages = [...new Bun.Glob("**/*.md").scanSync({ cwd: doc })];
  expect(pages).toContain("install.md");
  for (const page of pages) {
    const text = readFileSync(join(doc, page), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => target);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(doc, dirname(page), target)))).toEqual([]);
  }
});

test("the Debian package says what it is, what it needs, and what an upgrade keeps", () => {
  const control = readFileSync(join(tree, "DEBIAN/control"), "utf8");
  expect(control).toMatch(/^Package: hb$/m);
  expect(control).toMatch(/^Architecture: amd64$/m);
  expect(control).toMatch(/^Depends: libc6 \(>= 2\.17\)$/m);
  expect(readFileSync(join(tree, "DEBIAN/conffiles"), "utf8")).toBe(
    "/etc/needrestart/conf.d/hb.conf\n",
  );
  for (const script of ["preinst", "postinst", "prerm", "postrm"]) {
    const path = join(tree, "DEBIAN", script);
    expect(statSync(path).mode & 0o777).toBe(0o755);
    run(["sh", "-n", path]);
  }
  chmodSync(join(tree, "usr/sbin/hb"), 0o755);
  run(["sh", "-c", 'cd "$1" && md5sum --check --quiet DEBIAN/md5sums', "_", tree]);
});

test("the C library that the Debian package asks for is what the binary asks for", () => {
  const needed = run(["readelf", "--version-info", join(tree, "usr/sbin/hb")]);
  const versions = [...needed.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  expect(Math.max(...versions)).toBe(17);
});

test("the RPM package says what an upgrade keeps: %config(noreplace)", () => {
  const flags = run(["rpm", "-qp", "--queryformat", "[%{FILEFLAGS:fflags} %{FILENAMES}\n]", rpm]);
  expect(flags.match(/^c.*$/gm)).toEqual(["cn /etc/needrestart/conf.d/hb.conf"]);
});

test("the RPM package asks for the C library and nothing that a host may lack", () => {
  const needed = run(["rpm", "-qp", "--requires", rpm]).trim().split("\n");
  expect(needed).toContain("libc.so.6(GLIBC_2.17)(64bit)");
  const strange = needed.filter(
    (each) => !/^(lib(c|m|dl|pthread)\.|ld-linux|rpmlib\(|config\(hb\)|\/bin\/sh)/.test(each),
  );
  expect(strange).toEqual([]);
});
