import { Controller } from "@hotwired/stimulus";
import htmx from "../ui/htmx";

/** Takes the latest change of a plan back with Ctrl-Z (Cmd-Z), unless the reader is typing or answering a question. */
export default class extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;

  press(event: KeyboardEvent): void {
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo || event.repeat || this.isElsewhere(event.target)) return;
    event.preventDefault();
    void htmx.ajax("post", this.urlValue, { source: this.element, swap: "none" });
  }

  private isElsewhere(target: EventTarget | null): boolean {
    if (document.querySelector("dialog.fw-dialog[open]")) return true;
    return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
  }
}
