import { Controller } from "@hotwired/stimulus";

/** Chooses a value in a field elsewhere on the page, as if somebody had chosen it there. */
export default class extends Controller<HTMLButtonElement> {
  choose(): void {
    const field = document.getElementById(this.element.dataset["field"] ?? "");
    if (!(field instanceof HTMLSelectElement || field instanceof HTMLInputElement)) return;
    field.value = this.element.dataset["value"] ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  }
}
