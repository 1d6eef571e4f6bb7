/** What somebody typed, ticked or unfolded stays when the part of the page around it fetches itself anew. */

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Kept = Map<string, { value: string; checked: boolean }>;
interface Swap {
  target: Element;
  requestConfig: { triggeringEvent?: Event };
}

const kept = new WeakMap<Element, Map<string, Kept>>();
const folds = new WeakMap<Element, Map<string, boolean>>();

/** Folded parts by what they are called: several of one name are told apart by their order. */
function foldsIn(target: Element): Map<string, HTMLDetailsElement> {
  const found = new Map<string, HTMLDetailsElement>();
  for (const fold of target.querySelectorAll<HTMLDetailsElement>("details")) {
    const name = fold.querySelector("summary")?.textContent ?? "";
    found.set(`${name} ${String([...found.keys()].filter((one) => one.startsWith(`${name} `)).length)}`, fold);
  }
  return found;
}

/** The id of a form, which may hold a field that is itself called "id". */
function nameOf(form: HTMLFormElement): string {
  return form.getAttribute("id") ?? "";
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (field): field is Field =>
      (field instanceof HTMLInputElement && !["hidden", "file", "submit"].includes(field.type)) ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement,
  );
}

function isBox(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);
}

function keyOf(field: Field): string {
  return isBox(field) ? `${field.name}=${field.value}` : field.name;
}

function isTouched(field: Field): boolean {
  if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return isBox(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

function typedIn(form: HTMLFormElement): Kept {
  const touched = fieldsOf(form).filter(isTouched);
  return new Map(
    touched.map((field) => [keyOf(field), { value: field.value, checked: isBox(field) && field.checked }]),
  );
}

function fill(form: HTMLFormElement, typed: Kept): void {
  for (const field of fieldsOf(form)) {
    const before = typed.get(keyOf(field));
    if (!before) continue;
    if (isBox(field)) field.checked = before.checked;
    else field.value = before.value;
  }
  form.dispatchEvent(new Event("change", { bubbles: false }));
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = (event as CustomEvent<Swap>).detail;
  const cause = requestConfig.triggeringEvent;
  if (cause?.type !== "changed") return;
  // A form that was sent itself has said what it had to say.
  const sent = cause.target instanceof Element ? cause.target.closest("form") : null;
  const forms = [...target.querySelectorAll<HTMLFormElement>("form[data-keep]")].filter((form) => form !== sent);
  kept.set(target, new Map(forms.map((form) => [nameOf(form), typedIn(form)])));
  folds.set(target, new Map([...foldsIn(target)].map(([name, fold]) => [name, fold.open])));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = (event as CustomEvent<Swap>).detail;
  for (const [id, typed] of kept.get(target) ?? []) {
    const form = document.getElementById(id);
    if (form instanceof HTMLFormElement && typed.size) fill(form, typed);
  }
  kept.delete(target);
  for (const [name, fold] of foldsIn(target)) fold.open = folds.get(target)?.get(name) ?? fold.open;
  folds.delete(target);
});
