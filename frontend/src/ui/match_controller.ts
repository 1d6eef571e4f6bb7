import { Controller } from "@hotwired/stimulus";

/** Shows those fields that belong to what is chosen beside them: data-for names the choices that need a field. */
export default class extends Controller<HTMLElement> {
  static override targets = ["choice", "field"];
  declare readonly choiceTarget: HTMLSelectElement;
  declare readonly fieldTargets: (HTMLInputElement | HTMLSelectElement)[];

  override connect(): void {
    this.match();
  }

  match(): void {
    for (const field of this.fieldTargets) {
      const isNeeded = (field.dataset["for"] ?? "").split(" ").includes(this.choiceTarget.value);
      field.hidden = !isNeeded;
      field.disabled = !isNeeded;
    }
  }
}
