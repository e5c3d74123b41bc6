// Colours for problems on a stream.

import type { Paint } from "../config/render.ts";
import { paint } from "./output.ts";

export function painter(stream: "stdout" | "stderr"): Paint {
  const styles = { place: "bold", error: "red", warning: "yellow", caret: "green" } as const;
  return (part, text) => paint(stream, styles[part], text);
}
