"""Whose days were lost on a project: the sentence, the drawing, the lines, and correcting one."""

from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from firstwin.desk.http import asks, days_chart, project
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.asks import Question
from firstwin.desk.http.downloads import csv_answer
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.ledger import DayEntry, DayLedger, LedgerReason, LedgerSide
from firstwin.projects.operations import day_corrections
from firstwin.projects.queries import ledger as ledger_queries
from firstwin.projects.queries import statements
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, NotFoundError

PAGE = 50
SIDES: tuple[tuple[LedgerSide, str], ...] = (
    (LedgerSide.CUSTOMER, "Customer's side"),
    (LedgerSide.VENDOR, "Our side"),
    (LedgerSide.THIRD_PARTY, "Third parties"),
    (LedgerSide.CALENDAR, "Holidays and days off"),
    (LedgerSide.SCOPE, "Changes of the plan"),
)
NAMES = dict(SIDES)
REASONS: tuple[tuple[LedgerReason, str], ...] = (
    (LedgerReason.NOT_STARTED, "Not begun in time"),
    (LedgerReason.NOT_DONE, "Took longer or shorter than planned"),
    (LedgerReason.FINISHED, "Finished late or early"),
    (LedgerReason.STARTED, "Begun late or early"),
    (LedgerReason.STUCK, "Stuck"),
    (LedgerReason.APPROVAL, "Waited for approval"),
    (LedgerReason.HOLD, "On hold"),
    (LedgerReason.REOPENED, "Opened again"),
    (LedgerReason.DATE_SET, "Date set by hand"),
    (LedgerReason.HANDED_ON, "Handed on to somebody else"),
    (LedgerReason.SCOPE, "Plan changed"),
    (LedgerReason.ANCHOR, "A date changed that the plan hangs on"),
    (LedgerReason.CALENDAR, "Holidays and days off"),
    (LedgerReason.ENDED, "Project ended"),
    (LedgerReason.OTHER, "Another reason"),
)
_SAY_ENOUGH = frozenset({LedgerReason.FINISHED, LedgerReason.STARTED, LedgerReason.REOPENED, LedgerReason.HANDED_ON})


class CorrectionForm(forms.Form):
    """To whom days belong; how many they are cannot be changed."""

    side = forms.ChoiceField(label="On whose side", choices=[(side.value, name) for side, name in SIDES])
    reason = forms.ChoiceField(label="Why", choices=[(reason.value, name) for reason, name in REASONS])
    note = forms.CharField(
        label="Note",
        help_text="What makes it so. The team sees it here and in the timeline; a shared statement does not show it.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show the ledger of a project."""
    context = project.frame(request, actor, project_id, "days")
    found = ledger_queries.get_ledger(actor=actor, project_id=project_id)
    side = chosen_side(request)
    lines = [entry for entry in reversed(found.entries) if side is None or entry.side is side]
    shown, next_cursor = _page(lines, words(request, "cursor"))
    context |= {
        "ledger": found,
        "chart": days_chart.chart_of(found),
        "legend": [(one, NAMES[one.side]) for one in found.sides],
        "side": side.value if side else "",
        "sides": [(one.side.value, NAMES[one.side]) for one in found.sides],
        "lines": [
            (entry, NAMES[entry.side], days_chart.signed(entry.days), first_words(entry), quote_of(entry))
            for entry in shown
        ],
        "next_cursor": next_cursor,
        "shared": statements.find_shared_statement(actor=actor, project_id=project_id),
    }
    return render(request, "desk/project/days.html", context)


def chosen_side(request: HttpRequest) -> LedgerSide | None:
    """Return the side that an address asks for; raises InvalidInputError for one that does not exist."""
    text = words(request, "side")
    try:
        return LedgerSide(text) if text else None
    except ValueError:
        raise InvalidInputError("This is not a side.", remedy="Choose one from the filters.") from None


def first_words(entry: DayEntry) -> str:
    """Return to whom corrected days were put down at first; nothing for others."""
    if entry.corrected_at is None:
        return ""
    return f"{NAMES[entry.first_side]}, {dict(REASONS)[entry.first_reason].lower()}"


def quote_of(entry: DayEntry) -> str:
    """Return what somebody said, or what changed; that the task itself was begun or finished is said by the reason."""
    return "" if entry.reason in _SAY_ENOUGH else entry.text


def _page(lines: list[DayEntry], cursor: str) -> tuple[list[DayEntry], str | None]:
    """Return the lines after a cursor, which is the place of the last line seen: later days do not move it."""
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 9:
            raise InvalidInputError("This page does not exist.", remedy="Start from the first page.")
        lines = [entry for entry in lines if entry.position < int(cursor)]
    shown = lines[:PAGE]
    return shown, str(shown[-1].position) if len(lines) > PAGE else None


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor, project_id: UUID) -> StreamingHttpResponse:
    """Send the ledger as CSV, days in a row for the same reason in one line, the latest last."""
    found = ledger_queries.get_ledger(actor=actor, project_id=project_id)
    side = chosen_side(request)
    return csv_answer(f"days-{project_id}.csv", _HEAD, _rows(found, side))


_HEAD = (
    "From",
    "To",
    "Working days",
    "Side",
    "Reason",
    "What was said",
    "Task",
    "Who",
    "Set by",
    "Note",
    "Corrected by",
    "First put down to",
)


def _rows(found: DayLedger, side: LedgerSide | None) -> Iterator[tuple[object, ...]]:
    for entry in found.entries:
        if side is None or entry.side is side:
            yield (
                entry.since.isoformat(),
                entry.on.isoformat(),
                entry.days,
                NAMES[entry.side],
                entry.words,
                entry.text,
                entry.task_name,
                entry.person,
                entry.actor_name,
                entry.note,
                entry.corrected_by,
                first_words(entry),
            )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def correct(request: HttpRequest, actor: Actor, project_id: UUID, entry_id: UUID) -> HttpResponse:
    """Ask to whom days belong, and put them down there."""
    found = ledger_queries.get_ledger(actor=actor, project_id=project_id)
    entry = next((one for one in found.entries if one.id == entry_id), None)
    if entry is None:
        raise NotFoundError("There is no such line.", remedy="Look for it in the days of this project.")
    initial = {"side": entry.side.value, "reason": entry.reason.value, "note": entry.note}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)

    def carry_out() -> str:
        day_corrections.correct_days(
            actor=actor,
            project_id=project_id,
            entry_id=entry_id,
            count=entry.count,
            side=LedgerSide(form.cleaned_data["side"]),
            reason=LedgerReason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            at=clock.now(),
        )
        return "The days are put down anew."

    unit = "working day" if abs(entry.days) == 1 else "working days"
    question = Question(
        title=f"Correct {abs(entry.days)} {unit} of “{entry.task_name or entry.words}”",
        text="The number of days stays, and what was written down first is kept.",
        verb="Put down here",
    )
    beneath = reverse("project_days", kwargs={"project_id": project_id})
    return asks.ask(request, question, form, carry_out, beneath=beneath)
