import { describe, expect, it } from "vitest";
import match from "../src/ui/match_controller";
import { one, page } from "./page";

describe("fields that belong to a choice", () => {
  it("are there and sent only while it is chosen", async () => {
    await page(
      `<div data-controller="match">
         <select data-match-target="choice" data-action="match#match"><option>done</option><option>assign</option></select>
         <input id="who" data-match-target="field" data-for="assign move"><input id="always">
       </div>`,
      { match },
    );
    const state = () => [one<HTMLInputElement>("#who").hidden, one<HTMLInputElement>("#who").disabled];
    expect(state()).toEqual([true, true]);
    one<HTMLSelectElement>("select").value = "assign";
    one("select").dispatchEvent(new Event("change", { bubbles: true }));
    expect(state()).toEqual([false, false]);
    expect(one<HTMLInputElement>("#always").disabled).toBe(false);
  });
});
