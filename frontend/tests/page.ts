import { Application, type ControllerConstructor } from "@hotwired/stimulus";
import { afterEach } from "vitest";

let running: Application | undefined;
afterEach(() => running?.stop());

/** Puts HTML into the page with some controllers running; waits until they are connected. */
export async function page(html: string, controllers: Record<string, ControllerConstructor>): Promise<Application> {
  document.body.innerHTML = html;
  const application = Application.start();
  running = application;
  for (const [name, controller] of Object.entries(controllers)) application.register(name, controller);
  await settled();
  return application;
}

/** Lets observers and promises run. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Returns the one element of a selector. */
export function one<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
  const found = document.querySelector<Kind>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}
