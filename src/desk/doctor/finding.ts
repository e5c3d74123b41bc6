// What the doctor found about one thing: well, strange or broken, and what repairs it.

export interface Finding {
  /** What was looked at: "port", "firewall", "clock", … */
  readonly check: string;
  /** fail: it keeps the cluster from doing its work, or will when a host dies. */
  readonly level: "ok" | "warn" | "fail";
  /** One sentence, without its full stop. */
  readonly text: string;
  /** The command that repairs it, as it can be typed. */
  readonly fix?: string;
  /** What to do where no command of this host repairs it. */
  readonly hint?: string;
}

/** The remedy where this user may not look. */
export const asRoot = "sudo hb doctor";

export type Remedy = Pick<Finding, "fix" | "hint">;

/** Makers of findings about one thing. */
export function about(check: string) {
  return {
    ok: (text: string): Finding => ({ check, level: "ok", text }),
    warn: (text: string, remedy: Remedy = {}): Finding => {
      return { check, level: "warn", text, ...remedy };
    },
    fail: (text: string, remedy: Remedy = {}): Finding => {
      return { check, level: "fail", text, ...remedy };
    },
  };
}

/** "1 node", "3 nodes". */
export function many(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
