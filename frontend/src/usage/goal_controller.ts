import { Controller } from "@hotwired/stimulus";

/** Puts an event that is chosen from the catalogue into the list of events that was edited last, or into the first one. */
export default class extends Controller<HTMLElement> {
  static override targets = ["pick"];
  declare readonly pickTarget: HTMLSelectElement;
  private edited: HTMLTextAreaElement | null = null;

  override connect(): void {
    this.element.addEventListener("focusin", this.remember);
  }

  override disconnect(): void {
    this.element.removeEventListener("focusin", this.remember);
  }

  put(): void {
    const name = this.pickTarget.value;
    const field = this.edited ?? this.element.querySelector<HTMLTextAreaElement>("textarea");
    if (!name || !field) return;
    const lines = field.value.split("\n").filter((line) => line.trim());
    if (!lines.includes(name)) field.value = [...lines, name].join("\n");
    this.pickTarget.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private readonly remember = (event: FocusEvent): void => {
    if (event.target instanceof HTMLTextAreaElement) this.edited = event.target;
  };
}
