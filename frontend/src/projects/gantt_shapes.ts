/** What the chart draws beside the bars of its library: stages, milestones, baselines, dependencies and days off. */

export interface Bar {
  id: string;
  name: string;
  start: string;
  end: string;
  href?: string;
  drag_href?: string;
  link_href?: string;
  base_start?: string;
  base_end?: string;
  shape?: "stage" | "milestone";
  custom_class?: string;
  is_critical?: boolean;
  has_conflict?: boolean;
  title?: string;
}

export interface Drawn {
  task: Bar & { _start: Date; _end: Date };
  group: SVGGElement;
  $bar: SVGRectElement;
}

export type LinkType = "finish_to_start" | "start_to_start" | "finish_to_finish" | "start_to_finish";

export interface Bond {
  from: string;
  to: string;
  type: LinkType;
  words: string;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where an instant lies on the chart, in pixels. */
export type Axis = (at: number) => number;

const SVG = "http://www.w3.org/2000/svg";
const DAY = 24 * 60 * 60 * 1000;
const NARROWEST_DAY = 8;
const STUB = 8;

/** Texts of the server are in the reader's zone, without it. */
export function instant(text: string): number {
  return new Date(text.replace(" ", "T")).getTime();
}

export function boxOf(drawn: Drawn): Box {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(drawn.$bar.getAttribute(name)));
  return { x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 };
}

/** By how many days a bar was moved, told by where it stood: the dates that the library makes of it have lost their hours. */
export function movedBy(before: Box, now: Box, day: number): { start: number; end: number } {
  const [start, longer] = [Math.round((now.x - before.x) / day), Math.round((now.width - before.width) / day)];
  return { start, end: start + longer };
}

/** Draws an element into another one, before everything in it when it is to lie beneath. */
export function draw(
  parent: Element,
  kind: string,
  attributes: Record<string, string | number>,
  isBeneath = false,
): SVGElement {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (isBeneath) parent.prepend(element);
  else parent.append(element);
  return element;
}

/** The library rounds lengths up to whole days, so the scale is taken from where two bars begin. */
export function axisOf(bars: Drawn[]): Axis | null {
  const starts = bars.map((bar) => [bar.task._start.getTime(), boxOf(bar).x] as const).sort((a, b) => a[0] - b[0]);
  const [first, last] = [starts[0], starts[starts.length - 1]];
  if (!first || !last || !bars[0]) return null;
  const one = bars[0].task;
  const scale =
    last[0] > first[0]
      ? (last[1] - first[1]) / (last[0] - first[0])
      : boxOf(bars[0]).width / (one._end.getTime() - one._start.getTime());
  return (at) => first[1] + (at - first[0]) * scale;
}

export function drawTitle(drawn: Drawn): void {
  if (drawn.task.title) draw(drawn.group, "title", {}, true).textContent = drawn.task.title;
}

/** The dates that the plan is compared with, as a thin bar below. */
export function drawBaseline(drawn: Drawn, axis: Axis): void {
  const { base_start: from, base_end: until } = drawn.task;
  if (!from || !until) return;
  const { y, height } = boxOf(drawn);
  const [x, end] = [axis(instant(from)), axis(instant(until))];
  const attributes = { class: "fw-bar-base", x, y: y + height + 3, width: Math.max(4, end - x), height: 5, rx: 2 };
  drawn.group.parentNode?.insertBefore(draw(drawn.group, "rect", attributes), drawn.group);
}

/** A stage is a bracket over its tasks, a milestone a diamond on its day. */
export function drawShape(drawn: Drawn, axis: Axis): void {
  const { x, y, height } = boxOf(drawn);
  const end = axis(instant(drawn.task.end));
  if (drawn.task.shape === "stage") {
    const [top, foot, deep] = [y + 12, y + 17, y + 22];
    const d = `M ${x} ${top} H ${end} V ${deep} L ${end - 6} ${foot} H ${x + 6} L ${x} ${deep} Z`;
    draw(drawn.group, "path", { class: "fw-shape-stage", d });
  } else if (drawn.task.shape === "milestone") {
    const [middle, reach] = [y + height / 2, height / 2];
    const d = `M ${end - reach} ${middle} L ${end} ${y} L ${end + reach} ${middle} L ${end} ${y + height} Z`;
    draw(drawn.group, "path", { class: "fw-shape-milestone", d });
  }
}

