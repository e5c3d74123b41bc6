// Whether the agent runs and is a member.

import { about, asRoot, type Finding } from "../finding.ts";

export interface AgentFacts {
  readonly run: string;
  readonly found: "running" | "absent" | "forbidden" | "silent";
  /** Its own status word, when it runs. */
  readonly state?: string;
  /** Why it gives no answer. */
  readonly reason?: string;
  /** systemd runs here and knows hb.service. */
  readonly hasUnit: boolean;
}

export function judgeAgent({ run, found, state, reason, hasUnit }: AgentFacts): Finding[] {
  const { ok, warn, fail } = about("agent");
  switch (found) {
    case "running":
      if (state === "active") return [ok("It runs and is a full member")];
      return [warn(`It runs, but is ${state ?? "in an unknown state"}`, { hint: "hb status" })];
    case "absent": {
      const text = `It does not run with ${run}: nothing can be asked of it`;
      return [fail(text, { fix: hasUnit ? "systemctl start hb" : "hb agent" })];
    }
    case "forbidden":
      return [
        warn("Only root and its socket's group may ask it: what it knows is not looked at", {
          fix: asRoot,
        }),
      ];
    case "silent":
      return [
        fail(`It does not answer: ${reason ?? "no reason is known"}`, {
          fix: hasUnit ? "systemctl restart hb" : "hb events",
        }),
      ];
  }
}
