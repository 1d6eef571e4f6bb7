/** What somebody typed, ticked, unfolded or has the focus on stays when the part of the page around it fetches itself anew. */

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Kept = Map<string, { value: string; checked: boolean }>;
interface Swap {
  target: Element;
  requestConfig: { triggeringEvent?: Event };
}

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
const NAMING = ["href", "name", "value", "aria-label"];

/** What stays of a part of the page: typed forms by id, folds and the place of the focus by what they are called. */
interface Before {
  typed: Map<string, Kept>;
  open: Map<string, boolean>;
  focused: string | undefined;
}
const before = new WeakMap<Element, Before>();

/** Elements by what they are called; several of one name are told apart by their order. */
function named<Kind extends Element>(elements: Iterable<Kind>, nameOf: (element: Kind) => string): Map<string, Kind> {
  const found = new Map<string, Kind>();
  const seen = new Map<string, number>();
  for (const element of elements) {
    const name = nameOf(element);
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    found.set(`${name} ${String(number)}`, element);
  }
  return found;
}

function foldsIn(target: Element): Map<string, HTMLDetailsElement> {
  return named(target.querySelectorAll("details"), (fold) => fold.querySelector("summary")?.textContent ?? "");
}

function focusableIn(target: Element): Map<string, HTMLElement> {
  return named(target.querySelectorAll<HTMLElement>(FOCUSABLE), (one) =>
    [one.tagName, ...NAMING.map((name) => one.getAttribute(name)), one.textContent.trim()].join(" "),
  );
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
    const earlier = typed.get(keyOf(field));
    if (!earlier) continue;
    if (isBox(field)) field.checked = earlier.checked;
    else field.value = earlier.value;
  }
  form.dispatchEvent(new Event("change", { bubbles: false }));
}

function note(target: Element, sent: HTMLFormElement | null): Before {
  const forms = [...target.querySelectorAll<HTMLFormElement>("form[data-keep]")].filter((form) => form !== sent);
  const active = document.activeElement;
  return {
    typed: new Map(forms.map((form) => [nameOf(form), typedIn(form)])),
    open: new Map([...foldsIn(target)].map(([name, fold]) => [name, fold.open])),
    focused: target.contains(active) ? [...focusableIn(target)].find(([, one]) => one === active)?.[0] : undefined,
  };
}

function bringBack(target: Element, { typed, open, focused }: Before): void {
  for (const [id, values] of typed) {
    const form = document.getElementById(id);
    if (form instanceof HTMLFormElement && values.size) fill(form, values);
  }
  for (const [name, fold] of foldsIn(target)) fold.open = open.get(name) ?? fold.open;
  // htmx itself gives the focus back to what has an id.
  if (focused && !target.contains(document.activeElement))
    focusableIn(target).get(focused)?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = (event as CustomEvent<Swap>).detail;
  const cause = requestConfig.triggeringEvent;
  if (cause?.type !== "changed") return;
  // A form that was sent itself has said what it had to say.
  const sent = cause.target instanceof Element ? cause.target.closest("form") : null;
  before.set(target, note(target, sent));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = (event as CustomEvent<Swap>).detail;
  const noted = before.get(target);
  before.delete(target);
  if (noted) bringBack(target, noted);
});
