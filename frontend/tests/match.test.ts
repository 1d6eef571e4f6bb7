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

  it("belong to the choice that they name, and go with their label", async () => {
    await page(
      `<form data-controller="match" data-action="change->match#match">
         <select name="kind" data-match-target="choice"><option>leave</option><option>hours</option></select>
         <select name="repeat" data-match-target="choice"><option>never</option><option>weekly</option></select>
         <div class="fw-field" id="field"><label for="until">Until</label>
           <input id="until" data-match-target="field" data-of="repeat" data-for="weekly"></div>
       </form>`,
      { match },
    );
    expect(one("#field").hidden).toBe(true);
    one<HTMLSelectElement>("[name=repeat]").value = "weekly";
    one("[name=repeat]").dispatchEvent(new Event("change", { bubbles: true }));
    expect(one("#field").hidden).toBe(false);
    expect(one<HTMLInputElement>("#until").disabled).toBe(false);
  });
});
