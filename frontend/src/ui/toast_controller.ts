import { Controller } from "@hotwired/stimulus";

const READ_MS = 7_000;
const DECIDE_MS = 20_000;
const MOST = 3;

/**
 * Takes a notice away after a while: what only tells something sooner than what offers a way back or says that something
 * failed. Not while the pointer or the focus is on it, nor while nobody looks at the page. No more than three stay.
 */
export default class extends Controller<HTMLElement> {
  private timer = 0;
  private isPointed = false;
  private cameFrom: HTMLElement | null = null;

  override connect(): void {
    document.addEventListener("visibilitychange", this.wait);
    this.wait();
    this.makeRoom();
    this.raise();
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wait);
  }

  point(): void {
    this.isPointed = true;
    this.wait();
  }

  leave(): void {
    this.isPointed = false;
    this.wait();
  }

  /** Remembers where the focus came from, to give it back. */
  focus(event: FocusEvent): void {
    const from = event.relatedTarget;
    if (from instanceof HTMLElement && !this.element.parentElement?.contains(from)) this.cameFrom = from;
    this.wait();
  }

  blur(): void {
    // The focus is on its way: who has it now is only known afterwards.
    window.setTimeout(this.wait);
  }

  dismiss(): void {
    const hadFocus = this.hasFocus;
    const next = this.element.nextElementSibling ?? this.element.previousElementSibling;
    this.element.remove();
    if (hadFocus) (next?.querySelector<HTMLElement>("button") ?? this.cameFrom)?.focus();
  }

  private get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  private readonly wait = (): void => {
    window.clearTimeout(this.timer);
    if (!this.element.isConnected || this.isPointed || this.hasFocus || document.hidden) return;
    const isToDecide =
      this.element.querySelector("[data-undo]") !== null || this.element.getAttribute("role") === "alert";
    this.timer = window.setTimeout(() => this.dismiss(), isToDecide ? DECIDE_MS : READ_MS);
  };

  /** The oldest make room for the newest, but none that somebody is about to press. */
  private makeRoom(): void {
    const all = [...(this.element.parentElement?.querySelectorAll<HTMLElement>(".fw-toast") ?? [])];
    const free = all.filter((each) => each !== this.element && !each.matches(":hover, :focus-within"));
    for (const oldest of free.slice(0, Math.max(0, all.length - MOST))) oldest.remove();
  }

  /** The tray is a popover, so that notices stay above a modal dialog; showing it again brings it to the top. */
  private raise(): void {
    const tray = this.element.parentElement;
    if (!tray?.popover || !tray.showPopover) return;
    const isOpen = tray.matches(":popover-open");
    if (isOpen && (tray.contains(document.activeElement) || !document.querySelector("dialog[open]"))) return;
    if (isOpen) tray.hidePopover();
    tray.showPopover();
  }
}
