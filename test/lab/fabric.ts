// What a cloud knows of addresses: which machine each one is delivered to. Asked and told by HTTP.
//
// Run as `bun fabric.ts ADDRESS PORT`. GET /ADDRESS says who has it (404: nobody), PUT assigns it to who is named in
// the body, whoever had it before, DELETE to nobody.

import { serve } from "bun";

const [hostname = "127.0.0.1", port = "8080"] = process.argv.slice(2);
const holders = new Map<string, string>();

serve({
  hostname,
  port: Number(port),
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") holders.set(pathname, await request.text());
    if (request.method === "DELETE") holders.delete(pathname);
    if (request.method !== "GET") return new Response("");
    const holder = holders.get(pathname);
    return holder === undefined ? new Response("", { status: 404 }) : new Response(`${holder}\n`);
  },
});
