import { Controller } from "@hotwired/stimulus";
import htmx from "../ui/htmx";
import { asksToTakeBack } from "../ui/take_back";

/** Takes the latest change of a plan back with Ctrl-Z (Cmd-Z), unless a notice offers to take back something newer. */
export default class extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;

  press(event: KeyboardEvent): void {
    if (!asksToTakeBack(event)) return;
    event.preventDefault();
    void htmx.ajax("post", this.urlValue, { source: this.element, swap: "none" });
  }
}
