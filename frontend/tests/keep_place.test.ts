import { describe, expect, it } from "vitest";
import "../src/ui/keep_place";
import { one } from "./page";

const ANEW = `<details><summary>Days</summary></details><details open><summary>Notes</summary></details>
  <form id="f" data-keep><input name="a" value=""></form>
  <ul><li><button>Done</button></li><li><button>Done</button></li></ul>`;

function fetchAnew(target: Element, cause: string): void {
  const detail = { target, requestConfig: { triggeringEvent: new Event(cause) } };
  document.dispatchEvent(new CustomEvent("htmx:beforeSwap", { detail }));
  target.innerHTML = ANEW;
  document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail }));
}

describe("a part of the page that fetches itself anew", () => {
  it("keeps what was typed and unfolded", () => {
    document.body.innerHTML = `<div id="part">${ANEW}</div>`;
    one<HTMLInputElement>("[name=a]").value = "half a thought";
    one<HTMLDetailsElement>("details").open = true;
    one<HTMLDetailsElement>("details[open] ~ details").open = false;
    fetchAnew(one("#part"), "changed");
    expect(one<HTMLInputElement>("[name=a]").value).toBe("half a thought");
    expect([...document.querySelectorAll("details")].map((fold) => fold.open)).toEqual([true, false]);
  });

  it("keeps the focus where it was, among others of the same name too", () => {
    document.body.innerHTML = `<div id="part">${ANEW}</div>`;
    one("li + li button").focus();
    fetchAnew(one("#part"), "changed");
    expect(document.activeElement).toBe(one("li + li button"));
  });

  it("takes the focus from nobody elsewhere", () => {
    document.body.innerHTML = `<input id="else"><div id="part">${ANEW}</div>`;
    one("#else").focus();
    fetchAnew(one("#part"), "changed");
    expect(document.activeElement).toBe(one("#else"));
  });

  it("shows what the server says after somebody's own step", () => {
    document.body.innerHTML = `<div id="part">${ANEW}</div>`;
    one<HTMLDetailsElement>("details").open = true;
    fetchAnew(one("#part"), "click");
    expect(one<HTMLDetailsElement>("details").open).toBe(false);
  });
});
