// Writes that another thread waits for.

import { expect, test } from "bun:test";
import { canWriteLater, LaterWrite } from "../../ffi/aio.ts";
import { close, receive, socketpair } from "../../ffi/socket.ts";

async function over(write: LaterWrite): Promise<void> {
  while (write.pending) await Bun.sleep(1);
}

test("LaterWrite.begin() writes what it was given, one after the other", async () => {
  expect(canWriteLater).toBe(true);
  const [ours, theirs] = socketpair(true);
  const write = new LaterWrite();
  const buffer = new Uint8Array(16);
  for (const word of ["first", "second"]) {
    const bytes = new TextEncoder().encode(word);
    write.begin(theirs, bytes);
    bytes.fill(0);
    await over(write);
    expect(write.failure).toBeUndefined();
    const got = receive(ours, buffer) ?? 0;
    expect(new TextDecoder().decode(buffer.subarray(0, got))).toBe(word);
  }
  close(ours);
  close(theirs);
});

test("LaterWrite.failure tells why the kernel refused", async () => {
  const [ours, theirs] = socketpair(true);
  close(ours);
  const write = new LaterWrite();
  write.begin(theirs, new Uint8Array(1));
  await over(write);
  expect(write.failure?.code).toBe("EPIPE");
  close(theirs);
});

test("LaterWrite is neither pending nor failed before the first", () => {
  const write = new LaterWrite();
  expect(write.pending).toBe(false);
  expect(write.failure).toBeUndefined();
});
