import { Controller } from "@hotwired/stimulus";

/** Chooses the time zone of the browser where nobody chose one yet. */
export default class extends Controller<HTMLSelectElement> {
  override connect(): void {
    if (this.element.value !== "UTC") return;
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...this.element.options].some((option) => option.value === own)) this.element.value = own;
  }
}
