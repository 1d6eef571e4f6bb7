import { Controller } from "@hotwired/stimulus";

const VISIBLE_MS = 7000;

/** Takes a toast away after a while; not while the pointer or the focus is on it. */
export default class extends Controller<HTMLElement> {
  private timer = 0;

  override connect(): void {
    this.resume();
    const tray = this.element.parentElement;
    // The tray is a popover, so that toasts stay above a modal dialog; showing it again brings it to the top.
    if (tray?.popover && tray.showPopover) {
      if (tray.matches(":popover-open")) tray.hidePopover();
      tray.showPopover();
    }
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
  }

  pause(): void {
    window.clearTimeout(this.timer);
  }

  resume(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.dismiss(), VISIBLE_MS);
  }

  dismiss(): void {
    this.element.remove();
  }
}
