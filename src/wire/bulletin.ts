// The one message type that only hb nodes send. What stands in it is core/native/bulletin.ts; others need to know
// which it is: it comes with each keepalive, and the newest one replaces those before.

export const bulletinType = "hb_groups";
