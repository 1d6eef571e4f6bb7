import { afterEach, describe, expect, it, vi } from "vitest";
import zone from "../src/ui/zone_controller";
import { one, page } from "./page";

function field(chosen: string): string {
  const options = ["Europe/Lisbon", "Europe/Paris", "UTC"].map(
    (name) => `<option${name === chosen ? " selected" : ""}>${name}</option>`,
  );
  return `<select data-controller="zone">${options.join("")}</select>`;
}

describe("the time zone of a form", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["UTC", "Europe/Paris", "Europe/Paris"],
    ["UTC", "Mars/Olympus", "UTC"],
    ["Europe/Lisbon", "Europe/Paris", "Europe/Lisbon"],
  ])("chosen %s, browser %s: %s", async (chosen, own, expected) => {
    const known = Intl.DateTimeFormat().resolvedOptions();
    vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions").mockReturnValue({ ...known, timeZone: own });
    await page(field(chosen), { zone });
    expect(one<HTMLSelectElement>("select").value).toBe(expected);
  });
});
