// The classes of messages that a client of the API may ask for (heartbeat-api.md 5, setfilter).

/** One bit for each class, as on the wire. */
export const filter = {
  /** What changes something, and what clients say: everybody has it unless he asks for less. */
  normal: 0x01,
  /** A status that says what is known already. */
  noChange: 0x02,
  dropped: 0x04,
  duplicate: 0x08,
  /** Requests to the API and their answers. */
  api: 0x10,
  /** Messages of the protocol itself (NS_rexmit, NS_ackmsg …). */
  protocol: 0x20,
} as const;

export type Filter = (typeof filter)[keyof typeof filter];
