import { Controller } from "@hotwired/stimulus";
import htmx from "./htmx";

/** Shows a <dialog> as soon as it is put into the page (or on demand) and takes it away when it is closed. */
export default class extends Controller<HTMLDialogElement> {
  static override values = { open: Boolean, returnTo: String };
  declare readonly openValue: boolean;
  declare readonly returnToValue: string;

  override connect(): void {
    if (this.openValue) this.show();
  }

  show(): void {
    if (this.element.open) return;
    this.element.showModal();
    this.element.querySelector<HTMLElement>("[autofocus]")?.focus();
  }

  close(): void {
    this.element.close();
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
  }

  /** A form inside was answered with success: nothing is left to do here. */
  closeAfter(event: CustomEvent<{ successful: boolean; xhr: XMLHttpRequest }>): void {
    if (event.detail.successful && event.detail.xhr.status !== 422 && event.target instanceof HTMLFormElement) {
      this.close();
    }
  }

  private get hasTyping(): boolean {
    const fields = this.element.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
    return [...fields].some((field) => field.type !== "hidden" && field.value !== field.defaultValue);
  }
}

/** Opens the dialog whose id an element names in data-opens-dialog. */
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const id = event.target.closest<HTMLElement>("[data-opens-dialog]")?.dataset["opensDialog"];
  const dialog = id ? document.getElementById(id) : null;
  if (dialog instanceof HTMLDialogElement && !dialog.open) {
    dialog.showModal();
    htmx.process(dialog);
  }
});
