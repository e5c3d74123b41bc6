// Takes secrets out of text: those that are known, wherever they stand and in the forms that programs
// write them in, and what looks like one. Text is bytes, one character each, so that no encoding hides
// a secret.

/** What stands where a secret stood. */
export const covered = "[redacted]";

/** Shorter ones are words of every text; whoever has one of them has no secret. */
const lengthMin = 3;
/** Shorter ones are covered where they are a word of their own, and left within others. */
const wholeMin = 6;

const names = "pass(?:wo?r?d|wd|phrase|code)?|secret|token|api[_-]?key|credential|private[_-]?key";
const assigned = `["']?(?:\\s*[=:]\\s*|\\s+(?=\\S*\\d))["']?`;

/** What looks like a secret: the group "secret" of each. */
const patterns: readonly RegExp[] = [
  // password=x, "token": "x", --api-key x7
  new RegExp(`(?:${names})\\w*${assigned}(?<secret>[^\\s"',;]+)`, "dgi"),
  /:\/\/[^\s:@/]+:(?<secret>[^\s@/]+)@/dg,
  /(?<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$))/dg,
];

type Span = readonly [from: number, to: number];

export class Redactor {
  readonly #known: readonly RegExp[];

  /** `secrets` are bytes, one character each. */
  constructor(secrets: Iterable<string>) {
    const worthy = [...secrets].filter((each) => each.length >= lengthMin);
    // "redacted" would be found in what covers it.
    const forms = new Set(worthy.filter((each) => !covered.includes(each)).flatMap(formsOf));
    this.#known = [...forms].map(expression);
  }

  /** The text without them. They may overlap: each is looked for in the text as it was. */
  clean(text: string): string {
    const spans = [...this.#known, ...patterns].flatMap((pattern) => spansOf(pattern, text));
    let clean = "";
    let done = 0;
    for (const [from, to] of spans.toSorted(([one], [other]) => one - other)) {
      if (from >= done) clean += `${text.slice(done, from)}${covered}`;
      done = Math.max(done, to);
    }
    return clean + text.slice(done);
  }

  /** True while a secret that is known stands in it. */
  isLeaking(text: string): boolean {
    return this.#known.some((each) => text.search(each) !== -1);
  }
}

function spansOf(pattern: RegExp, text: string): Span[] {
  return [...text.matchAll(pattern)].map(({ index, 0: whole, indices }) => {
    return indices?.groups?.secret ?? [index, index + whole.length];
  });
}

/** As it is, and as JSON, URLs, shells and base64 write it. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "latin1");
  const json = JSON.stringify(secret).slice(1, -1);
  const text = bytes.toString("utf8");
  const quoted = secret.replaceAll("'", "'\\''");
  const forms = [secret, json, quoted, encodeURIComponent(text.toWellFormed())];
  if (secret.length >= wholeMin) {
    forms.push(bytes.toString("base64").replace(/=+$/, ""), bytes.toString("hex"));
  }
  return forms;
}

function expression(form: string): RegExp {
  const literal = RegExp.escape(form);
  const word = `(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`;
  return new RegExp(form.length >= wholeMin ? literal : word, "g");
}
