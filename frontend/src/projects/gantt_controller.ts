import { Controller } from "@hotwired/stimulus";
import htmx from "../ui/htmx";

interface Bar {
  id: string;
  name: string;
  start: string;
  end: string;
  href: string;
  drag_href?: string;
  base_start?: string;
  base_end?: string;
  is_critical?: boolean;
  has_conflict?: boolean;
  title?: string;
}

interface Drawn {
  task: Bar & { _start: Date; _end: Date };
  group: SVGGElement;
  $bar: SVGRectElement;
}

interface Chart {
  change_view_mode(mode: string): void;
  refresh(bars: Bar[]): void;
  bars: Drawn[];
}

const SVG = "http://www.w3.org/2000/svg";
const DAY = 24 * 60 * 60 * 1000;

/** Texts of the server are in the reader's zone, without it. */
function instant(text: string): number {
  return new Date(text.replace(" ", "T")).getTime();
}

/** Draws the plan over time. The library is loaded only on pages that show it. */
export default class extends Controller<HTMLElement> {
  static override targets = ["chart"];
  static override values = { source: String, edit: Boolean };
  declare readonly chartTarget: HTMLElement;
  declare readonly sourceValue: string;
  declare readonly editValue: boolean;
  private chart: Chart | null = null;
  private bars: Bar[] = [];
  private mode = "Week";

  override async connect(): Promise<void> {
    const text = document.getElementById(this.sourceValue)?.textContent ?? "[]";
    this.bars = JSON.parse(text) as Bar[];
    const [{ default: Gantt }] = await Promise.all([import("frappe-gantt"), import("./gantt.css")]);
    if (!this.element.isConnected) return;
    this.chartTarget.replaceChildren();
    if (!this.bars.length) return;
    this.chart = new Gantt(this.chartTarget, this.copies(), {
      view_modes: ["Day", "Week", "Month"],
      readonly: !this.editValue,
      readonly_progress: true,
      move_dependencies: false,
      holidays: {},
      infinite_padding: false,
      scroll_to: "start",
      bar_height: 22,
      padding: 14,
      container_height: 640,
      popup: false,
      today_button: false,
      on_click: (bar: Bar) => this.open(bar),
      on_date_change: (bar: Bar, start: Date, end: Date) => this.drop(bar, start, end),
    }) as Chart;
    this.show(this.mode);
    const frame = this.chartTarget.querySelector<HTMLElement>(".gantt-container");
    frame?.setAttribute("tabindex", "0");
    frame?.setAttribute("role", "region");
    frame?.setAttribute("aria-label", "Plan over time");
  }

  override disconnect(): void {
    document.removeEventListener("close", this.putBack, true);
  }

  scale(event: Event): void {
    this.show((event.currentTarget as HTMLButtonElement).value);
  }

  private show(mode: string): void {
    this.mode = mode;
    this.chart?.change_view_mode(mode);
    this.decorate();
    for (const button of this.element.querySelectorAll<HTMLButtonElement>("button[value]")) {
      button.setAttribute("aria-pressed", String(button.value === mode));
    }
  }

  /** The library writes into the bars it is given. */
  private copies(): Bar[] {
    return this.bars.map((bar) => ({ ...bar }));
  }

  /** Marks what decides the end and what misses a promise, and draws under each bar where it was at the launch. */
  private decorate(): void {
    for (const { task, group, $bar } of this.chart?.bars ?? []) {
      group.classList.toggle("fw-bar-critical", task.is_critical ?? false);
      group.classList.toggle("fw-bar-conflict", task.has_conflict ?? false);
      if (task.title) {
        const title = document.createElementNS(SVG, "title");
        title.textContent = task.title;
        group.prepend(title);
      }
      if (!task.base_start || !task.base_end) continue;
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number($bar.getAttribute(name)));
      const scale = width! / (task._end.getTime() - task._start.getTime());
      const start = instant(task.base_start);
      const base = document.createElementNS(SVG, "rect");
      base.setAttribute("class", "fw-bar-base");
      base.setAttribute("x", String(x! + (start - task._start.getTime()) * scale));
      base.setAttribute("y", String(y! + height! + 3));
      base.setAttribute("width", String(Math.max(4, (instant(task.base_end) - start) * scale)));
      base.setAttribute("height", "5");
      base.setAttribute("rx", "2");
      group.parentNode?.insertBefore(base, group);
    }
  }

  /** A bar was dropped elsewhere: ask what that would move. Nothing is saved yet, so closing puts the bar back. */
  private drop(bar: Bar, start: Date, end: Date): void {
    const before = this.bars.find((one) => one.id === bar.id);
    if (!before?.drag_href) return;
    const days = {
      start: Math.round((start.getTime() - instant(before.start)) / DAY),
      end: Math.round((end.getTime() - instant(before.end)) / DAY),
    };
    if (!days.start && !days.end) {
      this.putBack();
      return;
    }
    document.addEventListener("close", this.putBack, true);
    const address = `${before.drag_href}?start=${String(days.start)}&end=${String(days.end)}`;
    void htmx.ajax("get", address, { target: "#asks", swap: "innerHTML" });
  }

  private readonly putBack = (): void => {
    document.removeEventListener("close", this.putBack, true);
    const frame = this.chartTarget.querySelector<HTMLElement>(".gantt-container");
    const left = frame?.scrollLeft ?? 0;
    this.chart?.refresh(this.copies());
    this.show(this.mode);
    if (frame) frame.scrollLeft = left;
  };

  private open(bar: Bar): void {
    history.pushState(null, "", bar.href);
    void htmx.ajax("get", bar.href, { target: "#over", swap: "innerHTML" });
  }
}
