/** What somebody has in hand stays: no part of the page is taken away under a press, a drag or an open menu. */

interface Swap {
  target: Element;
  shouldSwap: boolean;
  requestConfig: { triggeringEvent?: Event };
}

const OPEN_MENU = '[data-menu-target="button"][aria-expanded="true"]';
let isPressed = false;
let isDragged = false;
let isDue = false;

function press(): void {
  isPressed = true;
}

function release(): void {
  isPressed = false;
  letGo();
}

function drag(): void {
  isDragged = true;
}

/** A browser that drags takes the pointer away (pointercancel) long before it lets go of what is dragged. */
function drop(): void {
  isDragged = false;
  release();
}

function letGo(): void {
  if (!isDue || isPressed || isDragged) return;
  isDue = false;
  // The click comes right after the release; what changed meanwhile is fetched after that.
  window.setTimeout(() => document.body.dispatchEvent(new CustomEvent("changed")));
}

document.addEventListener("pointerdown", press, true);
document.addEventListener("pointerup", release, true);
document.addEventListener("pointercancel", release, true);
document.addEventListener("dragstart", drag, true);
document.addEventListener("dragend", drop, true);
document.addEventListener("menu:closed", letGo);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<Swap>;
  if (detail.requestConfig.triggeringEvent?.type !== "changed") return;
  if (!isPressed && !isDragged && !detail.target.querySelector(OPEN_MENU)) return;
  detail.shouldSwap = false;
  isDue = true;
});
