// Collects what is wrong with one file while it is read. Places are kept with their source line, so that
// a problem can be shown with a caret and a later check can point at an earlier line.

import type { Problem } from "./problem.ts";

/** Where something stands in a file. */
export interface Spot {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The whole source line. */
  readonly source: string;
}

/** A word of a file and where it stands. */
export interface Word extends Spot {
  readonly text: string;
}

export class Report {
  readonly problems: Problem[] = [];

  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Says what keeps the agent from starting. Without a spot it is about the file as a whole. */
  error(spot: Spot | undefined, message: string, hint?: string): void {
    this.#add("error", spot, message, hint);
  }

  /** Says what the user should know although hb can work. */
  warning(spot: Spot | undefined, message: string, hint?: string): void {
    this.#add("warning", spot, message, hint);
  }

  #add(level: Problem["level"], spot: Spot | undefined, message: string, hint?: string): void {
    this.problems.push({
      level,
      file: this.file,
      line: spot?.line ?? 0,
      column: spot?.column ?? 0,
      ...(spot === undefined ? {} : { source: spot.source }),
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The problems in reading order: by file as listed, then by line and column; the file itself first. */
export function inOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
