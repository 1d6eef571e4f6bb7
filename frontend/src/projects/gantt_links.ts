import { type Axis, type Drawn, draw, edgesOf, type LinkType } from "./gantt_shapes";

const REACH = 10;

/** Puts a handle at both ends of a bar, from which a dependency is drawn to another bar. */
export function drawHandles(drawn: Drawn, axis: Axis): void {
  const { start, finish, middle } = edgesOf(drawn, axis);
  for (const [end, x] of [["start", start - REACH] as const, ["finish", finish + REACH] as const]) {
    const handle = draw(drawn.group, "circle", { class: "fw-link-handle", cx: x, cy: middle, r: 5 });
    handle.dataset["end"] = end;
  }
}

/** The half of a bar on which the line is let go says which of its ends waits. */
export function typeOf(leaves: string, at: number, box: { left: number; width: number }): LinkType {
  const comes = at > box.left + box.width / 2 ? "finish" : "start";
  return `${leaves}_to_${comes}` as LinkType;
}

/** Draws a line from a handle while the pointer moves; tells on which bar it was let go. */
export class LinkDrag {
  private line: SVGElement | null = null;
  private target: Element | null = null;

  constructor(
    private readonly chart: HTMLElement,
    private readonly linked: (from: string, to: string, type: LinkType) => void,
  ) {}

  /** Begins when the event is on a handle; says whether it is. */
  begin(event: MouseEvent): boolean {
    const handle = (event.target as Element).closest<SVGElement>(".fw-link-handle");
    const svg = handle?.ownerSVGElement;
    const from = handle?.closest(".bar-wrapper")?.getAttribute("data-id");
    if (!handle || !svg || !from) return false;
    const [x, y] = [handle.getAttribute("cx") ?? "0", handle.getAttribute("cy") ?? "0"];
    this.line = draw(svg, "line", { class: "fw-link-line", x1: x, y1: y, x2: x, y2: y });
    this.chart.classList.add("fw-gantt-linking");
    const leaves = handle.dataset["end"] ?? "finish";
    const move = (moved: MouseEvent): void => this.follow(moved, svg, from);
    const drop = (dropped: MouseEvent): void => {
      document.removeEventListener("mousemove", move);
      const target = this.target;
      this.end();
      if (!target) return;
      const box = (target.querySelector(".bar") ?? target).getBoundingClientRect();
      this.linked(from, target.getAttribute("data-id") ?? "", typeOf(leaves, dropped.clientX, box));
    };
    document.addEventListener("mousemove", move);
    document.addEventListener("mouseup", drop, { once: true });
    event.preventDefault();
    return true;
  }

  private follow(event: MouseEvent, svg: SVGSVGElement, from: string): void {
    const place = svg.getBoundingClientRect();
    this.line?.setAttribute("x2", String(event.clientX - place.left));
    this.line?.setAttribute("y2", String(event.clientY - place.top));
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest(".bar-wrapper") ?? null;
    const isOther = found !== null && found.getAttribute("data-id") !== from && found.hasAttribute("data-takes-links");
    this.mark(isOther ? found : null);
  }

  private mark(target: Element | null): void {
    this.target?.classList.remove("fw-link-target");
    this.target = target;
    target?.classList.add("fw-link-target");
  }

  private end(): void {
    this.mark(null);
    this.line?.remove();
    this.line = null;
    this.chart.classList.remove("fw-gantt-linking");
  }
}
