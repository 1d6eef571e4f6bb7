/** Returns the Stimulus identifier of a controller file: "./ui/select_rows_controller.ts" is "select-rows". */
export function identifierOf(path: string): string {
  const name = /([^/]+)_controller\.ts$/.exec(path)?.[1];
  if (!name) throw new Error(`${path} is not named <verb>_controller.ts`);
  return name.replaceAll("_", "-");
}
