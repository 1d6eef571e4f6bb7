import { Controller } from "@hotwired/stimulus";

/** Draws a Mermaid flowchart. The library is loaded only on pages that show one. */
export default class extends Controller<HTMLElement> {
  static override values = { source: String };
  declare readonly sourceValue: string;

  override async connect(): Promise<void> {
    const text = JSON.parse(document.getElementById(this.sourceValue)?.textContent ?? '""') as string;
    const { default: mermaid } = await import("mermaid");
    if (!this.element.isConnected) return;
    const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      theme: isDark ? "dark" : "neutral",
      flowchart: { useMaxWidth: false },
    });
    const { svg } = await mermaid.render("flowchart-drawing", text);
    this.element.innerHTML = svg;
  }
}
