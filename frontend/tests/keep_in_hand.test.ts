import { afterEach, describe, expect, it, vi } from "vitest";
import "../src/ui/keep_in_hand";
import menu from "../src/ui/menu_controller";
import { one, page } from "./page";

function swap(cause: string): boolean {
  const detail = { target: document.body, shouldSwap: true, requestConfig: { triggeringEvent: new Event(cause) } };
  document.dispatchEvent(new CustomEvent("htmx:beforeSwap", { detail }));
  return detail.shouldSwap;
}

function pointer(what: "pointerdown" | "pointerup" | "pointercancel" | "dragstart" | "dragend"): void {
  document.body.dispatchEvent(new Event(what, { bubbles: true }));
}

function listenForChanges(): ReturnType<typeof vi.fn> {
  const asked = vi.fn();
  document.body.addEventListener("changed", asked);
  return asked;
}

describe("a press while others change the page", () => {
  afterEach(() => pointer("pointerup"));

  it("keeps the page until the release, then asks for what changed", () => {
    vi.useFakeTimers();
    const asked = listenForChanges();
    pointer("pointerdown");
    expect(swap("changed")).toBe(false);
    pointer("pointerup");
    expect(asked).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(asked).toHaveBeenCalledOnce();
    pointer("pointerdown");
    pointer("pointerup");
    vi.runAllTimers();
    expect(asked).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  it("is in nobody's way otherwise", () => {
    expect(swap("changed")).toBe(true);
    pointer("pointerdown");
    expect(swap("click")).toBe(true);
  });
});

describe("a drag while others change the page", () => {
  it("keeps the page until what is dragged is let go of, though the browser takes the pointer away before", () => {
    vi.useFakeTimers();
    const asked = listenForChanges();
    pointer("pointerdown");
    pointer("dragstart");
    pointer("pointercancel");
    expect(swap("changed")).toBe(false);
    vi.runAllTimers();
    expect(asked).not.toHaveBeenCalled();
    pointer("dragend");
    vi.runAllTimers();
    expect(asked).toHaveBeenCalledOnce();
    expect(swap("changed")).toBe(true);
    vi.useRealTimers();
  });
});

describe("an open menu while others change the page", () => {
  it("stays open, and what changed is asked for when it closes", async () => {
    await page(
      `<div data-controller="menu"><button data-menu-target="button" data-action="menu#toggle" aria-expanded="false">More</button>
       <div data-menu-target="list" hidden><a href="#1">One</a></div></div>`,
      { menu },
    );
    const asked = listenForChanges();
    one("button").click();
    expect(swap("changed")).toBe(false);
    expect(asked).not.toHaveBeenCalled();
    one("button").click();
    await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
    expect(swap("changed")).toBe(true);
  });
});
