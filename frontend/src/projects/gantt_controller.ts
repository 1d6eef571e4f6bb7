import { Controller } from "@hotwired/stimulus";
import htmx from "../ui/htmx";
import { drawHandles, LinkDrag } from "./gantt_links";
import { keepNames } from "./gantt_names";
import {
  type Axis,
  axisOf,
  type Bar,
  type Bond,
  type Box,
  boxOf,
  drawArrows,
  drawBaseline,
  drawOffDays,
  drawShape,
  drawTitle,
  type Drawn,
  instant,
  movedBy,
  placeName,
  type LinkType,
} from "./gantt_shapes";

interface Chart {
  change_view_mode(mode: string): void;
  refresh(bars: Bar[]): void;
  bars: Drawn[];
  $svg: SVGSVGElement;
  layers: { grid: SVGGElement; arrow: SVGGElement };
}

interface More {
  bonds: Bond[];
  off_days: string[];
}

const DAY = 24 * 60 * 60 * 1000;
const BAR_HEIGHT = 22;
const PADDING = 14;
const BEFORE = 40;
const ROWS_BEFORE = 2;

function read<Kind>(id: string, otherwise: Kind): Kind {
  const text = id ? document.getElementById(id)?.textContent : null;
  return text ? (JSON.parse(text) as Kind) : otherwise;
}

/** What somebody looks at stays when the chart is drawn anew because somebody else changed the plan. */
let seen: { mode: string; left: number; top: number } | null = null;

/** Draws the plan over time. The library is loaded only on pages that show it. */
export default class extends Controller<HTMLElement> {
  static override targets = ["chart", "today"];
  static override values = { source: String, more: String, edit: Boolean };
  declare readonly chartTarget: HTMLElement;
  declare readonly todayTarget: HTMLButtonElement;
  declare readonly sourceValue: string;
  declare readonly moreValue: string;
  declare readonly editValue: boolean;
  private chart: Chart | null = null;
  private bars: Bar[] = [];
  private more: More = { bonds: [], off_days: [] };
  private mode = seen?.mode ?? "Week";
  /** The bar that the pointer holds, where it stood, and how wide a day is. */
  private held: { id: string; box: Box; day: number } | null = null;
  private dragged: Bar | null = null;
  private wasDragged = false;
  private names = 0;

  override async connect(): Promise<void> {
    this.bars = read<Bar[]>(this.sourceValue, []);
    this.more = read<More>(this.moreValue, this.more);
    const [{ default: Gantt }] = await Promise.all([import("frappe-gantt"), import("./gantt.css")]);
    if (!this.element.isConnected) return;
    this.chartTarget.replaceChildren();
    if (!this.bars.length) return;
    this.chart = new Gantt(this.chartTarget, this.copies(), {
      view_modes: ["Day", this.weeks(), "Month"],
      readonly: !this.editValue,
      readonly_progress: true,
      move_dependencies: false,
      holidays: {},
      infinite_padding: false,
      scroll_to: "start",
      bar_height: BAR_HEIGHT,
      padding: PADDING,
      container_height: 640,
      popup: false,
      today_button: false,
      on_click: (bar: Bar) => this.open(bar),
      on_date_change: (bar: Bar) => (this.dragged = bar),
    }) as Chart;
    const before = seen;
    this.show(this.mode);
    this.goToWork();
    if (before) this.frame?.scrollTo(before.left, before.top);
    this.frame?.addEventListener("scroll", this.remember);
    this.chartTarget.addEventListener("mousedown", this.press, true);
    document.addEventListener("mouseup", this.release);
    const frame = this.frame;
    frame?.setAttribute("tabindex", "0");
    frame?.setAttribute("role", "region");
    frame?.setAttribute("aria-label", "Plan over time");
  }

