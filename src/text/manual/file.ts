// The manual pages of the files in /etc/ha.d. What ha.cf(5) says of directives is docs/directives.md: the
// page that a test keeps equal to what the parser knows.

import directives from "../../../docs/directives.md" with { type: "text" };
import authkeys from "../../../docs/man/authkeys.5.md" with { type: "text" };
import haCf from "../../../docs/man/ha.cf.5.md" with { type: "text" };
import haresources from "../../../docs/man/haresources.5.md" with { type: "text" };
import { sectionsOf } from "./markdown.ts";
import { assemble, type Page } from "./page.ts";

export const filePages: readonly Page[] = [
  page("ha.cf", "configuration of a node and its cluster", [haCf, directives]),
  page("authkeys", "keys that sign the packets of a cluster", [authkeys]),
  page("haresources", "groups of addresses and services of a cluster", [haresources]),
];

function page(name: string, summary: string, texts: readonly string[]): Page {
  return { name, section: 5, summary, sections: assemble(texts.map(sectionsOf)) };
}
