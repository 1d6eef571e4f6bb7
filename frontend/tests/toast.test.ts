import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import toast from "../src/ui/toast_controller";
import { one, page } from "./page";

const ACTIONS = "mouseenter->toast#point mouseleave->toast#leave focusin->toast#focus focusout->toast#blur";
const UNDO = "<button data-undo>Undo</button>";

function notice(id: string, inside = "", role = "status"): string {
  return `<div class="fw-toast" id="${id}" role="${role}" data-controller="toast" data-action="${ACTIONS}">${inside}</div>`;
}

function shown(): string[] {
  return [...document.querySelectorAll(".fw-toast")].map((each) => each.id);
}

async function notices(...all: string[]): Promise<void> {
  await page(`<input><button id="before">Before</button><div id="toasts">${all.join("")}</div>`, { toast });
}

describe("notices", () => {
  beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => vi.useRealTimers());

  it("stay longer where there is something to decide", async () => {
    await notices(notice("told"), notice("offer", UNDO), notice("failed", "", "alert"));
    await vi.advanceTimersByTimeAsync(7_100);
    expect(shown()).toEqual(["offer", "failed"]);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(shown()).toEqual(["offer", "failed"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shown()).toEqual([]);
  });

  it("stay while the focus is on them, also when the pointer leaves, and give it back", async () => {
    await notices(notice("offer", UNDO));
    one("#before").focus();
    one("[data-undo]").focus();
    one("#offer").dispatchEvent(new Event("mouseenter"));
    one("#offer").dispatchEvent(new Event("mouseleave"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown()).toEqual(["offer"]);
    one("#before").focus();
    await vi.advanceTimersByTimeAsync(21_000);
    expect(shown()).toEqual([]);
    expect(document.activeElement).toBe(one("#before"));
  });

  it("wait while nobody looks at the page", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    await notices(notice("told"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown()).toEqual(["told"]);
    hidden.mockRestore();
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(7_100);
    expect(shown()).toEqual([]);
  });

  it("are three at most: the newest takes the place of the oldest that nobody has in hand", async () => {
    await notices(notice("one", UNDO), notice("two"), notice("three"));
    one("#one [data-undo]").focus();
    one("#toasts").insertAdjacentHTML("beforeend", notice("four"));
    await vi.advanceTimersByTimeAsync(10);
    expect(shown()).toEqual(["one", "three", "four"]);
  });
});
