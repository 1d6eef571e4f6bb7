"""Usage, First win: what counts as the first win and for whom, built without code and tried on the past before it is saved."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers.contracts import Segment
from firstwin.desk import queries
from firstwin.desk.http import goal_fields
from firstwin.desk.http.access import desk_page, may_shape
from firstwin.desk.http.task_forms import add_problems
from firstwin.desk.http.usage import charts, frame, plots
from firstwin.identity.contracts import Actor
from firstwin.projects.queries import proofs
from firstwin.shared import clock, wording
from firstwin.shared.errors import ConflictError, InvalidInputError
from firstwin.usage.contracts.first_value import FirstValueRuleInfo, PastReach, RulePlace
from firstwin.usage.contracts.goals import Goal, InvalidGoalError
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.operations import first_value as first_value_operations
from firstwin.usage.queries import features, first_value
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.queries.store import event_reader

PREFIX = "goal"
MOST_SHOWN = 100
SEGMENTS = [(one.value, wording.in_words(one.value)) for one in Segment]


class RuleForm(forms.Form):
    """Whom a rule is for, and its goal; of a rule that is there only the goal can change."""

    def __init__(self, data: Any = None, *, actor: Actor, rule: FirstValueRuleInfo | None = None) -> None:
        super().__init__(data)
        self.actor = actor
        self.rule = rule
        if rule is None:
            self._add_place()
        plain = goal_queries.to_plain(rule.goal) if rule is not None and rule.goal is not None else None
        known = [(one.key, one.name) for one in features.list_features(actor=actor)]
        posted = sum(1 for n in range(goal_fields.MOST_ROWS) if data is not None and data.get(f"{PREFIX}.{n}.kind"))
        self.goal_rows: list[list[str]] = []
        for row in goal_fields.fields_of(
            PREFIX, plain, features=known, at_least=min(posted + 1, goal_fields.MOST_ROWS)
        ):
            self.goal_rows.append(list(row))
            for name, (field, value) in row.items():
                self.fields[name], self.initial[name] = field, value
        self.is_too_rich = not self.goal_rows

    def _add_place(self) -> None:
        playbooks = queries.list_launchable_playbooks(actor=self.actor)
        self.fields["playbook"] = forms.ChoiceField(
            label="Playbook",
            required=False,
            choices=[("", "Every playbook"), *((str(one.id), one.name) for one in playbooks)],
        )
        self.fields["segment"] = forms.ChoiceField(
            label="Segment", required=False, choices=[("", "Every segment"), *SEGMENTS]
        )
        self.fields["account"] = forms.CharField(
            label="Or for one account only",
            required=False,
            max_length=200,
            help_text="As it is called here. Then playbook and segment stay open.",
            widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
        )

    def place_fields(self) -> list[forms.BoundField]:
        """Return the fields that say whom it is for."""
        return [self[name] for name in ("playbook", "segment", "account") if name in self.fields]

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the fields of the goal, one list for each condition."""
        return [[self[name] for name in row] for row in self.goal_rows]

    @cached_property
    def place(self) -> RulePlace:
        """Return whom the rule is for, once the form is valid; raises InvalidInputError for an account that is not there."""
        if self.rule is not None:
            return RulePlace(
                account_id=self.rule.account_id, playbook_id=self.rule.playbook_id, segment=self.rule.segment
            )
        data = self.cleaned_data
        account = None
        if data["account"].strip():
            account = queries.find_account_by_name(actor=self.actor, name=data["account"])
            if account is None:
                self.add_error("account", "No account is called so.")
                raise InvalidInputError("There is no such account.")
        playbook_id = UUID(data["playbook"]) if data["playbook"] else None
        return RulePlace(account_id=account.id if account else None, playbook_id=playbook_id, segment=data["segment"])

    def playbook_name(self) -> str:
        """Return what the chosen playbook is called."""
        if self.rule is not None:
            return ""
        names = dict(self.fields["playbook"].choices)  # type: ignore[attr-defined]
        return str(names[self.cleaned_data["playbook"]]) if self.cleaned_data["playbook"] else ""

    def goal(self) -> Goal:
        """Return the goal, once the form is valid. Raises InvalidGoalError."""
        if self.is_too_rich and self.rule is not None and self.rule.goal is not None:
            return self.rule.goal
        return goal_queries.read_goal(goal_fields.read(PREFIX, self.cleaned_data) or {})


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List what counts as the first win, from the widest rule to the nearest."""
    context = {
        "rules": first_value.list_rules(actor=actor, is_whole=True),
        "own_goals": proofs.list_own_goals(actor=actor),
        "may_shape": may_shape(actor),
    }
    return frame.page(request, "usage_first_value", "first_value.html", context)


@require_safe
@desk_page
def show_past(request: HttpRequest, actor: Actor, rule_id: UUID) -> HttpResponse:
    """Say in one sentence what a rule would have come to; nothing while the event store is away."""
    del request
    rule = first_value.get_rule(actor=actor, rule_id=rule_id)
    past = _preview(actor, rule.goal, rule).get("past") if rule.goal is not None else None
    return HttpResponse(words_of(past) if past is not None else "", content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "POST"])
@desk_page
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say what counts as the first win for somebody new."""
    return _edit(request, actor, None)


