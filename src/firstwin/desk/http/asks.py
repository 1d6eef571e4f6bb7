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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A dialog: its title names the thing, its button says the verb. What it would do is asked for at `try_url`."""

    title: str
    verb: str
    text: str = ""
    is_danger: bool = False
    is_wide: bool = False
    try_url: str = ""


def ask(
    request: HttpRequest,
    question: Question,
    form: forms.Form,
    carry_out: Callable[[], str | HttpResponse],
    *,
    beneath: str,
    undo_url: str = "",
) -> HttpResponse:
    """Show the question, or carry out its answer; `carry_out` returns the notice. `beneath` is the page it belongs to.

    What an operation refuses as wrong input comes back beside the fields; other refusals become a notice.
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
    return render(request, template, {"question": question, "form": form, "action": request.path}, status=status)
