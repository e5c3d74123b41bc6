// SIGHUP from the first moment of a process that serves it. Its default would end one that has only begun: who
// changes a file and says so cannot know how far the start is.

let isDue = false;
const note = () => {
  isDue = true;
};

/** From now on it ends nothing; somebody will serve it. */
export function heedHangup(): void {
  process.off("SIGHUP", note);
  process.on("SIGHUP", note);
}

/** The work, each time once the time before has ended: of two reloads the later one is the one that counts. */
export function inTurn(work: () => Promise<void>): () => void {
  let last = Promise.resolve();
  return () => {
    last = last.then(work);
  };
}

/** Serves it from now on, and what came before; gives what ends that. */
export function serveHangup(serve: () => void): () => void {
  heedHangup();
  process.on("SIGHUP", serve);
  if (isDue) serve();
  return () => process.off("SIGHUP", serve);
}
