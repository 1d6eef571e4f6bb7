import { Controller } from "@hotwired/stimulus";

/** Opens and closes a menu; arrow keys walk through it, Escape and a click elsewhere close it. */
export default class extends Controller<HTMLElement> {
  static override targets = ["button", "list"];
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly listTarget: HTMLElement;

  private readonly onOutside = (event: Event): void => {
    if (event.target instanceof Node && !this.element.contains(event.target)) this.close();
  };

  override disconnect(): void {
    document.removeEventListener("pointerdown", this.onOutside);
  }

  toggle(): void {
    if (this.listTarget.hidden) this.open();
    else this.close();
  }

  open(): void {
    this.listTarget.hidden = false;
    this.buttonTarget.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", this.onOutside);
    this.items[0]?.focus();
  }

  close(): void {
    if (this.listTarget.hidden) return;
    const hadFocus = this.listTarget.contains(document.activeElement);
    this.listTarget.hidden = true;
    this.buttonTarget.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.onOutside);
    if (hadFocus) this.buttonTarget.focus();
    this.dispatch("closed");
  }

  walk(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.close();
    if (!step || this.listTarget.hidden) return;
    event.preventDefault();
    const items = this.items;
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
  }

  private get items(): HTMLElement[] {
    return [...this.listTarget.querySelectorAll<HTMLElement>("a, button, input, select")];
  }
}
