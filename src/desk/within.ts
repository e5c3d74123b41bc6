// Waits for something, but not for ever, and leaves no timer behind that would keep the process.

/** Resolves when it has ended, or after so long. */
export async function within(limitMs: number, it: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, limitMs);
  await Promise.race([it, promise]);
  clearTimeout(limit);
}
