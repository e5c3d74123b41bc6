// Sockets in the file system for root and a group, from their first moment on.

/** Runs what binds such a socket: its mode is 0660. listen() binds before it returns; a mask held any longer
 *  would meet what other work of this process creates meanwhile. */
export function bindForGroup(bind: () => void): void {
  const mask = process.umask(0o117);
  try {
    bind();
  } finally {
    process.umask(mask);
  }
}
