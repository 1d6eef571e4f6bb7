import { beforeEach, describe, expect, it } from "vitest";
import selectRows from "../src/ui/select_rows_controller";
import { one, page } from "./page";

describe("selecting rows", () => {
  beforeEach(() =>
    page(
      `<div data-controller="select-rows">
        <input type="checkbox" id="all" data-select-rows-target="all" data-action="select-rows#toggleAll">
        ${[1, 2, 3, 4].map((n) => `<input type="checkbox" id="r${n}" data-select-rows-target="row" data-action="click->select-rows#toggle">`).join("")}
        <div id="bar" data-select-rows-target="bar" hidden><span data-select-rows-target="count"></span> <b data-select-rows-target="noun">tasks</b></div>
      </div>`,
      { "select-rows": selectRows },
    ),
  );

  it("shows the bar with the count once something is selected", () => {
    one("#r2").click();
    expect(one("#bar").hidden).toBe(false);
    expect(one("#bar span").textContent).toBe("1");
    expect(one<HTMLInputElement>("#all").indeterminate).toBe(true);
  });

  it("speaks of one task and of two tasks", () => {
    one("#r2").click();
    expect(one("#bar b").textContent).toBe("task");
    one("#r3").click();
    expect(one("#bar b").textContent).toBe("tasks");
  });

  it("sends nothing when Enter is pressed on a box", () => {
    const press = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
    one("#r2").dispatchEvent(press);
    expect(press.defaultPrevented).toBe(true);
  });

  it("selects everything between two clicks with Shift", () => {
    one("#r1").click();
    one("#r3").dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true, cancelable: true }));
    expect(one("#bar span").textContent).toBe("3");
  });

  it("selects and clears all", () => {
    one("#all").click();
    expect(one("#bar span").textContent).toBe("4");
    one("#all").click();
    expect(one("#bar").hidden).toBe(true);
  });
});
