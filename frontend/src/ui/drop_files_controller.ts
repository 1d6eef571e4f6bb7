import { Controller } from "@hotwired/stimulus";

/** Takes dropped files into the file input and sends its form. */
export default class extends Controller<HTMLElement> {
  static override targets = ["input", "names"];
  static override values = { send: Boolean };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly namesTarget: HTMLElement;
  declare readonly sendValue: boolean;

  over(event: DragEvent): void {
    event.preventDefault();
    this.element.classList.add("fw-drop-over");
  }

  leave(): void {
    this.element.classList.remove("fw-drop-over");
  }

  drop(event: DragEvent): void {
    event.preventDefault();
    this.leave();
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    this.inputTarget.files = files;
    this.chosen();
  }

  chosen(): void {
    this.namesTarget.textContent = [...(this.inputTarget.files ?? [])].map((file) => file.name).join(", ");
    if (this.sendValue) this.inputTarget.form?.requestSubmit();
  }
}
