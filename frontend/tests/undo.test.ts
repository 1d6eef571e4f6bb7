import { beforeEach, describe, expect, it, vi } from "vitest";
import undo from "../src/projects/undo_controller";
import { one, page } from "./page";

// jsdom cannot start the library, and nothing is to be sent.
const sent = vi.hoisted(() => vi.fn());
vi.mock("htmx.org", () => ({ default: { config: {}, ajax: sent } }));

function press(target: EventTarget, options: KeyboardEventInit = {}): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true, ...options }));
}

describe("taking a change back by key", () => {
  beforeEach(async () => {
    sent.mockClear();
    await page(
      `<div data-controller="undo" data-undo-url-value="/undo/" data-action="keydown@document->undo#press"></div>
       <input><p>elsewhere</p>`,
      { undo },
    );
  });

  it("asks the server once for Ctrl-Z and for Cmd-Z", () => {
    press(one("p"));
    press(one("p"), { ctrlKey: false, metaKey: true });
    expect(sent.mock.calls.map((call: unknown[]) => call.slice(0, 2))).toEqual([
      ["post", "/undo/"],
      ["post", "/undo/"],
    ]);
  });

  it("leaves the keys to whoever types, to redo and to an open question", () => {
    press(one("input"));
    press(one("p"), { shiftKey: true });
    press(one("p"), { ctrlKey: false });
    document.body.insertAdjacentHTML("beforeend", '<dialog class="fw-dialog" open></dialog>');
    press(one("p"));
    expect(sent).not.toHaveBeenCalled();
  });

  it("presses what the newest notice offers first, but not twice", () => {
    document.body.insertAdjacentHTML(
      "beforeend",
      `<div id="toasts"><button data-undo>older</button><button data-undo>newer</button><button>Dismiss</button></div>`,
    );
    const pressed: string[] = [];
    one("#toasts").addEventListener("click", (event) => {
      const button = event.target as HTMLButtonElement;
      button.disabled = true;
      pressed.push(button.textContent);
    });
    press(one("input"));
    press(one("p"), { cancelable: true });
    press(one("p"), { cancelable: true });
    expect(pressed).toEqual(["newer", "older"]);
    expect(sent).not.toHaveBeenCalled();
    press(one("p"), { cancelable: true });
    expect(sent).toHaveBeenCalledOnce();
  });
});