  /** Weeks as everywhere in the product: from Monday on, each named by its first day. */
  private weeks(): Record<string, unknown> {
    const first = new Date(Math.min(...this.bars.map((bar) => instant(bar.start))));
    const untilMonday = (first.getDay() + 6) % 7;
    const month = (day: Date, style: "long" | "short") => day.toLocaleDateString("en", { month: style });
    return {
      name: "Week",
      padding: [`${28 + untilMonday}d`, "1m"],
      step: "7d",
      date_format: "YYYY-MM-DD",
      column_width: 140,
      lower_text: (day: Date) => `${day.getDate()} ${month(day, "short")}`,
      upper_text: (day: Date, last?: Date) => (day.getMonth() === last?.getMonth() ? "" : month(day, "long")),
      thick_line: (day: Date) => day.getDate() <= 7,
      upper_text_frequency: 4,
    };
  }

  override disconnect(): void {
    document.removeEventListener("close", this.putBack, true);
    document.removeEventListener("mouseup", this.release);
  }

  scale(event: Event): void {
    const top = this.frame?.scrollTop ?? 0;
    this.show((event.currentTarget as HTMLButtonElement).value);
    if (this.frame) this.frame.scrollTop = top;
  }

  goToToday(): void {
    this.goToDay();
    this.goToWork();
  }

  private get frame(): HTMLElement | null {
    return this.chartTarget.querySelector<HTMLElement>(".gantt-container");
  }

  private show(mode: string): void {
    this.mode = mode;
    this.chart?.change_view_mode(mode);
    this.decorate();
    this.goToDay();
    for (const button of this.element.querySelectorAll<HTMLButtonElement>("button[value]")) {
      button.setAttribute("aria-pressed", String(button.value === mode));
    }
    this.remember();
  }

  /** Today where the plan runs, with what led there beside it; its first day where it has not begun or is over. */
  private goToDay(): void {
    const drawn = this.chart?.bars ?? [];
    const axis = axisOf(drawn);
    if (!this.frame || !axis) return;
    const now = Date.now();
    const runs =
      drawn.some((bar) => instant(bar.task.start) <= now) && drawn.some((bar) => instant(bar.task.end) >= now);
    this.todayTarget.hidden = !runs;
    // The library leaves a month free before the plan: that would be all that a phone shows.
    const first = Math.min(...drawn.map((bar) => boxOf(bar).x)) - BEFORE;
    const today = runs ? axis(now) - this.frame.clientWidth / 3 : first;
    this.frame.scrollLeft = Math.max(0, first, today);
  }

  /** The first row on which something is left to do in sight, and what stands above it; the top where all is done. */
  private goToWork(): void {
    const drawn = this.chart?.bars ?? [];
    const left = this.frame?.scrollLeft ?? 0;
    const undone = drawn.filter((bar) => !bar.task.shape && bar.task.custom_class !== "fw-bar-done");
    const inSight = undone.find((bar) => boxOf(bar).x + boxOf(bar).width > left);
    const [first, open] = [drawn[0], inSight ?? undone[0]];
    if (!this.frame || !first || !open) return;
    this.frame.scrollTop = Math.max(0, boxOf(open).y - boxOf(first).y - ROWS_BEFORE * (BAR_HEIGHT + PADDING));
  }

  private readonly remember = (): void => {
    const { scrollLeft: left = 0, scrollTop: top = 0 } = this.frame ?? {};
    seen = { mode: this.mode, left, top };
    this.keepNames();
  };

  /** Once the library and the chart have placed them, which they do when the page is drawn next. */
  private keepNames(): void {
    cancelAnimationFrame(this.names);
    this.names = requestAnimationFrame(() => {
      this.names = requestAnimationFrame(() => {
        if (this.frame?.isConnected) keepNames(this.chart?.bars ?? [], this.frame);
      });
    });
  }

  /** The library writes into the bars it is given. */
  private copies(): Bar[] {
    return this.bars.map((bar) => ({ ...bar }));
  }

