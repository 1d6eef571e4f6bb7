import { Controller } from "@hotwired/stimulus";

const QUIET_MS = 400;

/** Listens to what others do and lets the page fetch itself anew; pauses while the page is hidden. */
export default class extends Controller<HTMLElement> {
  static override values = { url: String, after: Number };
  declare readonly urlValue: string;
  declare readonly afterValue: number;
  private source: EventSource | null = null;
  private timer = 0;

  override connect(): void {
    document.addEventListener("visibilitychange", this.listen);
    this.listen();
  }

  override disconnect(): void {
    document.removeEventListener("visibilitychange", this.listen);
    this.close();
  }

  private readonly listen = (): void => {
    if (document.hidden) return this.close();
    if (this.source) return;
    const url = new URL(this.urlValue, location.href);
    url.searchParams.set("after", String(this.afterValue));
    this.source = new EventSource(url);
    this.source.addEventListener("changed", this.tell);
  };

  /** Several changes in a row are one reason to fetch. */
  private readonly tell = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => document.body.dispatchEvent(new CustomEvent("changed")), QUIET_MS);
  };

  private close(): void {
    window.clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
