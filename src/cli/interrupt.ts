// The end of a command that runs until somebody ends it.

export interface Interrupt {
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
  isOver(): boolean;
  end(): void;
}

/** Over at the first of these signals, or when end() is called. */
export function untilSignal(...signals: readonly NodeJS.Signals[]): Interrupt {
  let over = false;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = () => {
    over = true;
    resolve();
  };
  for (const signal of signals) process.once(signal, end);
  return { ended, isOver: () => over, end };
}
