// Waits for something, but not for ever, and leaves no timer behind that would keep the process.

/** Resolves when it has ended (true), or after so long (false). */
export async function within(limitMs: number, it: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const limit = setTimeout(() => resolve(false), limitMs);
  const hasEnded = await Promise.race([it.then(() => true), promise]);
  clearTimeout(limit);
  return hasEnded;
}
