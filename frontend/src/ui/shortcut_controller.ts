import { Controller } from "@hotwired/stimulus";

/** Opens the palette with "/" or Ctrl-K (Cmd-K), wherever the reader is and is not typing. */
export default class extends Controller<HTMLElement> {
  static override values = { dialog: String };
  declare readonly dialogValue: string;

  press(event: KeyboardEvent): void {
    const isPaletteKey = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    const isSearchKey = event.key === "/" && !event.ctrlKey && !event.metaKey && !this.isTyping(event.target);
    if (!isPaletteKey && !isSearchKey) return;
    event.preventDefault();
    this.open();
  }

  open(): void {
    const dialog = document.getElementById(this.dialogValue);
    if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
    dialog.showModal();
    const input = dialog.querySelector<HTMLInputElement>("input");
    input?.focus();
    input?.select();
  }

  private isTyping(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
  }
}
