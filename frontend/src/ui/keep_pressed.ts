/** A click is a press and a release on the same element: no part of the page is taken away in between. */

interface Swap {
  shouldSwap: boolean;
  requestConfig: { triggeringEvent?: Event };
}

let isPressed = false;
let isDue = false;

function press(): void {
  isPressed = true;
}

function release(): void {
  isPressed = false;
  if (!isDue) return;
  isDue = false;
  // The click comes right after the release; what changed meanwhile is fetched after that.
  window.setTimeout(() => document.body.dispatchEvent(new CustomEvent("changed")));
}

document.addEventListener("pointerdown", press, true);
document.addEventListener("pointerup", release, true);
document.addEventListener("pointercancel", release, true);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<Swap>;
  if (!isPressed || detail.requestConfig.triggeringEvent?.type !== "changed") return;
  detail.shouldSwap = false;
  isDue = true;
});
