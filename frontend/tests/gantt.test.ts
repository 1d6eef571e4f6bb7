import { describe, expect, it } from "vitest";
import { typeOf } from "../src/projects/gantt_links";
import { placeOf } from "../src/projects/gantt_names";
import { arrowPath, axisOf, type Drawn, movedBy, placeName } from "../src/projects/gantt_shapes";

function drawn(start: string, x: number, width = 20): Drawn {
  const $bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y: 0, width, height: 22 })) $bar.setAttribute(name, String(value));
  const [_start, _end] = [new Date(start), new Date(new Date(start).getTime() + 24 * 60 * 60 * 1000)];
  return {
    task: { id: start, name: "", start, end: start, _start, _end },
    group: document.createElementNS("http://www.w3.org/2000/svg", "g"),
    $bar,
  };
}

type Point = [number, number];
const PEN: Record<string, (at: Point, to: number[]) => Point> = {
  H: (at, to) => [to[0]!, at[1]],
  V: (at, to) => [at[0], to[0]!],
  M: (_, to) => [to[0]!, to[1]!],
  L: (_, to) => [to[0]!, to[1]!],
  m: (at, to) => [at[0] + to[0]!, at[1] + to[1]!],
  l: (at, to) => [at[0] + to[0]!, at[1] + to[1]!],
};

/** The points of a path, followed as a pen would. */
function points(path: string): Point[] {
  const found: Point[] = [[0, 0]];
  for (const [, word, rest] of path.matchAll(/([MHVLml]) ([^MHVLml]*)/g)) {
    found.push(PEN[word!]!(found[found.length - 1]!, rest!.trim().split(/\s+/).map(Number)));
  }
  return found.slice(1);
}

describe("a dependency on the chart", () => {
  const cases = [
    ["finish", "start", 100, 200],
    ["finish", "start", 200, 100],
    ["start", "start", 100, 200],
    ["finish", "finish", 100, 200],
    ["start", "finish", 100, 200],
    ["start", "finish", 200, 100],
  ] as const;

  it.each(cases)("runs from %s to %s and points at the end that waits", (leaves, comes, x1, x2) => {
    const path = arrowPath(
      { x: x1, y: 10, isFinish: leaves === "finish" },
      { x: x2, y: 46, isFinish: comes === "finish" },
      36,
    );
    const way = points(path);
    expect(way[0]).toEqual([x1, 10]);
    expect(way[1]).toEqual([expect.any(Number), 10]);
    expect(Math.sign((way[1]?.[0] ?? 0) - x1)).toBe(leaves === "finish" ? 1 : -1);
    const tips = way.filter(([x, y]) => x === x2 && y === 46);
    expect(tips).toHaveLength(2);
    const [headX] = way[way.length - 1] ?? [0];
    expect(Math.sign(headX - x2)).toBe(comes === "finish" ? 1 : -1);
  });

  it("waits with the end on whose half it was let go", () => {
    const box = { left: 100, width: 40 };
    expect(typeOf("finish", 105, box)).toBe("finish_to_start");
    expect(typeOf("finish", 135, box)).toBe("finish_to_finish");
    expect(typeOf("start", 105, box)).toBe("start_to_start");
    expect(typeOf("start", 135, box)).toBe("start_to_finish");
  });
});

describe("the axis of the chart", () => {
  it("follows where bars begin, not how long the library draws them", () => {
    const axis = axisOf([drawn("2026-03-02T00:00:00", 0, 500), drawn("2026-03-12T00:00:00", 200)]);
    expect(axis?.(new Date("2026-03-07T00:00:00").getTime())).toBeCloseTo(100);
  });

  it("takes the length of the only bar", () => {
    const axis = axisOf([drawn("2026-03-02T00:00:00", 40, 20)]);
    expect(axis?.(new Date("2026-03-03T00:00:00").getTime())).toBeCloseTo(60);
    expect(axisOf([])).toBeNull();
  });
});

describe("a bar that was dragged", () => {
  const before = { x: 111.7, y: 0, width: 46.6, height: 22 };

  it("moved as a whole by the same days at both ends, whatever its hours are", () => {
    expect(movedBy(before, { ...before, x: 231.7 }, 20)).toEqual({ start: 6, end: 6 });
    expect(movedBy(before, { ...before, x: 91.9 }, 20)).toEqual({ start: -1, end: -1 });
  });

  it("was made longer or shorter at the end that was dragged", () => {
    expect(movedBy(before, { ...before, width: 86.6 }, 20)).toEqual({ start: 0, end: 2 });
    expect(movedBy(before, { ...before, x: 131.7, width: 26.6 }, 20)).toEqual({ start: 1, end: 0 });
  });
});

describe("the name of a milestone", () => {
  it("stands beside its diamond, however wide its bar is", () => {
    const bars = [drawn("2026-03-02", 100, 40), drawn("2026-03-03", 140, 40)];
    const axis = axisOf(bars)!;
    for (const bar of bars) bar.group.innerHTML = '<text class="bar-label" x="120"></text>';
    bars[1]!.task.shape = "milestone";
    for (const bar of bars) placeName(bar, axis);
    const [task, milestone] = bars.map((bar) => bar.group.querySelector(".bar-label")!);
    expect([task!.getAttribute("x"), task!.classList.contains("big")]).toEqual(["120", false]);
    expect([milestone!.getAttribute("x"), milestone!.classList.contains("big")]).toEqual(["156", true]);
  });
});

describe("names in sight", () => {
  const view = { left: 100, right: 300 };

  it("stay where they are while one sees them", () => {
    expect(placeOf({ left: 120, right: 140 }, { left: 148, right: 200 }, view)).toBeNull();
  });

  it("stand at the edge beyond which their bar lies", () => {
    expect(placeOf({ left: 10, right: 20 }, { left: 28, right: 60 }, view)).toEqual({
      x: 108,
      side: "left",
      isAway: true,
    });
    expect(placeOf({ left: 400, right: 420 }, { left: 428, right: 460 }, view)).toEqual({
      x: 292,
      side: "right",
      isAway: true,
    });
  });

  it("stand in the part of a long bar that one sees, or beside it where that is too short", () => {
    const name = { left: 40, right: 90 };
    expect(placeOf({ left: 0, right: 250 }, name, view)).toEqual({ x: 108, side: "left", isAway: false });
    expect(placeOf({ left: 0, right: 130 }, name, view)).toEqual({ x: 138, side: "left", isAway: false });
  });
});
