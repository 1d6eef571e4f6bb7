import { Controller } from "@hotwired/stimulus";
import htmx from "./htmx";

interface Finished {
  successful: boolean;
  requestConfig: { elt: Element };
  xhr: XMLHttpRequest;
}

/** Shows a <dialog> as soon as it is put into the page (or on demand) and takes it away when it is closed. */
export default class extends Controller<HTMLDialogElement> {
  static override values = { open: Boolean, returnTo: String, beside: Boolean };
  declare readonly openValue: boolean;
  declare readonly returnToValue: string;
  declare readonly besideValue: boolean;
  private opener = "";

  override connect(): void {
    if (this.openValue) this.show();
  }

  show(): void {
    if (this.element.open) return;
    this.opener = selectorOf(document.activeElement);
    if (this.besideValue) this.element.show();
    else this.element.showModal();
    this.firstWanted()?.focus();
  }

  /** In a question the first field, or the yes where nothing is asked: not the cross that leaves it. */
  private firstWanted(): HTMLElement | null {
    const find = (what: string): HTMLElement | null => this.element.querySelector<HTMLElement>(what);
    const asked = find("[autofocus]");
    if (asked || this.besideValue) return asked;
    const field = find("form :is(input:not([type=hidden]), select, textarea):enabled");
    // What destroys is never a slip away, so its button does not get the focus.
    if (!field) return find("form .btn-primary[type=submit]");
    // On a phone a field that has the focus brings up the keyboard, over what is to be read first.
    return window.matchMedia("(pointer: coarse)").matches ? null : field;
  }

  close(): void {
    this.element.close();
  }

  /** A panel beside the page leaves the page usable, so the browser does not close it with Escape by itself. */
  escape(): void {
    if (this.besideValue && this.element.open && !document.querySelector("dialog:modal")) this.close();
  }

  /** A click on the backdrop has the dialog itself as its target. */
  closeOutside(event: MouseEvent): void {
    if (event.target !== this.element) return;
    const box = this.element.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!inside && !this.hasTyping) this.close();
  }

  /** After closing: a dialog that came as a fragment leaves, and the address goes back to the page beneath. */
  closed(): void {
    if (this.returnToValue) {
      history.replaceState(null, "", this.returnToValue);
      document.title = document.querySelector<HTMLMetaElement>('meta[name="page-title"]')?.content ?? document.title;
    }
    if (this.openValue) this.element.remove();
    this.giveFocusBack();
  }

  /** The browser does so by itself, unless the page beneath fetched itself anew and what opened this is another element now. */
  private giveFocusBack(): void {
    if (!this.opener || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(this.opener)?.focus({ preventScroll: true });
  }

  /** A form inside was answered with success: nothing is left to do here. The form itself may be gone by now. */
  closeAfter(event: CustomEvent<Finished>): void {
    const { successful, requestConfig, xhr } = event.detail;
    if (successful && xhr.status !== 422 && requestConfig.elt instanceof HTMLFormElement) this.close();
  }

  private get hasTyping(): boolean {
    const fields = this.element.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
    return [...fields].some((field) => field.type !== "hidden" && field.value !== field.defaultValue);
  }
}

/** How an element that opens something is found again; nothing for one that names no address. */
function selectorOf(element: Element | null): string {
  const name = ["href", "hx-get"].find((one) => element?.hasAttribute(one));
  const address = (name && element?.getAttribute(name)) ?? "";
  return element && name ? `${element.localName}[${name}="${address.replace(/["\\]/g, "\\$&")}"]` : "";
}

/** Opens the dialog whose id an element names in data-opens-dialog. */
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const id = event.target.closest<HTMLElement>("[data-opens-dialog]")?.dataset["opensDialog"];
  const dialog = id ? document.getElementById(id) : null;
  if (dialog instanceof HTMLDialogElement && !dialog.open) {
    if (dialog.dataset["dialogBesideValue"] === "true") dialog.show();
    else dialog.showModal();
    htmx.process(dialog);
  }
});
