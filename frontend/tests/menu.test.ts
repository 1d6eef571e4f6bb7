import { beforeEach, describe, expect, it } from "vitest";
import menu from "../src/ui/menu_controller";
import { one, page } from "./page";

describe("a menu", () => {
  beforeEach(() =>
    page(
      `<div data-controller="menu" data-action="keydown->menu#walk">
        <button data-menu-target="button" data-action="menu#toggle" aria-expanded="false">More</button>
        <div data-menu-target="list" data-action="click->menu#close" hidden><a href="#1">One</a><a href="#2">Two</a></div>
      </div><p>elsewhere</p>`,
      { menu },
    ),
  );

  it("opens on its first entry and walks round with the arrow keys", () => {
    one("button").click();
    expect(one("button").getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement).toBe(one('a[href="#1"]'));
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    expect(document.activeElement).toBe(one('a[href="#2"]'));
  });

  it("closes with Escape and gives the focus back", () => {
    one("button").click();
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(one("[data-menu-target=list]").hidden).toBe(true);
    expect(document.activeElement).toBe(one("button"));
  });

  it("closes when something else is pressed", () => {
    one("button").click();
    one("p").dispatchEvent(new Event("pointerdown", { bubbles: true }));
    expect(one("[data-menu-target=list]").hidden).toBe(true);
  });
});
