import { Controller } from "@hotwired/stimulus";

/**
 * Shows those fields that belong to what is chosen beside them: data-for names the choices that need a field, data-of the
 * field in which one chooses where there are several.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["choice", "field"];
  declare readonly choiceTargets: HTMLSelectElement[];
  declare readonly fieldTargets: (HTMLInputElement | HTMLSelectElement)[];

  override connect(): void {
    this.match();
  }

  match(): void {
    for (const field of this.fieldTargets) {
      const named = this.choiceTargets.find((choice) => choice.name === field.dataset["of"]);
      const chosen = (named ?? this.choiceTargets[0])?.value ?? "";
      const isNeeded = (field.dataset["for"] ?? "").split(" ").includes(chosen);
      // With its label and its help, where it has them.
      (field.closest<HTMLElement>(".fw-field") ?? field).hidden = !isNeeded;
      field.disabled = !isNeeded;
    }
  }
}
