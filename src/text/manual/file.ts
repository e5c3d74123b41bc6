// The manual pages that are about no command: of the files in /etc/ha.d, and of what programs may use. What
// ha.cf(5) says of directives is docs/directives.md: the page that a test keeps equal to what the parser knows.

import directives from "../../../docs/directives.md" with { type: "text" };
import authkeys from "../../../docs/man/authkeys.5.md" with { type: "text" };
import haCf from "../../../docs/man/ha.cf.5.md" with { type: "text" };
import haresources from "../../../docs/man/haresources.5.md" with { type: "text" };
import programs from "../../../docs/programs.md" with { type: "text" };
import { sectionsOf } from "./markdown.ts";
import { assemble, type Page } from "./page.ts";

export const filePages: readonly Page[] = [
  page(5, "ha.cf", "configuration of a node and its cluster", [haCf, directives]),
  page(5, "authkeys", "keys that sign the packets of a cluster", [authkeys]),
  page(5, "haresources", "groups of addresses and services of a cluster", [haresources]),
];

export const topicPages: readonly Page[] = [
  page(7, "hb-api", "how programs hear of the cluster and speak through it", [programs]),
];

function page(
  section: Page["section"],
  name: string,
  summary: string,
  texts: readonly string[],
): Page {
  return { name, section, summary, sections: assemble(texts.map(sectionsOf)) };
}