@require_http_methods(["GET", "POST"])
@desk_page
def edit(request: HttpRequest, actor: Actor, rule_id: UUID) -> HttpResponse:
    """Change what counts; show what it said before."""
    return _edit(request, actor, first_value.get_rule(actor=actor, rule_id=rule_id))


def _edit(request: HttpRequest, actor: Actor, rule: FirstValueRuleInfo | None) -> HttpResponse:
    form = RuleForm(request.POST if request.method == "POST" else None, actor=actor, rule=rule)
    context: dict[str, Any] = {"form": form, "rule": rule, "may_shape": may_shape(actor)}
    if form.is_bound and form.is_valid():
        try:
            goal = form.goal()
            context["sentence"] = _sentence(actor, goal)
            if request.POST.get("do") == "save":
                _save(request, actor, form, goal)
                return redirect("usage_first_value")
            context |= _preview(actor, goal, form.place)
        except (InvalidInputError, ConflictError) as error:
            _show(form, error)
    elif rule is not None and rule.goal is not None:
        context["sentence"] = rule.sentence
        context |= _preview(actor, rule.goal, rule)
    if rule is not None:
        context["versions"] = first_value.list_versions(actor=actor, rule_id=rule.id)
    context["event_names"] = features.list_track_names(actor=actor)
    context["account_names"] = [] if rule is not None else queries.list_account_names(actor=actor)
    return frame.page(
        request, "usage_first_value", "first_value_form.html", context, status=422 if form.errors else 200
    )


def _save(request: HttpRequest, actor: Actor, form: RuleForm, goal: Goal) -> None:
    version = request.POST.get("version", "")
    first_value_operations.set_rule(
        actor=actor,
        place=form.place,
        goal=goal,
        playbook_name=form.playbook_name(),
        expected_version=int(version) if version.isdecimal() and len(version) < 10 else None,
        at=clock.now(),
    )
    messages.success(request, "Saved. Running onboardings look for it from now on.")


def _sentence(actor: Actor, goal: Goal) -> str:
    names = {one.key: one.name for one in features.list_features(actor=actor)}
    return goal_queries.get_sentence(goal, features=names)


def _preview(actor: Actor, goal: Goal, place: RulePlace) -> dict[str, Any]:
    account_ids = None
    if place.account_id is not None:
        account_ids = [place.account_id]
    elif place.playbook_id is not None:
        account_ids = proofs.list_account_ids(actor=actor, playbook_id=place.playbook_id)
    try:
        past = first_value.preview_goal(
            actor=actor, store=event_reader(), goal=goal, at=clock.now(), account_ids=account_ids, segment=place.segment
        )
    except StoreUnavailableError as error:
        return {"away": error.detail}
    return {"past": past, "chart": chart_of(past), "rows": past.rows[:MOST_SHOWN]}


