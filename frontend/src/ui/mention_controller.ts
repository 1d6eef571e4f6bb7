import { Controller } from "@hotwired/stimulus";

const BEGUN = /(?:^|\s)@([\p{L} ]{0,30})$/u;

/** Offers colleagues while somebody types a name after an @. */
export default class extends Controller<HTMLElement> {
  static override values = { people: Array };
  declare readonly peopleValue: string[];
  private box: HTMLTextAreaElement | null = null;

  override connect(): void {
    this.box = this.element.parentElement?.querySelector("textarea") ?? null;
    this.box?.addEventListener("input", this.suggest);
    this.box?.addEventListener("keydown", this.choose);
  }

  override disconnect(): void {
    this.box?.removeEventListener("input", this.suggest);
    this.box?.removeEventListener("keydown", this.choose);
  }

  private readonly suggest = (): void => {
    const begun = BEGUN.exec(this.before)?.[1];
    const found = begun === undefined ? [] : this.peopleValue.filter((name) => this.begins(name, begun)).slice(0, 6);
    this.element.replaceChildren(...found.map((name) => this.offer(name)));
  };

  private readonly choose = (event: KeyboardEvent): void => {
    const first = this.element.querySelector<HTMLButtonElement>("button");
    if (!first) return;
    if (event.key === "Tab" || (event.key === "Enter" && !event.ctrlKey && !event.metaKey)) {
      event.preventDefault();
      first.click();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.element.replaceChildren();
    }
  };

  private begins(name: string, begun: string): boolean {
    return name
      .split(" ")
      .some((_, at, words) => words.slice(at).join(" ").toLowerCase().startsWith(begun.toLowerCase()));
  }

  private offer(name: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-plain";
    button.textContent = name;
    button.addEventListener("click", () => this.insert(name));
    return button;
  }

  private insert(name: string): void {
    if (!this.box) return;
    const before = this.before.replace(/@[\p{L} ]{0,30}$/u, `@${name} `);
    this.box.value = before + this.box.value.slice(this.box.selectionStart);
    this.box.setSelectionRange(before.length, before.length);
    this.box.focus();
    this.element.replaceChildren();
  }

  private get before(): string {
    return this.box ? this.box.value.slice(0, this.box.selectionStart) : "";
  }
}
