import { beforeEach, describe, expect, it, vi } from "vitest";
import heed from "../src/ui/heed_controller";
import { one, page } from "./page";

function answer(html: string): void {
  one("#effect").innerHTML = html;
  one("#effect").dispatchEvent(new CustomEvent("htmx:afterSwap", { bubbles: true }));
}

// jsdom lays nothing out, and so scrolls nowhere.
const shown = vi.fn();
Element.prototype.scrollIntoView = shown;

describe("heeding a preview", () => {
  beforeEach(async () => {
    await page(
      `<form data-controller="heed" data-action="htmx:afterSwap->heed#heed">
         <div id="effect" data-heed-target="preview"></div><button data-heed-target="button">Add</button>
       </form>`,
      { heed },
    );
  });

  it("lets nobody press what the preview says cannot be done, and names the reason", () => {
    answer("<p data-refusal>These wait for each other.</p>");
    const button = one<HTMLButtonElement>("button");
    expect(button.disabled).toBe(true);
    expect(button.getAttribute("aria-describedby")).toBe("effect");
    expect(shown).toHaveBeenCalledOnce();
  });

  it("gives the button back as soon as it can be done", () => {
    answer("<p data-refusal>These wait for each other.</p>");
    answer("<p>The end stays.</p>");
    const button = one<HTMLButtonElement>("button");
    expect(button.disabled).toBe(false);
    expect(button.hasAttribute("aria-describedby")).toBe(false);
  });
});
