// Puts probes into a module, so that a run tells which of its branches an input took: what guides the
// fuzzer to inputs that reach further.
//
// The text is what the runtime's transpiler prints: canonical, without types and comments. A probe
// stands at the beginning of every block, of every body without braces, behind every `case`, in the
// first branch of every `?:`, and between the two sides of `&&`, `||` and `??`, where it changes nothing:
// (a && 1 && b) is (a && b).

import { type Token, tokensOf } from "./token.ts";

/** What a module with probes calls; a number is a place in it. */
export interface Names {
  /** Counts, and gives true, false or undefined: what is neutral between two sides. */
  readonly and: string;
  readonly or: string;
  readonly nullish: string;
}

const names: Names = { and: "__and", or: "__or", nullish: "__nullish" };

const openers = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

export interface Probed {
  readonly code: string;
  /** How many probes there are; they are numbered from `first` on. */
  readonly count: number;
}

/** The module's text with probes, which come from the module at the path `home`. */
export function probed(code: string, first: number, home: string): Probed {
  const prober = new Prober(tokensOf(code), first);
  const head = `import { ${Object.values(names).join(", ")} } from ${JSON.stringify(home)};\n`;
  return { code: head + prober.insertInto(code), count: prober.count };
}

class Prober {
  count = 0;
  readonly #tokens: readonly Token[];
  readonly #first: number;
  /** Index of the bracket that closes the one at an index, and the other way. */
  readonly #partner = new Map<number, number>();
  readonly #inserts: { readonly at: number; readonly text: string }[] = [];

  constructor(tokens: readonly Token[], first: number) {
    this.#tokens = tokens;
    this.#first = first;
    this.#pair();
    for (let at = 0; at < tokens.length; at++) this.#look(at);
  }

  insertInto(code: string): string {
    let text = "";
    let from = 0;
    // toSorted() is stable: of two at one place, the one that was found first stands first.
    for (const insert of this.#inserts.toSorted((a, b) => a.at - b.at)) {
      text += code.slice(from, insert.at) + insert.text;
      from = insert.at;
    }
    return text + code.slice(from);
  }

  #pair(): void {
    const open: number[] = [];
    for (const [at, token] of this.#tokens.entries()) {
      if (token.kind !== "sign") continue;
      if (openers.has(token.text)) open.push(at);
      else if ([...openers.values()].includes(token.text)) {
        const from = open.pop();
        if (from === undefined) throw new Error(`A bracket closes nothing at ${token.start}`);
        this.#partner.set(from, at).set(at, from);
      }
    }
  }

  #look(at: number): void {
    switch (this.#text(at)) {
      case "{":
        if (this.#isBlock(at)) this.#put(this.#end(at), ` ${this.#probe("and")};`);
        return;
      case "&&":
        this.#put(this.#end(at), ` ${this.#probe("and")} &&`);
        return;
      case "||":
        this.#put(this.#end(at), ` ${this.#probe("or")} ||`);
        return;
      case "??":
        this.#put(this.#end(at), ` ${this.#probe("nullish")} ??`);
        return;
      case "?":
        this.#lookAtChoice(at);
        return;
      case "case":
      case "default":
        this.#lookAtCase(at);
        return;
      case "if":
      case "for":
      case "while":
        if (this.#isKeyword(at)) this.#lookAtBody(this.#behindBrackets(at));
        return;
      case "else":
        if (this.#isKeyword(at) && this.#text(at + 1) !== "if") this.#lookAtBody(at + 1);
        return;
      default:
        return;
    }
  }

  /** A block that runs: no object, class, switch or list of imports. */
  #isBlock(at: number): boolean {
    const before = this.#text(at - 1);
    if (["=>", "else", "try", "finally", "do"].includes(before)) return this.#isKeyword(at - 1);
    if (before === "catch") return true;
    if (before !== ")") return false;
    const head = (this.#partner.get(at - 1) ?? 0) - 1;
    return this.#text(head) !== "switch";
  }

  /** Not the name of a property. */
  #isKeyword(at: number): boolean {
    return this.#text(at - 1) !== "." && this.#text(at - 1) !== "?." && this.#text(at + 1) !== ":";
  }

  #lookAtChoice(at: number): void {
    let nested = 0;
    for (let next = at + 1; next < this.#tokens.length; next = this.#next(next)) {
      const text = this.#text(next);
      if (text === "?") nested++;
      if (text === ":" && nested-- === 0) {
        this.#put(this.#end(at), ` (${this.#probe("and")},`);
        this.#put(this.#start(next), ") ");
        return;
      }
    }
  }

  #lookAtCase(at: number): void {
    if (this.#text(at) === "default" && this.#text(at + 1) !== ":") return;
    if (!["{", ";", "}", ":"].includes(this.#text(at - 1))) return;
    for (let next = at + 1; next < this.#tokens.length; next = this.#next(next)) {
      if (this.#text(next) !== ":") continue;
      this.#put(this.#end(next), ` ${this.#probe("and")};`);
      return;
    }
  }

  /** A body without braces gets some. */
  #lookAtBody(at: number): void {
    if (this.#text(at) === "{" || this.#text(at) === ";") return;
    this.#put(this.#start(at), `{ ${this.#probe("and")}; `);
    this.#put(this.#end(this.#statementEnd(at)), " }");
  }

  /** The last token of the statement that begins here. */
  #statementEnd(at: number): number {
    switch (this.#text(at)) {
      case "{":
        return this.#partner.get(at) ?? at;
      case "if": {
        const end = this.#statementEnd(this.#behindBrackets(at));
        return this.#text(end + 1) === "else" ? this.#statementEnd(end + 2) : end;
      }
      case "for":
      case "while":
      case "switch":
        return this.#statementEnd(this.#behindBrackets(at));
      case "try":
        return this.#tryEnd(this.#partner.get(at + 1) ?? at);
      default:
        for (let next = at; ; next = this.#next(next)) {
          if (this.#text(next) === ";") return next;
          if (next >= this.#tokens.length) throw new Error(`No end: ${this.#start(at)}`);
        }
    }
  }

  /** `end`: the bracket that closes a part of a try. */
  #tryEnd(end: number): number {
    const next = this.#text(end + 1);
    if (next !== "catch" && next !== "finally") return end;
    const open = this.#text(end + 2) === "(" ? this.#behindBrackets(end + 1) : end + 2;
    return this.#tryEnd(this.#partner.get(open) ?? open);
  }

  #behindBrackets(at: number): number {
    const open = this.#text(at + 1) === "await" ? at + 2 : at + 1;
    return (this.#partner.get(open) ?? open) + 1;
  }

  /** The next token on the same level. */
  #next(at: number): number {
    const isOpen = this.#tokens[at]?.kind === "sign" && openers.has(this.#text(at));
    return ((isOpen ? this.#partner.get(at) : at) ?? at) + 1;
  }

  #probe(kind: keyof Names): string {
    return `${names[kind]}(${this.#first + this.count++})`;
  }

  #put(at: number, text: string): void {
    this.#inserts.push({ at, text });
  }

  #text(at: number): string {
    const token = this.#tokens[at];
    return token === undefined || token.kind === "text" ? "" : token.text;
  }

  #start(at: number): number {
    return this.#tokens[at]?.start ?? 0;
  }

  #end(at: number): number {
    return this.#tokens[at]?.end ?? 0;
  }
}
