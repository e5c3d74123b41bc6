// Cuts a JavaScript text into tokens, as far as probe.ts needs it: words, strings, templates, regular
// expressions, punctuation. Not a parser: it reads what the runtime's own transpiler prints.

export interface Token {
  readonly kind: "word" | "text" | "regex" | "sign";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer ones first: each stands for itself. */
const signs = [
  ">>>=",
  "...",
  "===",
  "!==",
  "**=",
  "<<=",
  ">>=",
  ">>>",
  "&&=",
  "||=",
  "??=",
  "=>",
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "??",
  "?.",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "&=",
  "|=",
  "^=",
  "<<",
  ">>",
  "**",
];

/** Words after which a slash begins a regular expression. */
const operators = new Set(["return", "typeof", "case", "in", "of", "do", "else", "void", "delete"]);

export function tokensOf(code: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < code.length) {
    const blank = /\s+/y;
    blank.lastIndex = at;
    at += blank.exec(code)?.[0].length ?? 0;
    if (at >= code.length) break;
    const token = tokenAt(code, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(code: string, start: number, before: Token | undefined): Token {
  const made = (kind: Token["kind"], end: number): Token => {
    return { kind, text: code.slice(start, end), start, end };
  };
  const first = code.charAt(start);
  if (first === '"' || first === "'") return made("text", stringEnd(code, start));
  if (first === "`") return made("text", templateEnd(code, start));
  const word = /#?[\w$\u0080-\uffff]+/y;
  word.lastIndex = start;
  const found = word.exec(code);
  if (found !== null) return made("word", start + found[0].length);
  if (first === "/" && mayBeRegex(before)) return made("regex", regexEnd(code, start));
  const sign = signs.find((each) => code.startsWith(each, start)) ?? first;
  return made("sign", start + sign.length);
}

function mayBeRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return operators.has(before.text);
  return before.kind === "sign" && ![")", "]", "}", "++", "--"].includes(before.text);
}

function stringEnd(code: string, start: number): number {
  const quote = code.charAt(start);
  let at = start + 1;
  while (at < code.length && code.charAt(at) !== quote) at += code.charAt(at) === "\\" ? 2 : 1;
  return at + 1;
}

function regexEnd(code: string, start: number): number {
  let isClass = false;
  let at = start + 1;
  for (; at < code.length; at++) {
    const character = code.charAt(at);
    if (character === "\\") at++;
    else if (character === "[") isClass = true;
    else if (character === "]") isClass = false;
    else if (character === "/" && !isClass) break;
  }
  at++;
  while (/[a-z]/.test(code.charAt(at))) at++;
  return at;
}

/** What stands in `${…}` is part of the template: nothing in it is probed. */
function templateEnd(code: string, start: number): number {
  let at = start + 1;
  while (at < code.length && code.charAt(at) !== "`") {
    if (code.charAt(at) === "\\") at += 2;
    else if (code.startsWith("${", at)) at = holeEnd(code, at + 2);
    else at++;
  }
  return at + 1;
}

function holeEnd(code: string, start: number): number {
  let depth = 1;
  let at = start;
  let before: Token | undefined;
  while (at < code.length && depth > 0) {
    if (/\s/.test(code.charAt(at))) {
      at++;
      continue;
    }
    const token = tokenAt(code, at, before);
    if (token.text === "{") depth++;
    if (token.text === "}") depth--;
    before = token;
    at = token.end;
  }
  return at;
}
