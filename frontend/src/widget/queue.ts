/**
 * What waits to be sent. An event stays until the server said that it is kept, over pages and restarts of the browser;
 * whatever is sent twice has the same message id, so the server keeps it once.
 */

import { type Store } from "./store";

export interface Message {
  messageId: string;
  [field: string]: unknown;
}

const MOST_EVENTS = 300;
const MOST_TOGETHER = 50;
/** A browser lets about 64 KB go out while a page is left. */
const MOST_BYTES = 60_000;
const MOST_EVENT_BYTES = 32_000;
/** The server knows message ids for 30 days; what waited longer could be counted twice. */
const OLDEST_MS = 25 * 86_400_000;
const SOON_MS = 800;
const LONGEST_PAUSE_MS = 60_000;
const EVENT = "e:";

let count = 0;

/** Message ids sort by time, so that the oldest go first. */
export function messageId(now = Date.now()): string {
  count = (count + 1) % 46_656;
  const random = crypto.getRandomValues(new Uint32Array(4));
  return [now, count + 46_656, ...random].map((part) => part.toString(36)).join("-");
}

const size = (text: string) => new TextEncoder().encode(text).length;
const ageOf = (name: string) => Date.now() - parseInt(name.slice(EVENT.length), 36);

export class Queue {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #sending = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** Keep an event and send it soon; the oldest give way where too many wait. */
  add(message: Message): void {
    const text = JSON.stringify(message);
    if (size(text) > MOST_EVENT_BYTES) {
      console.warn("firstwin: an event has at most 32 KB; this one was not sent.", message.messageId);
      return;
    }
    this.store.set(EVENT + message.messageId, text);
    const names = this.#names();
    names.slice(0, Math.max(0, names.length - MOST_EVENTS)).forEach((name) => this.store.remove(name));
    if (!this.#failures) this.#later(names.length < MOST_TOGETHER ? SOON_MS : 0);
  }

  clear(): void {
    this.#names().forEach((name) => this.store.remove(name));
  }

  /** Send what waits, and again later what could not be sent. Resolves when the server took all of it, or would not. */
  flush(): Promise<void> {
    if (this.#names().length) this.#sending = this.#sending.then(() => this.#sendAll());
    return this.#sending;
  }

  /** The page is being left: hand what waits to the browser. It stays here, for nobody says whether it arrived. */
  leave(): void {
    const names = this.#next();
    if (!names.length) return;
    const body = this.#body(names);
    if (!navigator.sendBeacon?.(this.url, new Blob([body], { type: "text/plain" }))) {
      fetch(this.url, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => undefined);
    }
  }

  #names(): string[] {
    const names = this.store.names().filter((name) => name.startsWith(EVENT));
    return names.sort();
  }

  /** The oldest that go together into one request. */
  #next(): string[] {
    const names: string[] = [];
    let bytes = 300;
    for (const name of this.#names()) {
      const text = this.store.get(name);
      if (text === null) continue;
      if (ageOf(name) > OLDEST_MS) {
        this.store.remove(name);
        continue;
      }
      bytes += size(text) + 1;
      if (names.length && (bytes > MOST_BYTES || names.length === MOST_TOGETHER)) break;
      names.push(name);
    }
    return names;
  }

  #body(names: string[]): string {
    const batch = names.map((name) => this.store.get(name)).filter((text) => text !== null);
    const rest = JSON.stringify({ writeKey: this.key, sentAt: new Date().toISOString() });
    return `${rest.slice(0, -1)},"batch":[${batch.join()}]}`;
  }

  async #sendAll(): Promise<void> {
    clearTimeout(this.#timer);
    for (let names = this.#next(); names.length; names = this.#next()) {
      const pause = await this.#send(names);
      if (pause) {
        this.#later(pause);
        return;
      }
    }
  }

  /** Returns how long to wait before the next attempt; 0 says that these are done with. */
  async #send(names: string[]): Promise<number> {
    let status = 0;
    let wait = 0;
    try {
      // Plain text and no header of our own: so the browser needs not to ask first.
      const answer = await fetch(this.url, {
        method: "POST",
        body: this.#body(names),
        keepalive: true,
        credentials: "omit",
      });
      status = answer.status;
      wait = Number(answer.headers.get("Retry-After")) * 1000 || 0;
    } catch {
      // Offline, or the server does not answer.
    }
    if (status && status !== 429 && status !== 408 && status < 500) {
      // Taken, or refused for good: a repetition would not help.
      if (status >= 400) console.warn(`firstwin: events were refused (${status}).`);
      names.forEach((name) => this.store.remove(name));
      this.#failures = 0;
      return 0;
    }
    this.#failures += 1;
    const pause = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** Math.min(this.#failures - 1, 6));
    return Math.max(wait, pause * (0.5 + Math.random() / 2));
  }

  #later(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), pause);
  }
}
