import { Controller } from "@hotwired/stimulus";
import type Sortable from "sortablejs";
import htmx from "../ui/htmx";

/** Lets cards be dragged from column to column; the server says what that means, and the board fetches itself anew. */
export default class extends Controller<HTMLElement> {
  private columns: Sortable[] = [];

  override async connect(): Promise<void> {
    const { default: Sortable } = await import("sortablejs");
    const { matches: isStill } = window.matchMedia("(prefers-reduced-motion: reduce)");
    for (const column of this.element.querySelectorAll<HTMLElement>("[data-column]")) {
      this.columns.push(
        new Sortable(column, {
          group: "board",
          animation: isStill ? 0 : 120,
          draggable: '[data-movable="yes"]',
          ghostClass: "fw-dragging",
          delay: 150,
          delayOnTouchOnly: true,
          sort: false,
          onAdd: (event) => void this.drop(event.item, column.dataset["column"] ?? ""),
        }),
      );
    }
    this.element.dataset["ready"] = "yes";
  }

  override disconnect(): void {
    for (const column of this.columns) column.destroy();
    this.columns = [];
  }

  private async drop(card: HTMLElement, column: string): Promise<void> {
    const url = card.dataset["dropUrl"];
    if (!url) return;
    try {
      await htmx.ajax("post", url, { source: card, values: { column }, swap: "none" });
    } finally {
      document.body.dispatchEvent(new CustomEvent("changed"));
    }
  }
}
