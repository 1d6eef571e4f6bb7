import { Controller } from "@hotwired/stimulus";

/** Selects rows of a table and shows the bar of what can be done with all of them. */
export default class extends Controller<HTMLElement> {
  static override targets = ["all", "row", "bar", "count", "noun"];
  declare readonly allTarget: HTMLInputElement;
  declare readonly hasAllTarget: boolean;
  declare readonly rowTargets: HTMLInputElement[];
  declare readonly barTarget: HTMLElement;
  declare readonly hasBarTarget: boolean;
  declare readonly countTargets: HTMLElement[];
  declare readonly nounTargets: HTMLElement[];
  private last: HTMLInputElement | null = null;

  override connect(): void {
    this.element.addEventListener("keydown", leaveEnter);
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", leaveEnter);
  }

  rowTargetConnected(): void {
    this.update();
  }

  rowTargetDisconnected(): void {
    this.update();
  }

  toggleAll(): void {
    for (const row of this.rowTargets) row.checked = this.allTarget.checked;
    this.update();
  }

  /** With Shift, everything between the last click and this one follows. */
  toggle(event: MouseEvent): void {
    const row = event.currentTarget as HTMLInputElement;
    if (event.shiftKey && this.last) {
      const [from, to] = [this.rowTargets.indexOf(this.last), this.rowTargets.indexOf(row)].sort((a, b) => a - b);
      for (const between of this.rowTargets.slice(from, to! + 1)) between.checked = row.checked;
    }
    this.last = row;
    this.update();
  }

  clear(): void {
    for (const row of this.rowTargets) row.checked = false;
    this.update();
  }

  private update(): void {
    const chosen = this.rowTargets.filter((row) => row.checked).length;
    for (const count of this.countTargets) count.textContent = String(chosen);
    for (const noun of this.nounTargets) {
      const many = (noun.dataset["many"] ??= noun.textContent);
      noun.textContent = chosen === 1 ? many.replace(/s$/, "") : many;
    }
    if (this.hasBarTarget) this.barTarget.hidden = chosen === 0;
    if (!this.hasAllTarget) return;
    this.allTarget.checked = chosen > 0 && chosen === this.rowTargets.length;
    this.allTarget.indeterminate = chosen > 0 && chosen < this.rowTargets.length;
  }
}

/** Enter on a box would send the form, and with it the first thing that can be done with what is selected. */
function leaveEnter(event: KeyboardEvent): void {
  const target = event.target;
  if (event.key === "Enter" && target instanceof HTMLInputElement && target.type === "checkbox") event.preventDefault();
}
