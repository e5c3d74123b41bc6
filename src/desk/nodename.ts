// The names of nodes, as operators and programs say them.

/** Node names are host names: nothing else goes on the wire as one. */
export function isNodeName(name: unknown): name is string {
  return typeof name === "string" && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name);
}
