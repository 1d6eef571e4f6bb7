import { Controller } from "@hotwired/stimulus";

/** Sends a comment with Ctrl-Enter (Cmd-Enter), and empties the box once it was taken. */
export default class extends Controller<HTMLFormElement> {
  press(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.element.requestSubmit();
    }
  }

  clear(event: CustomEvent<{ successful: boolean; elt: Element }>): void {
    if (event.detail.successful && event.detail.elt === this.element) this.element.reset();
  }
}
