/** Ctrl-Z (Cmd-Z) presses the newest way back that a notice offers. */

const OFFERS = "#toasts [data-undo]:not(:disabled)";

/** Says whether a key asks to take something back: not while the reader is typing or answering a question. */
export function asksToTakeBack(event: KeyboardEvent): boolean {
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
  if (!isUndo || event.repeat || event.defaultPrevented) return false;
  if (document.querySelector("dialog.fw-dialog[open]")) return false;
  const { target } = event;
  return !(target instanceof Element && target.closest("input, textarea, select, [contenteditable]"));
}

document.addEventListener(
  "keydown",
  (event) => {
    const newest = [...document.querySelectorAll<HTMLButtonElement>(OFFERS)].at(-1);
    if (!newest || !asksToTakeBack(event)) return;
    event.preventDefault();
    newest.click();
  },
  true,
);
