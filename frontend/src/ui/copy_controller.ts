import { Controller } from "@hotwired/stimulus";

/** Copies a text (an address, recovery codes) and says so. */
export default class extends Controller<HTMLElement> {
  static override targets = ["said"];
  static override values = { text: String };
  declare readonly saidTarget: HTMLElement;
  declare readonly textValue: string;

  async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.textValue);
    this.saidTarget.textContent = "Copied";
  }
}
