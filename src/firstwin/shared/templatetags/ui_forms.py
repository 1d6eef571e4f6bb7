"""Forms: one column, label above, help under, errors beside the field and summed up on top with links."""

from typing import Any

from django import forms, template
from django.core.validators import EMPTY_VALUES
from django.forms.boundfield import BoundField
from django.forms.forms import BaseForm
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from firstwin.shared.errors import Problem

register = template.Library()
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def _may_be_left_out(bound: BoundField) -> bool:
    """A choice that is made already says what holds, and with some fields nothing is an answer of its own: a closed day."""
    asked, widget = bound.field, bound.field.widget
    is_made = isinstance(widget, forms.CheckboxInput | forms.Select)
    is_made = is_made or (isinstance(widget, GROUPS) and bound.value() not in EMPTY_VALUES)
    return not asked.required and not is_made and not getattr(asked, "is_nothing_an_answer", False)


@register.simple_tag
def field(bound: BoundField, *, label: str = "", help: str = "", **given: Any) -> SafeString:
    """Return a form field with its label, help and errors; other keywords become attributes of its input."""
    widget = bound.field.widget
    if widget.is_hidden:
        return bound.as_hidden()
    help_text = help or bound.help_text
    described = [f"{bound.auto_id}-help"] if help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    extra = {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}
    extra["class"] = " ".join(filter(None, [str(widget.attrs.get("class", "")), _class_of(widget)]))
    if described:
        extra["aria-describedby"] = " ".join(described)
    if bound.errors:
        extra["aria-invalid"] = "true"
    return render_to_string(
        "ui/field.html",
        {
            "bound": bound,
            "label": label or bound.label,
            "help": help_text,
            "control": bound.as_widget(attrs=extra),
            "before": bound.as_hidden(only_initial=True) if bound.field.show_hidden_initial else "",
            "is_check": isinstance(widget, forms.CheckboxInput),
            "is_group": isinstance(widget, GROUPS),
            "is_optional": _may_be_left_out(bound),
        },
    )


@register.simple_tag
def sign_in_field(bound: BoundField) -> SafeString:
    """Return a field of a sign-in form without the placeholders that its library puts into it."""
    bound.field.widget.attrs.pop("placeholder", None)
    return field(bound)


@register.simple_tag
def form_errors(form: BaseForm | None, problems: tuple[Problem, ...] = ()) -> SafeString:
    """Return the summary on top of a form: every error with a link to its field, and the form's own errors."""
    if (form is None or not form.is_bound or not form.errors) and not problems:
        return SafeString("")
    rows = [] if form is None else [(bound, error) for bound in form for error in bound.errors]
    return render_to_string("ui/form_errors.html", {"form": form, "rows": rows, "problems": problems})
