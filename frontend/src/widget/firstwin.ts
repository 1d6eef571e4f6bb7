/**
 * The script for the vendor's product:
 *
 *     <script async src="https://onboarding.example.com/widget/firstwin.js" data-write-key="..."></script>
 *
 * It finds its options on its own element, so a page needs no script in line; what was said before it loaded waits in
 * `window.firstwin`, an ordinary list.
 */

import { Client } from "./client";

type Call = [name: string, ...args: unknown[]];
type Api = Client & { push: (...calls: Call[]) => void };

const METHODS = ["track", "page", "identify", "group", "alias", "reset", "optIn", "optOut", "flush"] as const;
const ATTRIBUTE = "data-firstwin-";

function start(element: HTMLScriptElement): void {
  const { writeKey, host, consent, cookie, pages } = element.dataset;
  const page = window as unknown as { firstwin?: Api | Call[] };
  if (!writeKey || (page.firstwin && !Array.isArray(page.firstwin))) return;
  const client = new Client({ writeKey, host: host ?? new URL(element.src).origin, consent, cookie });
  const api = Object.assign(client, {
    push(...calls: Call[]) {
      for (const [name, ...args] of calls) {
        const method = METHODS.find((one) => one === name);
        if (method) (client[method] as (...given: unknown[]) => unknown)(...args);
      }
    },
  });
  const before = page.firstwin ?? [];
  page.firstwin = api;
  api.push(...(before as Call[]));
  if (pages !== "off") followPages(client);
  document.addEventListener("click", (event) => followClick(client, event), true);
  addEventListener("pagehide", () => client.leave());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") client.leave();
  });
  addEventListener("online", () => void client.flush());
}

/** One page call now, and one for each other path that an application shows without loading a page. */
function followPages(client: Client): void {
  let shown = "";
  const look = () => {
    if (location.pathname === shown) return;
    shown = location.pathname;
    client.page();
  };
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name].bind(history);
    history[name] = (...args) => {
      original(...args);
      setTimeout(look);
    };
  }
  addEventListener("popstate", () => setTimeout(look));
  look();
}

/** `data-firstwin-track="Report created" data-firstwin-rows="3"` on anything that can be clicked. */
function followClick(client: Client, event: Event): void {
  const found = (event.target as Element | null)?.closest?.(`[${ATTRIBUTE}track]`);
  if (!found) return;
  const given = [...found.attributes].filter((one) => one.name.startsWith(ATTRIBUTE));
  const properties = Object.fromEntries(given.map((one) => [one.name.slice(ATTRIBUTE.length), one.value]));
  const { track: name = "", ...rest } = properties;
  client.track(name, rest);
}

const element = document.currentScript as HTMLScriptElement | null;
if (element) start(element);
