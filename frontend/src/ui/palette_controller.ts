import { Controller } from "@hotwired/stimulus";

/** Walks through the results of the palette with the arrow keys and opens the chosen one with Enter. */
export default class extends Controller<HTMLElement> {
  static override targets = ["input", "results"];
  declare readonly inputTarget: HTMLInputElement;
  declare readonly resultsTarget: HTMLElement;

  walk(event: KeyboardEvent): void {
    const options = this.options;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      this.select((at + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      options[Math.max(at, 0)]?.click();
    }
  }

  /** New results came: the first one is the choice. */
  refresh(): void {
    this.select(0);
  }

  private select(index: number): void {
    this.options.forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === index));
      if (at === index) {
        option.scrollIntoView({ block: "nearest" });
        this.inputTarget.setAttribute("aria-activedescendant", option.id);
      }
    });
  }

  private get options(): HTMLElement[] {
    return [...this.resultsTarget.querySelectorAll<HTMLElement>('[role="option"]')];
  }
}
