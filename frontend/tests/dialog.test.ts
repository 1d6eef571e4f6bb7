import { beforeEach, describe, expect, it, vi } from "vitest";
import dialog from "../src/ui/dialog_controller";
import { one, page, settled } from "./page";

// jsdom cannot start the library.
vi.mock("htmx.org", () => ({ default: { config: {} } }));
// Nor does it show dialogs.
HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement): void {
  this.open = true;
};

describe("a panel over a page that fetches itself anew", () => {
  beforeEach(() => page(`<main><a href="/tasks/1/">First</a><a href="/tasks/2/">Second</a></main>`, { dialog }));

  it("gives the focus back to what opened it, also where that is another element now", async () => {
    one("a[href='/tasks/2/']").focus();
    document.body.insertAdjacentHTML(
      "beforeend",
      `<dialog data-controller="dialog" data-dialog-open-value="true" data-action="close->dialog#closed"></dialog>`,
    );
    await settled();
    one("main").innerHTML = one("main").innerHTML;
    expect(document.activeElement).toBe(document.body);
    one("dialog").dispatchEvent(new Event("close"));
    expect(document.activeElement).toBe(one("a[href='/tasks/2/']"));
  });
});
