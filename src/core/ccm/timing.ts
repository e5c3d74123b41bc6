// How long the machine of the membership waits for what does not come, in keepalives (ccm 3).
//
// The real one looks at its clock once a second; here a time is over when it is over.

/** For the list, and for what others must confirm; for the calls of a round. */
export const CHANGE = 5;
/** For an answer to "who leads?". */
export const VERSION = 9;
/** For the views of the others. */
export const VIEWS = 12;
/** For the result of a round. */
export const RESULT = 18.005;
/** So long clients are not told of a node that is alone only until those whom it invited are in. */
export const ALONE = 5;
/** For a live node that is in no membership of ours, before it is asked; then twice as long, up to the last. */
export const STRANGER_FIRST = 10;
export const STRANGER_LAST = 320;
/** A node that says that it is in another membership has so long to leave it and ask, in milliseconds: its
 *  own word may have been under way when it did. */
export const MEETING_MS = 20;
