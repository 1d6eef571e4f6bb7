import { Controller } from "@hotwired/stimulus";

/** Sends a form as soon as one of its fields changes (filters), and never twice at once. */
export default class extends Controller<HTMLFormElement> {
  send(): void {
    this.element.requestSubmit();
  }

  once(event: SubmitEvent): void {
    if (this.element.dataset["sent"]) event.preventDefault();
    this.element.dataset["sent"] = "yes";
    window.addEventListener("pageshow", () => delete this.element.dataset["sent"], { once: true });
  }
}
