/** What the vendor's page can say: who somebody is, where they are and what they do. */

import { type Consent, choose, consentOf } from "./consent";
import { type Message, Queue, messageId } from "./queue";
import { type Store, lasting, memory, readCookie, writeCookie } from "./store";

export type Properties = Record<string, unknown>;

export interface Options {
  /** The source's write key. */
  writeKey: string;
  /** Where Firstwin is; the script finds it out from its own address. */
  host: string;
  /** "required": nothing is kept on the device and nothing is sent before `optIn()`. */
  consent?: string | undefined;
  /** "yes", or a domain whose sub-domains share the visitor's id. Without it no cookie is ever set. */
  cookie?: string | undefined;
}

declare const __VERSION__: string;

const MOST_EARLY = 100;
const WHO = { user: "user", anonymous: "anonymous", group: "group" } as const;

export class Client {
  readonly #queue: Queue;
  readonly #store: Store;
  readonly #held = memory();
  #early: Message[] = [];
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.#store = lasting(`firstwin:${options.writeKey}:`);
    this.#queue = new Queue(this.#store, `${options.host.replace(/\/$/, "")}/v1/batch`, options.writeKey);
    if (this.consent() === "in") void this.#queue.flush();
    else if (this.consent() === "out") this.#forget();
  }

  /** Say that something was done. */
  track(event: string, properties: Properties = {}): void {
    this.#take("track", { event, properties });
  }

  /** Say that a page is looked at; its name is the title unless given. */
  page(name = document.title, properties: Properties = {}): void {
    this.#take("page", { name, properties: { ...placeOf(), ...properties } });
  }

  /** Say who somebody is. Another user on the same device begins anew, and is never joined with the one before. */
  identify(userId: string, traits: Properties = {}): void {
    const before = this.#get(WHO.user);
    if (before && before !== userId) this.reset();
    this.#set(WHO.user, userId);
    this.#take("identify", { traits });
  }

  /** Say which customer the user belongs to: your id of the account. All that follows counts for it. */
  group(groupId: string, traits: Properties = {}): void {
    this.#set(WHO.group, groupId);
    this.#take("group", { groupId, traits });
  }

  /** Say that two ids are one person. */
  alias(userId: string, previousId: string = this.#who().userId ?? this.#who().anonymousId): void {
    this.#set(WHO.user, userId);
    this.#take("alias", { previousId });
  }

  /** Forget who it is, at sign-out: what follows is somebody new. */
  reset(): void {
    for (const name of Object.values(WHO)) this.#remove(name);
  }

  /** Allow measuring. `despiteSignals`: the person was asked and agreed, although their browser says "do not track". */
  optIn({ despiteSignals = false } = {}): void {
    choose(this.#store, despiteSignals ? "despite" : "in");
    if (this.consent() !== "in") return;
    for (const name of this.#held.names()) this.#set(name, this.#held.get(name) ?? "");
    this.#early.splice(0).forEach((message) => this.#queue.add(message));
  }

  /** Stop: nothing is sent any more, and what is kept on the device is deleted but for this choice. */
  optOut(): void {
    choose(this.#store, "out");
    this.#forget();
  }

  /** "in", "out", or "waiting" for `optIn()`. */
  consent(): Consent {
    return consentOf(this.#store, this.#options.consent === "required");
  }

  /** Send what waits now. */
  flush(): Promise<void> {
    return this.consent() === "in" ? this.#queue.flush() : Promise.resolve();
  }

  /** Hand what waits to the browser, which sends it after the page is gone. */
  leave(): void {
    if (this.consent() === "in") this.#queue.leave();
  }

  #take(type: string, fields: Properties): void {
    const consent = this.consent();
    if (consent === "out") return;
    const message = {
      messageId: messageId(),
      type,
      timestamp: new Date().toISOString(),
      ...this.#who(),
      context: this.#context(),
      ...fields,
    };
    if (consent === "in") this.#queue.add(message);
    else if (this.#early.length < MOST_EARLY) this.#early.push(message);
  }

  #who(): { userId?: string; anonymousId: string } {
    let anonymousId = this.#get(WHO.anonymous);
    if (!anonymousId) {
      anonymousId = messageId();
      this.#set(WHO.anonymous, anonymousId);
    }
    const userId = this.#get(WHO.user);
    return userId ? { userId, anonymousId } : { anonymousId };
  }

  #context(): Properties {
    const groupId = this.#get(WHO.group);
    return {
      library: { name: "firstwin.js", version: __VERSION__ },
      page: placeOf(),
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(groupId && { groupId }),
    };
  }

  #forget(): void {
    this.#queue.clear();
    this.#early = [];
    this.reset();
  }

  /** Before consent, what is known stays in this page. */
  #place(): Store {
    return this.consent() === "in" ? this.#store : this.#held;
  }

  #get(name: string): string | null {
    const shared = name === WHO.anonymous && this.#options.cookie && this.consent() === "in";
    return (shared ? readCookie("firstwin_id") : null) ?? this.#place().get(name);
  }

  #set(name: string, value: string): void {
    this.#place().set(name, value);
    const { cookie } = this.#options;
    if (name === WHO.anonymous && cookie && this.consent() === "in") writeCookie("firstwin_id", value, cookie);
  }

  #remove(name: string): void {
    this.#store.remove(name);
    this.#held.remove(name);
    const { cookie } = this.#options;
    if (name === WHO.anonymous && cookie) writeCookie("firstwin_id", "", cookie);
  }
}

/** Where somebody is. What stands behind ? and # is left out: it may hold a secret or a person's name. */
function placeOf(): Properties {
  const { origin, pathname } = location;
  const referrer = document.referrer.split(/[?#]/)[0];
  return { path: pathname, url: origin + pathname, title: document.title, ...(referrer && { referrer }) };
}
