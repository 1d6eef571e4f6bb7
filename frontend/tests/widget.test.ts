import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../src/widget/client";

interface Sent {
  writeKey: string;
  sentAt: string;
  batch: Record<string, unknown>[];
}

const KEY = "abcdefgh12345678";
const host = "https://firstwin.example.com/";
let answers: (number | Response | Error)[];
let sent: Sent[];
let beacons: string[];

function client(options: Partial<ConstructorParameters<typeof Client>[0]> = {}): Client {
  return new Client({ writeKey: KEY, host, ...options });
}

function waiting(): number {
  return Object.keys(localStorage).filter((name) => name.startsWith(`firstwin:${KEY}:e:`)).length;
}

const events = () => sent.flatMap((one) => one.batch);

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-02T09:00:00Z") });
  vi.spyOn(Math, "random").mockReturnValue(1);
  answers = [];
  sent = [];
  beacons = [];
  vi.stubGlobal("__VERSION__", "1");
  vi.stubGlobal("fetch", (url: string, request: RequestInit) => {
    const answer = answers.shift() ?? 200;
    expect([url, request.method, request.credentials]).toEqual([`${host}v1/batch`, "POST", "omit"]);
    expect(request.headers).toBeUndefined(); // so that the browser need not ask first
    if (answer instanceof Error) return Promise.reject(answer);
    sent.push(JSON.parse(request.body as string));
    return Promise.resolve(typeof answer === "number" ? new Response("{}", { status: answer }) : answer);
  });
  vi.stubGlobal("navigator", {
    language: "en",
    sendBeacon: (_url: string, body: Blob) => beacons.push(body.type) > 0,
  });
});

afterEach(() => {
  localStorage.clear();
  document.cookie = "firstwin_id=;max-age=0;path=/";
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("who it is", () => {
  it("says who, for which customer, and where", async () => {
    const one = client();
    one.track("Seen");
    one.identify("ada", { email: "ada@example.com" });
    one.group("acorn", { name: "Acorn Foods" });
    one.track("Report viewed", { rows: 3 });
    one.page("Reports");
    one.alias("ada-2");
    await one.flush();
    expect(sent).toHaveLength(1);
    const [seen, identify, group, track, page, alias] = events();
    expect(seen).toMatchObject({ type: "track", event: "Seen", anonymousId: identify!.anonymousId });
    expect(seen).not.toHaveProperty("userId");
    expect(identify).toMatchObject({ type: "identify", userId: "ada", traits: { email: "ada@example.com" } });
    expect(group).toMatchObject({ type: "group", groupId: "acorn", userId: "ada" });
    expect(track).toMatchObject({ event: "Report viewed", properties: { rows: 3 }, context: { groupId: "acorn" } });
    expect(page).toMatchObject({ type: "page", name: "Reports", properties: { path: "/" } });
    expect(alias).toMatchObject({ type: "alias", userId: "ada-2", previousId: "ada" });
    expect(new Set(events().map((event) => event.messageId)).size).toBe(6);
  });

  it("stays the same on the next page, and begins anew at sign-out and with another user", async () => {
    client().identify("ada");
    const next = client();
    next.track("A");
    next.identify("ben");
    next.reset();
    next.track("B");
    await next.flush();
    const [ada, again, ben, nobody] = events();
    expect(again).toMatchObject({ userId: "ada", anonymousId: ada!.anonymousId });
    expect(ben!.anonymousId).not.toBe(ada!.anonymousId);
    expect(nobody).not.toHaveProperty("userId");
    expect(nobody!.anonymousId).not.toBe(ben!.anonymousId);
  });

  it("tells no address behind ? and #", async () => {
    history.replaceState(null, "", "/reset?token=secret#secret");
    const one = client();
    one.page();
    await one.flush();
    expect(JSON.stringify(sent)).not.toContain("secret");
    history.replaceState(null, "", "/");
  });
});

describe("nothing is lost and nothing comes twice", () => {
  it("sends a moment later, together", async () => {
    const one = client();
    one.track("A");
    one.track("B");
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map((body) => [body.writeKey, body.batch.length])).toEqual([[KEY, 2]]);
    expect(waiting()).toBe(0);
  });

  it("waits longer after each failure, as long as the server asks, and keeps the message id", async () => {
    answers = [new Error("offline"), 500, new Response("", { status: 429, headers: { "Retry-After": "30" } }), 200];
    const one = client();
    one.track("A");
    await vi.advanceTimersByTimeAsync(1000);
    expect([sent.length, waiting()]).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent).toHaveLength(3);
    expect(new Set(events().map((event) => event.messageId)).size).toBe(1);
    expect(waiting()).toBe(0);
  });

  it("sends what an earlier page could not, and drops what the server will never take", async () => {
    answers = [new Error("offline")];
    client().track("A");
    await vi.advanceTimersByTimeAsync(1000);
    vi.clearAllTimers();
    vi.spyOn(console, "warn").mockReturnValue();
    answers = [400];
    client();
    await vi.advanceTimersByTimeAsync(10);
    expect(events()).toMatchObject([{ event: "A" }]);
    expect(waiting()).toBe(0);
  });

  it("hands over what waits when the page is left, and still asks for an answer", async () => {
    const one = client();
    one.track("A");
    one.leave();
    expect([beacons, waiting()]).toEqual([["text/plain"], 1]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([sent.length, waiting()]).toEqual([1, 0]);
  });

  it("is bounded: 300 events, 60 KB a request, 32 KB an event, 25 days", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    answers = Array.from({ length: 20 }, () => new Error("offline"));
    const one = client();
    one.track("Large", { text: "x".repeat(40_000) });
    expect([waiting(), warn.mock.calls.length]).toEqual([0, 1]);
    for (let count = 0; count < 310; count += 1) one.track(`E${count}`, { text: "x".repeat(2000) });
    expect(waiting()).toBe(300);
    await vi.advanceTimersByTimeAsync(100);
    answers = [];
    await one.flush();
    expect(events()[0]).toMatchObject({ event: "E10" });
    expect(Math.max(...sent.map((body) => JSON.stringify(body).length))).toBeLessThan(60_000);
    expect(sent.flatMap((body) => body.batch)).toHaveLength(300);
    one.track("Old");
    vi.setSystemTime(new Date("2026-04-02T09:00:00Z"));
    await one.flush();
    expect([events().length, waiting()]).toEqual([300, 0]);
  });

  it("works where nothing may be kept on the device", async () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new Error("full");
    });
    const one = client();
    one.track("A");
    await one.flush();
    expect(events()).toHaveLength(1);
  });
});