def chart_of(past: PastReach) -> charts.Chart:
    """Return on which day after the signature accounts would have got there."""
    bars = past.histogram.bars
    width = past.histogram.width
    unit = "day" if width == 1 else f"{width} days"
    columns = [
        plots.Column(
            name=str(bar.first_day),
            value=bar.accounts,
            title=f"From day {bar.first_day}: {bar.accounts}",
            said=str(bar.accounts) if bar.accounts else "",
            tone="done",
        )
        for bar in bars
    ]
    return charts.Chart(
        key="reached",
        title="On which day after the signature?",
        said=f"Accounts per {unit}; n = {past.reached}",
        heads=(charts.Head("From day", charts.Kind.COUNT), charts.Head("Accounts", charts.Kind.COUNT)),
        rows=[(bar.first_day, bar.accounts) for bar in bars],
        plot=plots.columns(columns, summary=words_of(past)) if columns else None,
        empty="" if columns else "Nobody would have reached it",
    )


def words_of(past: PastReach) -> str:
    """Return what a preview found, in a sentence."""
    if not past.accounts:
        return "No account signed long enough ago to tell."
    said = f"Would have been reached by {past.percent} % of {past.accounts} account{'' if past.accounts == 1 else 's'}"
    return f"{said}, median day {past.median_day:g}." if past.median_day is not None else f"{said}."


def _show(form: RuleForm, error: InvalidInputError | ConflictError) -> None:
    if isinstance(error, ConflictError):
        form.add_error(None, f"{error.detail} {error.remedy}".strip())
    elif not isinstance(error, InvalidGoalError):
        if not form.errors:
            add_problems(form, error)
    else:
        for problem in error.problems:
            form.add_error(_field_of(form, problem.place), f"{problem.message} {problem.remedy}".strip())


def _field_of(form: RuleForm, place: str) -> str | None:
    """Return the field that a place in a goal was filled in at."""
    steps = place.split(".")
    number, key = (
        (steps[1], steps[2] if len(steps) > 2 else "")
        if steps[0] in ("all", "any") and len(steps) > 1
        else ("0", steps[0])
    )
    is_number = key in goal_fields.NUMBERS.values()
    name = "number" if is_number else {"sequence": "events", "goal": "kind", "": "kind"}.get(key, key)
    found = f"{PREFIX}.{number}.{name}"
    return found if found in form.fields else None


@require_POST
@desk_page
def check(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say what the goal means as it stands in the form, while somebody fills it in."""
    form = RuleForm(request.POST, actor=actor)
    context: dict[str, Any] = {}
    form.is_valid()
    try:
        context["sentence"] = _sentence(
            actor, goal_queries.read_goal(goal_fields.read(PREFIX, form.cleaned_data) or {})
        )
    except InvalidGoalError as error:
        context["objections"] = error.problems
    return render(request, "desk/usage/_goal_said.html", context)


@require_POST
@desk_page
def remove(request: HttpRequest, actor: Actor, rule_id: UUID) -> HttpResponse:
    """Take a rule away."""
    first_value_operations.remove_rule(actor=actor, rule_id=rule_id, at=clock.now())
    messages.success(request, "Taken away. What is wider counts now.")
    return redirect("usage_first_value_rule", rule_id=rule_id)


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, rule_id: UUID) -> HttpResponse:
    """Take the latest change of a rule back."""
    first_value_operations.undo_change(actor=actor, rule_id=rule_id, at=clock.now())
    messages.success(request, "Taken back.")
    return redirect("usage_first_value_rule", rule_id=rule_id)


@require_POST
@desk_page
def restore(request: HttpRequest, actor: Actor, rule_id: UUID, number: int) -> HttpResponse:
    """Let a rule say again what it said before."""
    first_value_operations.restore_version(actor=actor, rule_id=rule_id, number=number, at=clock.now())
    messages.success(request, f"Version {number} counts again.")
    return redirect("usage_first_value_rule", rule_id=rule_id)
