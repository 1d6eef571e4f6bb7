import { Controller } from "@hotwired/stimulus";

/** Draws a Mermaid flowchart. The library is loaded only on pages that show one. */
export default class extends Controller<HTMLElement> {
  static override values = { source: String };
  declare readonly sourceValue: string;

  override async connect(): Promise<void> {
    const text = JSON.parse(document.getElementById(this.sourceValue)?.textContent ?? '""') as string;
    const { default: mermaid } = await import("mermaid");
    if (!this.element.isConnected) return;
    const scheme = getComputedStyle(document.documentElement).colorScheme;
    const isDark = scheme === "dark" || (scheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches);
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      theme: isDark ? "dark" : "neutral",
      flowchart: { useMaxWidth: false },
    });
    const { svg } = await mermaid.render("flowchart-drawing", text);
    this.element.innerHTML = svg;
    this.showStart();
  }

  /** A large chart opens where it begins, not at its empty corner. */
  private showStart(): void {
    const chart = this.element.querySelector("svg")?.getBoundingClientRect();
    const boxes = [...this.element.querySelectorAll(".node")].map((node) => node.getBoundingClientRect());
    if (!chart || boxes.length === 0) return;
    const isWide = chart.width > chart.height;
    const first = boxes.reduce((best, box) => ((isWide ? box.left < best.left : box.top < best.top) ? box : best));
    const frame = this.element.getBoundingClientRect();
    this.element.scrollLeft += first.left + first.width / 2 - (frame.left + (isWide ? first.width : frame.width / 2));
    this.element.scrollTop += first.top + first.height / 2 - (frame.top + (isWide ? frame.height / 2 : first.height));
  }
}