describe("who says no is left alone", () => {
  it.each([{ doNotTrack: "1" }, { globalPrivacyControl: true }])("respects the browser: %o", async (signal) => {
    client().track("Before");
    Object.assign(navigator, signal);
    const one = client();
    one.identify("ada");
    one.track("A");
    one.optIn();
    one.track("B");
    await one.flush();
    one.leave();
    expect([sent, beacons, waiting(), one.consent()]).toEqual([[], [], 0, "out"]);
    one.optIn({ despiteSignals: true });
    one.track("C");
    await one.flush();
    expect(events().map((event) => event.event)).toEqual(["C"]);
  });

  it("waits for consent where it is required, and then tells what came before", async () => {
    const one = client({ consent: "required", cookie: "yes" });
    one.identify("ada");
    one.track("A");
    await one.flush();
    one.leave();
    expect([sent, beacons, one.consent()]).toEqual([[], [], "waiting"]);
    expect([localStorage.length, document.cookie]).toEqual([0, ""]);
    one.optIn();
    one.track("B");
    await one.flush();
    expect(events().map((event) => [event.type, event.userId])).toEqual([
      ["identify", "ada"],
      ["track", "ada"],
      ["track", "ada"],
    ]);
    expect(client({ consent: "required" }).consent()).toBe("in");
  });

  it("forgets everything but the no", async () => {
    const one = client({ cookie: "yes" });
    one.identify("ada");
    one.track("A");
    one.optOut();
    one.track("B");
    await one.flush();
    expect(sent).toEqual([]);
    expect([Object.keys(localStorage), document.cookie]).toEqual([[`firstwin:${KEY}:choice`], ""]);
    expect(client().consent()).toBe("out");
  });

  it("sets a cookie only where it is asked to", async () => {
    client().track("A");
    expect(document.cookie).toBe("");
    const one = client({ cookie: "yes" });
    one.reset();
    one.track("B");
    await one.flush();
    expect(document.cookie).toBe(`firstwin_id=${String(events().at(-1)!.anonymousId)}`);
    localStorage.clear();
    const other = client({ cookie: "yes" });
    other.track("C");
    await other.flush();
    expect(document.cookie).toBe(`firstwin_id=${String(events().at(-1)!.anonymousId)}`);
  });
});

describe("on a page", () => {
  async function load(attributes: Record<string, string>): Promise<void> {
    const element = document.createElement("script");
    element.setAttribute("src", `${host}widget/firstwin.js`);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    vi.spyOn(document, "currentScript", "get").mockReturnValue(element);
    vi.resetModules();
    await import("../src/widget/firstwin");
  }

  it("takes what was said before it loaded, follows pages and clicks", async () => {
    const page = window as unknown as { firstwin: unknown };
    page.firstwin = [
      ["identify", "ada"],
      ["destroy", "everything"],
      ["track", "Early"],
    ];
    document.body.innerHTML = `<button data-firstwin-track="Report created" data-firstwin-rows="3"><b>Go</b></button><i>no</i>`;
    await load({ "data-write-key": KEY });
    document.querySelector("b")!.click();
    document.querySelector("i")!.click();
    history.pushState(null, "", "/reports?x=1");
    await vi.advanceTimersByTimeAsync(2000);
    history.replaceState(null, "", "/reports?x=2");
    await vi.advanceTimersByTimeAsync(2000);
    expect(events().map((event) => event.event ?? (event.properties as { path: string } | undefined)?.path)).toEqual([
      undefined,
      "Early",
      "/",
      "Report created",
      "/reports",
    ]);
    expect(events()[3]).toMatchObject({ properties: { rows: "3" } });
    dispatchEvent(new Event("pagehide"));
    delete (window as { firstwin?: unknown }).firstwin;
    history.replaceState(null, "", "/");
  });
});
