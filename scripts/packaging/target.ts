// The machines that hb is built for, by every name that they go by.

export interface Target {
  /** In names of files: hb-0.1.0-linux-NAME.xz. */
  readonly name: string;
  /** `bun build --target`. */
  readonly bun: string;
  /** The npm package with the runtime of that machine. */
  readonly runtime: string;
  /** The architectures of packages; musl's distributions have other packages. */
  readonly debian?: string;
  readonly rpm?: string;
}

/** x64 is the baseline as well: Bun's runtime asks for SSE4.2 and finds out by itself what else there is. */
export const targets: readonly Target[] = [
  {
    name: "x64",
    bun: "bun-linux-x64",
    runtime: "@oven/bun-linux-x64",
    debian: "amd64",
    rpm: "x86_64",
  },
  {
    name: "arm64",
    bun: "bun-linux-arm64",
    runtime: "@oven/bun-linux-aarch64",
    debian: "arm64",
    rpm: "aarch64",
  },
  { name: "x64-musl", bun: "bun-linux-x64-musl", runtime: "@oven/bun-linux-x64-musl" },
  { name: "arm64-musl", bun: "bun-linux-arm64-musl", runtime: "@oven/bun-linux-aarch64-musl" },
];
