// The check commands of virtual routers (`track=COMMAND`): run again and again, a changed verdict is told
// to the core. What a failure costs a router is the core's business.

import type { RouterConfig } from "../../config/router.ts";
import { Job } from "../job.ts";
import type { Log } from "../log.ts";
import { byExitCode, environment } from "./call.ts";

/** From the end of one run to the start of the next: what a second of a sick service costs is little. */
const pauseMs = 1_000;
/** A check that does not come back has failed. */
const limitMs = 5_000;

export interface TracksOptions {
  readonly log: Log;
  /** Where their output is kept until it is logged. */
  readonly directory: string;
  tell(path: string, ok: boolean): void;
}

interface Check {
  job: Job | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The last verdict. */
  ok: boolean | undefined;
  ended: boolean;
}

export class Tracks {
  readonly #options: TracksOptions;
  readonly #checks = new Map<string, Check>();

  constructor(options: TracksOptions) {
    this.#options = options;
  }

  /** Runs the check commands of these routers from now on, and no others. */
  adopt(routers: readonly Pick<RouterConfig, "track">[]): void {
    const wanted = new Set(
      routers.flatMap(({ track }) =>
        track.flatMap((one) => (one.kind === "script" ? one.path : [])),
      ),
    );
    for (const [path, check] of this.#checks) if (!wanted.has(path)) this.#end(path, check);
    for (const path of wanted) {
      if (this.#checks.has(path)) continue;
      const check = { job: undefined, timer: undefined, ok: undefined, ended: false };
      this.#checks.set(path, check);
      void this.#run(path, check);
    }
  }

  /** Tells all verdicts again, to a core that is new. */
  retell(): void {
    for (const [path, { ok }] of this.#checks) if (ok !== undefined) this.#options.tell(path, ok);
  }

  end(): void {
    for (const [path, check] of this.#checks) this.#end(path, check);
  }

  #end(path: string, check: Check) {
    check.ended = true;
    clearTimeout(check.timer);
    check.job?.kill("not needed any more");
    this.#checks.delete(path);
  }

  async #run(path: string, check: Check) {
    const { ok, text } = await this.#verdict(path, check);
    if (check.ended) return;
    if (check.ok !== ok) {
      const { log } = this.#options;
      if (!ok) log.warn(`Check ${path} fails: ${text}`, "track");
      else if (check.ok !== undefined) log.info(`Check ${path} succeeds again`, "track");
      check.ok = ok;
      this.#options.tell(path, ok);
    }
    check.timer = setTimeout(() => this.#run(path, check), pauseMs);
  }

  async #verdict(path: string, check: Check): Promise<{ ok: boolean; text: string }> {
    const { log, directory } = this.#options;
    try {
      check.job = new Job({
        call: { argv: [path], variables: {} },
        environment: environment(),
        workDirectory: "/",
        timeoutMs: limitMs,
        output: { directory, line: (text) => log.debug(`${path}: ${text}`, "track") },
        mayLeaveDaemons: false,
        judge: byExitCode,
      });
      return await check.job.ended();
    } catch (error) {
      return { ok: false, text: error instanceof Error ? error.message : String(error) };
    } finally {
      check.job = undefined;
    }
  }
}
