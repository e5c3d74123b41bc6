// Directives about programs beside the agent (heartbeat-config 2 "Clients"): who may use the client API, which
// of them the agent itself runs.

import type { Child } from "../child.ts";
import { restFrom } from "../lexer.ts";
import { quorumPolicies } from "../quorum.ts";
import type { Report, Word } from "../report.ts";
import { quote } from "../unit.ts";
import { choice, type Directive, type Directives, flag, time } from "./directive.ts";

export const clientDirectives: Directives = {
  apiauth: {
    shape: "line",
    set(_, words, { draft, report }) {
      const [client, ...rights] = words;
      if (client === undefined) return;
      const uids = namesOf("uid=", rights);
      const gids = namesOf("gid=", rights);
      for (const right of rights.filter((word) => !/^[ug]id=./.test(word.text))) {
        const reason = `${quote(right.text)} is neither`;
        report.error(right, `A right must be "uid=USER,…" or "gid=GROUP,…": ${reason}`);
      }
      if (rights.length === 0) {
        const usage = `Write: apiauth ${client.text} uid=USER gid=GROUP`;
        report.error(client, `"apiauth" misses who may use "${client.text}"`, usage);
        return;
      }
      if (draft.apiauth?.some((other) => other.client === client.text)) {
        report.error(client, `"apiauth" is given twice for "${client.text}"`);
        return;
      }
      draft.apiauth = [...(draft.apiauth ?? []), { client: client.text, uids, gids }];
    },
  },
  respawn: child("respawn"),
  failfast: child("failfast"),
  child_timeout: time("childTimeoutMs"),
  env: {
    shape: "list",
    set(_, value, { draft, report }) {
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(value.text);
      if (match === null) {
        const reason = `${quote(value.text)} is not`;
        report.error(value, `"env" must be NAME=VALUE: ${reason}`, "A value has no blanks");
        return;
      }
      const [, name = "", text = ""] = match;
      const others = (draft.env ?? []).filter(([other]) => other !== name);
      draft.env = [...others, [name, text]];
    },
  },
  use_apphbd: flag("useApphbd"),
  membership: flag("membership"),
  quorum_policy: choice("quorumPolicy", quorumPolicies),
};

function namesOf(prefix: string, rights: readonly Word[]): string[] {
  return rights
    .filter((word) => word.text.startsWith(prefix))
    .flatMap((word) => word.text.slice(prefix.length).split(","))
    .filter((name) => name !== "");
}

function child(kind: Child["kind"]): Directive {
  return {
    shape: "line",
    set(name, words, { draft, report }) {
      const program = readProgram(name, words, report);
      if (program === undefined) return;
      draft.children = [...(draft.children ?? []), { kind, ...program }];
    },
  };
}

type Program = Omit<Child, "kind">;

function readProgram(name: Word, words: readonly Word[], report: Report): Program | undefined {
  const [user, path] = words;
  const usage = `Write: ${name.text} USER /PATH ARGUMENTS`;
  if (user === undefined || path === undefined) {
    report.error(user ?? name, `"${name.text}" needs a user and a path`, usage);
    return undefined;
  }
  if (!path.text.startsWith("/")) {
    const reason = `${quote(path.text)} does not begin with "/"`;
    report.error(path, `"${name.text}" needs an absolute path: ${reason}`, usage);
    return undefined;
  }
  return { user: user.text, path: path.text, line: restFrom(path) };
}
