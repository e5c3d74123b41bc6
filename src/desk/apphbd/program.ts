// One registered program, judged by nothing but when it was last heard from (heartbeat-api.md 14).
//
//  beating   heard within its interval
//  failed    not: said once; only a sign of life brings it back
//
// The words are those of 3.0.6's apphbd, for whoever watches its log.

import type { Level } from "../../core/effect.ts";
import { after, type Instant } from "../../core/instant.ts";

/** Before it says another one (heartbeat-api.md 14). */
export const usualIntervalMs = 600_000;

export interface ProgramName {
  readonly app: string;
  readonly instance: string;
  readonly pid: number;
}

export interface Telling {
  readonly level: Level;
  readonly text: string;
}

export class Program {
  /** Its failure reboots the host. */
  isVital = false;
  /** Silence that is worth a word when it ends; 0: none is. */
  warnMs = 0;
  readonly #name: ProgramName;
  #intervalMs = usualIntervalMs;
  #heardAt: Instant;
  #hasFailed = false;

  constructor(name: ProgramName, now: Instant) {
    this.#name = name;
    this.#heardAt = now;
  }

  /** A sign of life. */
  heard(now: Instant): Telling[] {
    const silentMs = Math.round(now - this.#heardAt);
    const tellings: Telling[] = [];
    if (this.#hasFailed) tellings.push(this.#tell("info", "resumed heartbeats"));
    if (this.warnMs > 0 && silentMs > this.warnMs) {
      tellings.push(this.#tell("info", `late heartbeat: ${silentMs} ms`));
    }
    this.#hasFailed = false;
    this.#heardAt = now;
    return tellings;
  }

  /** The silence that is a failure from now on; 0: none is. To ask for it is a sign of life. */
  beatEvery(ms: number, now: Instant): Telling[] {
    this.#intervalMs = ms;
    return this.heard(now);
  }

  /** What a moment brings that may be its deadline: a failure, or nothing. */
  expire(now: Instant): Telling[] {
    const deadline = this.deadline();
    if (deadline === undefined || now < deadline) return [];
    this.#hasFailed = true;
    return [this.#failure("failed to heartbeat")];
  }

  /** It is gone without a word. */
  hungUp(): Telling {
    return this.#failure("hangup");
  }

  /** When to call expire() next; undefined: not before it is heard. */
  deadline(): Instant | undefined {
    if (this.#hasFailed || this.#intervalMs === 0) return undefined;
    return after(this.#heardAt, this.#intervalMs);
  }

  #failure(text: string): Telling {
    if (!this.isVital) return this.#tell("warn", text);
    const { level, text: words } = this.#tell("error", text);
    return { level, text: `Critical ${words}` };
  }

  #tell(level: Level, text: string): Telling {
    const { app, instance, pid } = this.#name;
    return { level, text: `apphb client '${app}' / '${instance}' (pid ${pid}) ${text}` };
  }
}
