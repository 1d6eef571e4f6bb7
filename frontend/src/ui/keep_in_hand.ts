/** What somebody has in hand stays: no part of the page is taken away under a press or an open menu. */

interface Swap {
  target: Element;
  shouldSwap: boolean;
  requestConfig: { triggeringEvent?: Event };
}

const OPEN_MENU = '[data-menu-target="button"][aria-expanded="true"]';
let isPressed = false;
let isDue = false;

function press(): void {
  isPressed = true;
}

function release(): void {
  isPressed = false;
  letGo();
}

function letGo(): void {
  if (!isDue) return;
  isDue = false;
  // The click comes right after the release; what changed meanwhile is fetched after that.
  window.setTimeout(() => document.body.dispatchEvent(new CustomEvent("changed")));
}

document.addEventListener("pointerdown", press, true);
document.addEventListener("pointerup", release, true);
document.addEventListener("pointercancel", release, true);
document.addEventListener("menu:closed", letGo);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<Swap>;
  if (detail.requestConfig.triggeringEvent?.type !== "changed") return;
  if (!isPressed && !detail.target.querySelector(OPEN_MENU)) return;
  detail.shouldSwap = false;
  isDue = true;
});
