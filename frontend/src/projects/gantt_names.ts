import { boxOf, type Drawn } from "./gantt_shapes";

const EDGE = 8;

interface Home {
  x: string;
  text: string;
  left: number;
  right: number;
}

export interface View {
  left: number;
  right: number;
}

/** Where the library put names, from which they move and to which they come back. */
const homes = new WeakMap<SVGTextElement, Home>();

function homeOf(name: SVGTextElement): Home {
  const known = homes.get(name);
  if (known) return known;
  const { x: left, width } = name.getBBox();
  const home = { x: name.getAttribute("x") ?? "0", text: name.textContent, left, right: left + width };
  homes.set(name, home);
  return home;
}

/** Where a name begins that would be out of sight, and the arrow to its bar where that is out of sight too. */
export function placeOf(
  bar: View,
  name: { left: number; right: number },
  view: View,
): { x: number; side: "left" | "right"; isAway: boolean } | null {
  const width = name.right - name.left;
  if (name.right < view.left + EDGE) {
    const isAway = bar.right < view.left + EDGE;
    const fits = isAway || bar.right - view.left > width + 2 * EDGE;
    return { x: fits ? view.left + EDGE : bar.right + EDGE, side: "left", isAway };
  }
  if (name.left > view.right - EDGE) {
    const isAway = bar.left > view.right - EDGE;
    const fits = isAway || view.right - bar.left > width + 2 * EDGE;
    return { x: fits ? view.right - EDGE : bar.left - EDGE, side: "right", isAway };
  }
  return null;
}

/** Names stay in sight: that of a bar beyond an edge stands at the edge, with an arrow to where it lies. */
export function keepNames(drawn: Drawn[], frame: HTMLElement): void {
  const view = { left: frame.scrollLeft, right: frame.scrollLeft + frame.clientWidth };
  const moves = drawn.flatMap((bar) => {
    const name = bar.group.querySelector<SVGTextElement>(".bar-label");
    if (!name) return [];
    const { x, width } = boxOf(bar);
    const home = homeOf(name);
    return [{ name, home, place: placeOf({ left: x, right: x + width }, home, view) }];
  });
  for (const { name, home, place } of moves) {
    name.classList.toggle("fw-name-left", place?.side === "left");
    name.classList.toggle("fw-name-right", place?.side === "right");
    name.setAttribute("x", place ? String(place.x) : home.x);
    const text = !place?.isAway ? home.text : place.side === "left" ? `‹ ${home.text}` : `${home.text} ›`;
    if (name.textContent !== text) name.textContent = text;
  }
}
