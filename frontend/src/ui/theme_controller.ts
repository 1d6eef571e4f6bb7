import { Controller } from "@hotwired/stimulus";

/** Shows the chosen theme at once; the form it sits on saves the choice. */
export default class extends Controller<HTMLElement> {
  choose(event: Event): void {
    const theme = (event.currentTarget as HTMLButtonElement).value;
    document.documentElement.dataset["theme"] = theme;
    for (const button of this.element.querySelectorAll<HTMLButtonElement>("button[value]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  }
}