/** The name of a milestone stands beside its diamond, never on it. */
export function placeName(drawn: Drawn, axis: Axis): void {
  const name = drawn.group.querySelector(".bar-label");
  if (drawn.task.shape !== "milestone" || !name) return;
  name.classList.add("big");
  name.setAttribute("x", String(edgesOf(drawn, axis).finish + 5));
}

/** Where the drawing of a bar begins and ends, which for a milestone is its diamond. */
export function edgesOf(drawn: Drawn, axis: Axis): { start: number; finish: number; middle: number } {
  const { x, y, width, height } = boxOf(drawn);
  const middle = y + height / 2;
  if (drawn.task.shape !== "milestone") return { start: x, finish: x + width, middle };
  const end = axis(instant(drawn.task.end));
  return { start: end - height / 2, finish: end + height / 2, middle };
}

/** A line from the end that is waited for to the end that waits, with its head there. */
export function arrowPath(
  from: { x: number; y: number; isFinish: boolean },
  to: { x: number; y: number; isFinish: boolean },
  row: number,
): string {
  const out = from.x + (from.isFinish ? STUB : -STUB);
  const into = to.x + (to.isFinish ? STUB : -STUB);
  const back = to.isFinish ? 5 : -5;
  const head = `m ${back} -4 L ${to.x} ${to.y} l ${back} 4`;
  const isStraight = from.isFinish !== to.isFinish ? (from.isFinish ? into >= out : into <= out) : false;
  if (isStraight) return `M ${from.x} ${from.y} H ${out} V ${to.y} H ${to.x} ${head}`;
  if (from.isFinish === to.isFinish) {
    const beside = from.isFinish ? Math.max(out, into) : Math.min(out, into);
    return `M ${from.x} ${from.y} H ${beside} V ${to.y} H ${to.x} ${head}`;
  }
  const between = from.y + (to.y > from.y ? row / 2 : -row / 2);
  return `M ${from.x} ${from.y} H ${out} V ${between} H ${into} V ${to.y} H ${to.x} ${head}`;
}

export function drawArrows(layer: Element, bonds: Bond[], bars: Map<string, Drawn>, axis: Axis, row: number): void {
  for (const bond of bonds) {
    const [from, to] = [bars.get(bond.from), bars.get(bond.to)];
    if (!from || !to) continue;
    const [leaves, comes] = bond.type.split("_to_") as ["finish" | "start", "finish" | "start"];
    const [one, other] = [edgesOf(from, axis), edgesOf(to, axis)];
    const d = arrowPath(
      { x: one[leaves], y: one.middle, isFinish: leaves === "finish" },
      { x: other[comes], y: other.middle, isFinish: comes === "finish" },
      row,
    );
    const isCritical = from.task.is_critical && to.task.is_critical;
    const path = draw(layer, "path", { class: isCritical ? "fw-arrow fw-arrow-critical" : "fw-arrow", d });
    path.dataset["type"] = bond.type;
    draw(path, "title", {}).textContent = bond.words;
  }
}

/** Days on which the team does not work are shaded, where a day is wide enough to be seen. */
export function drawOffDays(grid: Element, days: string[], axis: Axis): void {
  const rows = [...grid.querySelectorAll(".grid-row")];
  const [first, last] = [rows[0], rows[rows.length - 1]];
  if (!first || !last || !days.length) return;
  const begin = instant(`${days[0] ?? ""} 00:00`);
  const width = axis(begin + DAY) - axis(begin);
  if (width < NARROWEST_DAY) return;
  const y = Number(first.getAttribute("y"));
  const height = Number(last.getAttribute("y")) + Number(last.getAttribute("height")) - y;
  const most = Number(first.getAttribute("width"));
  for (const day of days) {
    const x = axis(instant(`${day} 00:00`));
    if (x + width > 0 && x < most) draw(grid, "rect", { class: "fw-gantt-off", x, y, width, height });
  }
}
