import { describe, expect, it, vi } from "vitest";
import tabs from "../src/ui/tabs_controller";
import { one, page } from "./page";

const STRIP = `<nav data-controller="tabs"><a>One</a><a>Two</a><a aria-current="page">Three</a></nav>`;

function measure(all: number, seen: number): void {
  vi.spyOn(HTMLElement.prototype, "scrollWidth", "get").mockReturnValue(all);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(seen);
  vi.spyOn(HTMLElement.prototype, "offsetLeft", "get").mockImplementation(function (this: HTMLElement) {
    return this.tagName === "A" ? 400 : 20;
  });
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(80);
}

describe("tabs that do not all fit", () => {
  it("show the current one in the middle", async () => {
    measure(600, 300);
    await page(STRIP, { tabs });
    expect(one("nav").scrollLeft).toBe(270);
  });

  it("stay where they are when all fit", async () => {
    measure(300, 300);
    await page(STRIP, { tabs });
    expect(one("nav").scrollLeft).toBe(0);
  });
});