  /** Adds what the library does not draw: it knows neither stages nor milestones, and one kind of dependency only. */
  private decorate(): void {
    const drawn = this.chart?.bars ?? [];
    const axis = axisOf(drawn);
    if (!this.chart || !axis) return;
    drawOffDays(this.chart.layers.grid, this.more.off_days, axis);
    const byId = new Map(drawn.map((bar) => [bar.task.id, bar]));
    drawArrows(this.chart.layers.arrow, this.more.bonds, byId, axis, BAR_HEIGHT + PADDING);
    for (const bar of drawn) this.mark(bar, axis);
  }

  private mark(bar: Drawn, axis: Axis): void {
    const { task, group } = bar;
    group.classList.toggle("fw-bar-critical", task.is_critical ?? false);
    group.classList.toggle("fw-bar-conflict", task.has_conflict ?? false);
    group.classList.toggle("fw-bar-milestone", task.shape === "milestone");
    group.toggleAttribute("data-takes-links", task.link_href !== undefined);
    drawTitle(bar);
    drawBaseline(bar, axis);
    drawShape(bar, axis);
    // After the library, which places names when the page is drawn next.
    requestAnimationFrame(() => placeName(bar, axis));
    if (this.editValue && task.href) drawHandles(bar, axis);
  }

  /** Before the library sees it: a handle begins a dependency, and what cannot be moved stays. */
  private readonly press = (event: MouseEvent): void => {
    this.wasDragged = false;
    const linking = new LinkDrag(this.chartTarget, (from, to, type) => this.link(from, to, type));
    const id = (event.target as Element).closest(".bar-wrapper")?.getAttribute("data-id");
    this.hold(this.drawn(id));
    const isStill = id !== undefined && !this.bars.find((bar) => bar.id === id)?.drag_href;
    if ((this.editValue && linking.begin(event)) || isStill) event.stopPropagation();
  };

  /** A bar was dropped elsewhere: ask what that would move. Nothing is saved yet, so closing puts the bar back. */
  private readonly release = (): void => {
    const [dragged, held] = [this.dragged, this.held];
    this.wasDragged = dragged !== null;
    this.dragged = this.held = null;
    const [before, now] = [this.bars.find((one) => one.id === dragged?.id), this.drawn(dragged?.id)];
    if (!before?.drag_href || !now || held?.id !== before.id) return;
    const days = movedBy(held.box, boxOf(now), held.day);
    if (!days.start && !days.end) {
      this.putBack();
      return;
    }
    this.ask(`${before.drag_href}?start=${String(days.start)}&end=${String(days.end)}`);
  };

  private hold(bar?: Drawn): void {
    const axis = axisOf(this.chart?.bars ?? []);
    this.held = bar && axis ? { id: bar.task.id, box: boxOf(bar), day: axis(DAY) - axis(0) } : null;
  }

  private drawn(id?: string | null): Drawn | undefined {
    return this.chart?.bars.find((bar) => bar.task.id === id);
  }

  private link(from: string, to: string, type: LinkType): void {
    const address = this.bars.find((one) => one.id === to)?.link_href;
    if (address) this.ask(`${address}?other=${from}&type=${type}`);
  }

  private ask(address: string): void {
    document.addEventListener("close", this.putBack, true);
    void htmx.ajax("get", address, { target: "#asks", swap: "innerHTML" });
  }

  private readonly putBack = (): void => {
    document.removeEventListener("close", this.putBack, true);
    const left = this.frame?.scrollLeft ?? 0;
    this.chart?.refresh(this.copies());
    this.decorate();
    if (this.frame) this.frame.scrollLeft = left;
    this.keepNames();
  };

  private open(bar: Bar): void {
    // A click that ends a drag opens nothing.
    if (!bar.href || this.wasDragged) return;
    history.pushState(null, "", bar.href);
    void htmx.ajax("get", bar.href, { target: "#over", swap: "innerHTML" });
  }
}
