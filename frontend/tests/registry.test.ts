import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { identifierOf } from "../src/ui/registry";

describe("controllers", () => {
  const files = readdirSync(resolve(import.meta.dirname, "../src"), { recursive: true, encoding: "utf8" });
  const controllers = files.filter((file) => file.endsWith("_controller.ts"));

  it("are named after their file", () => {
    expect(identifierOf("./ui/select_rows_controller.ts")).toBe("select-rows");
    expect(() => identifierOf("./ui/rows.ts")).toThrow("not named");
  });

  it("have names of their own", () => {
    const names = controllers.map(identifierOf);
    expect(new Set(names).size).toBe(names.length);
  });
});
