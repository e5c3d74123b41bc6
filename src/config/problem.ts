// What is wrong with a configuration: a value, never an exception. All are collected, then reported.

export interface Problem {
  /** An error keeps the agent from starting; a warning is only said. */
  readonly level: "error" | "warning";
  readonly file: string;
  /** 1-based; 0 when the problem is about the file as a whole. */
  readonly line: number;
  /** 1-based; 0 when the problem is about the line as a whole. */
  readonly column: number;
  /** The source line itself, for the caret; absent when line is 0. */
  readonly source?: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
