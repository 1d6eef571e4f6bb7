import { afterEach, describe, expect, it, vi } from "vitest";
import "../src/ui/keep_pressed";

function swap(cause: string): boolean {
  const detail = { shouldSwap: true, requestConfig: { triggeringEvent: new Event(cause) } };
  document.dispatchEvent(new CustomEvent("htmx:beforeSwap", { detail }));
  return detail.shouldSwap;
}

function pointer(what: "pointerdown" | "pointerup"): void {
  document.body.dispatchEvent(new Event(what, { bubbles: true }));
}

describe("a press while others change the page", () => {
  afterEach(() => pointer("pointerup"));

  it("keeps the page until the release, then asks for what changed", () => {
    vi.useFakeTimers();
    const asked = vi.fn();
    document.body.addEventListener("changed", asked);
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
