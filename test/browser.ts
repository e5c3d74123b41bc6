// A real browser without a window, for tests of pages: Chromium, driven by the few words of its DevTools
// protocol that a test needs. Own, because those few words weigh less than a library that drives three
// browsers.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A busy machine starts it slowly. */
const patienceMs = 60_000;

interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

export class Browser {
  readonly #process: Bun.Subprocess;
  readonly #home: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (told: Told) => void>();
  #last = 0;
  /** Errors and warnings of the page's console, exceptions, and what it asked for elsewhere. */
  readonly complaints: string[] = [];

  private constructor(process: Bun.Subprocess, home: string, socket: WebSocket) {
    this.#process = process;
    this.#home = home;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Told);
  }

  static async open(): Promise<Browser> {
    const home = mkdtempSync("/tmp/hb-browser-");
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    const quiet = [
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
    ];
    const places = [`--user-data-dir=${home}`, "--remote-debugging-port=0", "about:blank"];
    const chromium = Bun.spawn(["chromium", ...flags, ...quiet, ...places], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    const until = performance.now() + patienceMs;
    const file = join(home, "DevToolsActivePort");
    while (!existsSync(file) || !readFileSync(file, "utf8").includes("\n")) {
      if (performance.now() > until) {
        chromium.kill("SIGKILL");
        throw new Error("Chromium does not start");
      }
      await Bun.sleep(50);
    }
    const [port = ""] = readFileSync(file, "utf8").split("\n");
    const pages = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const page = pages.find(({ type }) => type === "page");
    const socket = new WebSocket(page?.webSocketDebuggerUrl ?? "");
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const browser = new Browser(chromium, home, socket);
    for (const domain of ["Page", "Runtime", "Log", "Network"])
      await browser.say(`${domain}.enable`);
    return browser;
  }

  async show(url: string, { width, height, dark = false }: Screen): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
    await this.say("Emulation.setDeviceMetricsOverride", metrics);
    const value = dark ? "dark" : "light";
    await this.say("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value }],
    });
    await this.say("Page.navigate", { url });
  }

  /** The value of an expression in the page. */
  async value<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.say("Runtime.evaluate", {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value: Value }).value;
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string): Promise<void> {
    const until = performance.now() + patienceMs;
    while (!(await this.value<boolean>(`Boolean(${expression})`))) {
      if (performance.now() > until) {
        const text = await this.value<string>("document.body.innerText");
        throw new Error(`It does not come to ${expression}:\n${text}`);
      }
      await Bun.sleep(50);
    }
  }

  /** What a screen reader is told: role and name of everything that has one. */
  async spoken(): Promise<string[]> {
    const { nodes } = await this.say("Accessibility.getFullAXTree");
    const all = nodes as { readonly role?: { value: string }; readonly name?: { value: string } }[];
    return all.map(({ role, name }) => `${role?.value ?? ""} ${name?.value ?? ""}`.trim());
  }

  /** A picture as PNG. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.say("Page.captureScreenshot", { captureBeyondViewport: true });
    writeFileSync(path, Buffer.from(String(data), "base64"));
  }

  async close(): Promise<void> {
    this.#socket.close();
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async say(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve } = Promise.withResolvers<Told>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  #hear(told: Told): void {
    const { id, method, params } = told;
    if (id !== undefined) {
      this.#waiting.get(id)?.(told);
      this.#waiting.delete(id);
    }
    const isTrouble = method === "Runtime.exceptionThrown" || method === "Log.entryAdded";
    if (isTrouble) this.complaints.push(JSON.stringify(params));
    const url = (params?.request as { readonly url?: string } | undefined)?.url;
    const isElsewhere = url !== undefined && !/^(http:\/\/127\.0\.0\.1|data:|about:)/.test(url);
    if (method === "Network.requestWillBeSent" && isElsewhere) this.complaints.push(url);
  }
}
