import { Controller } from "@hotwired/stimulus";

const DRAWING = "flowchart-drawing";
const MARGIN = 16;

/** Draws a Mermaid flowchart. The library is loaded only on pages that show one. */
export default class extends Controller<HTMLElement> {
  static override values = { source: String };
  declare readonly sourceValue: string;

  override async connect(): Promise<void> {
    const text = JSON.parse(document.getElementById(this.sourceValue)?.textContent ?? '""') as string;
    const { default: mermaid } = await import("mermaid");
    if (!this.element.isConnected) return;
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      theme: "base",
      fontFamily: "inherit",
      flowchart: { useMaxWidth: false },
    });
    // The colours in the text are for other readers of Mermaid: here flowchart.css gives those of the theme.
    const { svg } = await mermaid.render(DRAWING, text.replace(/^\s*classDef .*$/gm, ""));
    this.element.innerHTML = svg;
    this.showStart(text);
  }

  /** A large chart opens at the top of its first stage, or at its first task, not at its empty corner. */
  private showStart(text: string): void {
    const stage = /\bsubgraph\s+([\w-]+)/.exec(text)?.[1];
    const named = stage ? document.getElementById(`${DRAWING}-${stage}`) : null;
    if (named) this.scrollTo(named.getBoundingClientRect(), { isCentred: false });
    else this.showFirstTask();
  }

  private showFirstTask(): void {
    const chart = this.element.querySelector("svg")?.getBoundingClientRect();
    const boxes = [...this.element.querySelectorAll(".node")].map((node) => node.getBoundingClientRect());
    if (!chart || boxes.length === 0) return;
    const isWide = chart.width > chart.height;
    const first = boxes.reduce((best, box) => ((isWide ? box.left < best.left : box.top < best.top) ? box : best));
    this.scrollTo(first, { isCentred: isWide });
  }

  private scrollTo(box: DOMRect, { isCentred }: { isCentred: boolean }): void {
    const frame = this.element.getBoundingClientRect();
    this.element.scrollLeft += box.left - frame.left - MARGIN;
    this.element.scrollTop += box.top - frame.top - (isCentred ? (frame.height - box.height) / 2 : MARGIN);
  }
}
