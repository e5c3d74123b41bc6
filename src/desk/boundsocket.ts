// Sockets in the file system with the mode that they shall have, from their first moment on.

/** Runs what binds such a socket: for its owner and a group, its mode is 0660. listen() binds before it returns; a
 *  mask held any longer would meet what other work of this process creates meanwhile. */
export function bindForGroup(bind: () => void): void {
  masked(0o117, bind);
}

/** The same for every user, 0666. */
export function bindForAll(bind: () => void): void {
  masked(0o111, bind);
}

function masked(bits: number, bind: () => void) {
  const mask = process.umask(bits);
  try {
    bind();
  } finally {
    process.umask(mask);
  }
}
