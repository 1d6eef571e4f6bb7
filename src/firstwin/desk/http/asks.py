"""Questions that a change asks first, in a dialog over the page; its form comes back with what was typed and what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from firstwin.desk.http import answers
from firstwin.desk.http.access import is_fragment
from firstwin.desk.http.task_forms import add_problems
from firstwin.shared.errors import InvalidInputError
from firstwin.shared.templatetags.ui import at_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A dialog: its title names the thing, its button says the verb. What it would do is asked for at `try_url`.

    `unmet` are conditions that do not hold yet, each with its reason.
    """

    title: str
    verb: str
    text: str = ""
    is_danger: bool = False
    is_wide: bool = False
    try_url: str = ""
    unmet: tuple[tuple[str, str], ...] = ()


def version_seen(request: HttpRequest) -> int | None:
    """Return the version of the task that the reader acted on, so that nobody overwrites what they have not seen."""
    text = request.POST.get("version") or request.GET.get("version") or ""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def ask(
    request: HttpRequest,
    question: Question,
    form: forms.Form,
    carry_out: Callable[[], str | HttpResponse],
    *,
    beneath: str,
    undo_url: str = "",
    version: int | None = None,
) -> HttpResponse:
    """Show the question, or carry out its answer; `carry_out` returns the notice. `beneath` is the page it belongs to.

    What an operation refuses as wrong input comes back beside the fields; other refusals become a notice. `version` is that
    of the task that the question is about, as its reader sees it: the answer brings it back (`version_seen`).
    """
    if request.method != "POST" and not is_fragment(request):
        return HttpResponseRedirect(beneath)
    if request.method == "POST" and form.is_valid():
        try:
            said = carry_out()
        except InvalidInputError as error:
            add_problems(form, error)
        else:
            return said if isinstance(said, HttpResponse) else answers.done(request, said, undo_url=undo_url)
    status = 422 if request.method == "POST" else 200
    template = "desk/ask_form.html" if request.method == "POST" else "desk/ask.html"
    seen = version_seen(request) if request.method == "POST" else version
    action = request.path if seen is None else at_version(request.path, seen)
    return render(request, template, {"question": question, "form": form, "action": action}, status=status)
