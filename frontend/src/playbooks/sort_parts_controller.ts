import { Controller } from "@hotwired/stimulus";
import type Sortable from "sortablejs";
import htmx from "../ui/htmx";

/** Lets the parts of a playbook be dragged; where one is dropped is sent at once. The same works with the keyboard:
 * Alt and an arrow key on a part's link moves it up or down. */
export default class extends Controller<HTMLElement> {
  static override targets = ["list"];
  static override values = { url: String, revision: String };
  declare readonly listTargets: HTMLElement[];
  declare readonly urlValue: string;
  declare readonly revisionValue: string;
  private lists: Sortable[] = [];

  override async connect(): Promise<void> {
    this.element.addEventListener("keydown", this.press);
    this.showPart();
    const { default: Sort } = await import("sortablejs");
    if (!this.element.isConnected) return;
    this.lists = this.listTargets.map((list) =>
      Sort.create(list, {
        group: list.dataset["kind"] ?? "",
        handle: ".fw-grip",
        animation: 120,
        onEnd: ({ item, to, newIndex }) => this.send(item, to, newIndex ?? 0),
      }),
    );
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", this.press);
    for (const list of this.lists) list.destroy();
    this.lists = [];
  }

  /** Where the part stands below the outline, choosing one would seem to do nothing. */
  private showPart(): void {
    const part = this.element.parentElement?.querySelector(".fw-editor-part");
    const isBelow = window.matchMedia("(width < 64rem)").matches;
    if (isBelow && new URLSearchParams(window.location.search).has("part")) part?.scrollIntoView();
  }

  private readonly press = (event: KeyboardEvent): void => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const item = (event.target as HTMLElement).closest<HTMLElement>("li[data-key]");
    const list = item?.parentElement;
    if (!item || !list) return;
    event.preventDefault();
    const place = [...list.children].indexOf(item) + (event.key === "ArrowUp" ? -1 : 1);
    if (place >= 0 && place < list.children.length) this.send(item, list, place);
  };

  private send(item: HTMLElement, list: HTMLElement, position: number): void {
    const values = {
      part: `${list.dataset["kind"]}:${item.dataset["key"]}`,
      stage: list.dataset["stage"] ?? "",
      position: String(position),
      revision: this.revisionValue,
    };
    void htmx.ajax("post", this.urlValue, { target: "#editor", swap: "innerHTML", values });
  }
}
