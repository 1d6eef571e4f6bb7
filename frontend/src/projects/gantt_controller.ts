import { Controller } from "@hotwired/stimulus";
import htmx from "../ui/htmx";

interface Bar {
  id: string;
  name: string;
  start: string;
  end: string;
  href: string;
}

interface Chart {
  change_view_mode(mode: string): void;
}

/** Draws the plan over time. The library is loaded only on pages that show it. */
export default class extends Controller<HTMLElement> {
  static override targets = ["chart"];
  static override values = { source: String };
  declare readonly chartTarget: HTMLElement;
  declare readonly sourceValue: string;
  private chart: Chart | null = null;

  override async connect(): Promise<void> {
    const text = document.getElementById(this.sourceValue)?.textContent ?? "[]";
    const bars = JSON.parse(text) as Bar[];
    const [{ default: Gantt }] = await Promise.all([import("frappe-gantt"), import("./gantt.css")]);
    if (!this.element.isConnected) return;
    this.chartTarget.replaceChildren();
    if (!bars.length) return;
    this.chart = new Gantt(this.chartTarget, bars, {
      view_modes: ["Day", "Week", "Month"],
      readonly: true,
      holidays: {},
      infinite_padding: false,
      scroll_to: "start",
      bar_height: 22,
      padding: 14,
      container_height: 640,
      popup: false,
      today_button: false,
      on_click: (bar: Bar) => this.open(bar),
    }) as Chart;
    this.show("Week");
    const frame = this.chartTarget.querySelector<HTMLElement>(".gantt-container");
    frame?.setAttribute("tabindex", "0");
    frame?.setAttribute("role", "region");
    frame?.setAttribute("aria-label", "Plan over time");
  }

  scale(event: Event): void {
    this.show((event.currentTarget as HTMLButtonElement).value);
  }

  private show(mode: string): void {
    this.chart?.change_view_mode(mode);
    for (const button of this.element.querySelectorAll<HTMLButtonElement>("button[value]")) {
      button.setAttribute("aria-pressed", String(button.value === mode));
    }
  }

  private open(bar: Bar): void {
    history.pushState(null, "", bar.href);
    void htmx.ajax("get", bar.href, { target: "#over", swap: "innerHTML" });
  }
}
