import { Controller } from "@hotwired/stimulus";

/** Sends a comment with Ctrl-Enter (Cmd-Enter). */
export default class extends Controller<HTMLFormElement> {
  press(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.element.requestSubmit();
    }
  }
}
