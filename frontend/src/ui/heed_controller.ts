import { Controller } from "@hotwired/stimulus";

/**
 * Heeds a preview: while it says that something cannot be done, the button that would do it cannot be pressed, and the
 * button names the reason to those who do not see it beside it.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["preview", "button"];
  declare readonly previewTarget: HTMLElement;
  declare readonly buttonTarget: HTMLButtonElement;

  heed(event: Event): void {
    if (event.target !== this.previewTarget) return;
    const isRefused = this.previewTarget.querySelector("[data-refusal]") !== null;
    this.buttonTarget.disabled = isRefused;
    if (isRefused) {
      this.buttonTarget.setAttribute("aria-describedby", this.previewTarget.id);
      // On a phone the reason may lie beneath the fields.
      this.previewTarget.scrollIntoView({ block: "nearest" });
    } else this.buttonTarget.removeAttribute("aria-describedby");
  }
}
