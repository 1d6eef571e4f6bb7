import { Controller } from "@hotwired/stimulus";

/** Shows where one is: where not all tabs or steps fit, those around the current one are scrolled into view. */
export default class extends Controller<HTMLElement> {
  override connect(): void {
    const current = this.element.querySelector<HTMLElement>("[aria-current]");
    if (!current || this.element.scrollWidth <= this.element.clientWidth) return;
    const middle = current.offsetLeft - this.element.offsetLeft + current.offsetWidth / 2;
    this.element.scrollLeft = middle - this.element.clientWidth / 2;
  }
}
