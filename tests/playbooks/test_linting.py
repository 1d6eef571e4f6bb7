"""Linting: every code is provoked once, with its place, and a clean playbook has no problem."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookProblem, ProblemLevel
from firstwin.playbooks.rules import facts, linting, reading, satisfying
from firstwin.playbooks.rules.checks import links
from firstwin.playbooks.rules.codes import LINT_CODES
from firstwin.playbooks.rules.findings import MAX_PROBLEMS
from tests.factories import playbooks as make
from tests.playbooks.strategies import DEFINITIONS

BUILTIN = Path(__file__).resolve().parents[2] / "src" / "firstwin" / "playbooks" / "builtin"

CLEAN = """\
firstwin: playbook/1
key: clean
name: Clean
language: en
roles:
  - {key: csm, name: Success manager, side: vendor}
  - {key: owner, name: Project owner, side: customer, fallback: sponsor}
  - {key: sponsor, name: Sponsor, side: customer}
fields:
  - {key: size, label: Size, type: choice, choices: [small, large], default: small}
  - {key: sso, label: Single sign-on, type: boolean}
durations:
  - {segment: enterprise, at_least: 90d, at_most: 180d}
targets:
  - {metric: csat, label: Satisfaction, target: 4.2, comparison: ">="}
stages:
  - key: begin
    name: Begin
    start: {anchor: signature}
    due: {anchor: signature, offset: 10d}
    duration_min: 2d
    duration_max: 10d
    tasks:
      - key: welcome
        name: Welcome
        owner: csm
        automatic: true
        start: {anchor: signature, offset: 1h}
        due: {anchor: signature, offset: 24h}
        message: {to: [owner], subject: "Hello {{ contact.first_name }}", body: "From {{ owner.name }}"}
      - key: call
        name: Kickoff call
        owner: csm
        anchors: kickoff
        after: [welcome]
        meeting: {attendees: [csm, owner], minutes: 45, invite_within: {anchor: signature, offset: 1d}}
      - key: setup
        name: Set up
        owner: owner
        when: project.sso
        duration: 2wd
        estimate_hours: 4
        repeat: {every: 7d, times: 3}
  - key: value
    name: Value
    when: account.segment != 'self_serve'
    tasks:
      - key: questions
        name: Questions
        owner: owner
        form: {fields: [{key: color, label: Color, type: text}]}
      - key: files
        name: Files
        owner: owner
        file_request: {files: [Logo]}
      - key: sign
        name: Sign
        owner: owner
        approval: {statement: We agree, approvers: [sponsor]}
      - key: training
        name: Training
        owner: csm
        when: project.size == 'large' && account.licensed_seats > 10
        training: {audience: [owner], pass_mark: 80}
      - key: ask
        name: Ask
        owner: csm
        survey: {type: csat, question: How was it, audience: [owner], target: 4.2}
      - key: reports
        name: Reports
        owner: owner
        usage: {event: report_created, count: 3, window: 7d}
      - key: connect
        name: Connect
        owner: csm
        integration: {system: CRM}
      - key: win
        name: First win
        owner: csm
        due: {anchor: kickoff, offset: 30d}
        milestone: {criterion: First report, metric: reports, target: 1, first_value: true}
overlays:
  - key: health
    name: Healthcare
    industry: healthcare
    add:
      - stage: begin
        after_task: call
        tasks:
          - {key: hipaa, name: HIPAA, owner: csm}
    remove: [files]
completion:
  - {key: done, text: The first win is proved, task: win}
"""

ADDITIONS = CLEAN[CLEAN.index("    add:") : CLEAN.index("completion:")]
BOTH_ENDS = "        due: {anchor: signature, offset: 24h}\n        duration: 2d\n"
BANKS = """\
  - key: banks
    name: Banks
    industry: financial_services
    add: [{stage: begin, tasks: [{key: hipaa, name: Audit, owner: csm}]}]
completion:
"""

WRONG: list[tuple[str, str, str]] = [
    ("unknown_key", "language: en", "languages: en"),
    ("missing_key", "name: Clean\n", ""),
    ("duplicate_yaml_key", "language: en", "language: en\nlanguage: de"),
    ("wrong_type", "minutes: 45", "minutes: soon"),
    ("unknown_value", "anchors: kickoff", "anchors: kickof"),
    ("several_kinds", "integration: {system: CRM}", "integration: {system: CRM}\n        kind: todo"),
    ("unfit_text", "name: Clean", 'name: "a\\x01"'),
    ("missing_format", "firstwin: playbook/1\n", ""),
    ("unknown_format", "playbook/1", "playbook/2"),
    ("invalid_yaml", "roles:", "roles: ["),
    ("unknown_tag", "name: Clean", "name: !!python/name:os.system x"),
    ("invalid_key", "key: setup", "key: Set up"),
    ("invalid_key", "key: color", "key: a-color"),
    ("invalid_key", "key: clean", "key: ''"),
    ("empty_name", "name: Set up", "name: ' '"),
    ("duplicate_key", "key: ask", "key: sign"),
    ("duplicate_key", "key: hipaa", "key: call"),
    ("duplicate_key", "key: value", "key: win"),
    ("duplicate_key", "{key: sponsor,", "{key: csm,"),
    ("unknown_role", "owner: csm\n        anchors", "owner: cms\n        anchors"),
    ("unknown_role", "to: [owner]", "to: [ownr]"),
    ("unknown_role", "fallback: sponsor", "fallback: sponsr"),
    ("unknown_task", "after: [welcome]", "after: [welcom]"),
    ("unknown_task", "task: win", "task: wine"),
    ("unknown_task", "remove: [files]", "remove: [filez]"),
    ("unknown_task", "after_task: call", "after_task: win"),
    ("unknown_stage", "stage: begin", "stage: began"),
    ("overlay_task_elsewhere", "after: [welcome]", "after: [welcome, hipaa]"),
    ("dependency_cycle", "key: welcome\n", "key: welcome\n        after: [call]\n"),
    ("dependency_cycle", "key: welcome\n", "key: welcome\n        after: [begin]\n"),
    ("dependency_cycle", "name: HIPAA,", "name: HIPAA, after: [hipaa],"),
    ("later_stage", "when: project.sso", "when: project.sso\n        after: [win]"),
    ("unreachable_task", "when: project.size == 'large'", "when: account.segment == 'self_serve'"),
    ("unreachable_task", "name: HIPAA,", "name: HIPAA, when: account.industry == 'saas',"),
    ("unreachable_task", "key: ask\n", "key: ask\n        when: project.size == 'small'\n        after: [training]\n"),
    ("fallback_cycle", "name: Sponsor,", "name: Sponsor, fallback: owner,"),
    ("condition_syntax", "when: project.sso", "when: project.sso = true"),
    ("condition_too_long", "when: project.sso", f"when: {'(' * 30}project.sso{')' * 30}"),
    ("condition_unknown_function", "when: project.sso", "when: today() == 'x'"),
    ("condition_unknown_field", "when: project.sso", "when: project.ssso"),
    ("condition_unknown_field", "when: project.sso", "when: segment == 'enterprise'"),
    ("condition_unknown_value", "'self_serve'", "'selfserve'"),
    ("condition_type", "when: project.sso", "when: account.segment > 3"),
    ("condition_type", "when: project.sso", "when: account.name"),
    ("condition_never_holds", "when: project.sso", "when: project.sso && !project.sso"),
    ("condition_never_holds", "when: project.sso", "when: account.licensed_seats > 5 && account.licensed_seats < 3"),
    ("condition_never_holds", "industry: healthcare", "industry: healthcare\n    when: account.industry == 'saas'"),
    ("condition_always_holds", "when: project.sso", "when: project.sso || !project.sso"),
    ("overlay_without_condition", "    industry: healthcare\n", ""),
    ("overlay_without_effect", ADDITIONS, ""),
    ("due_before_start", "offset: 24h", "offset: 0h"),
    ("due_before_start", "offset: 10d", "offset: -1wd"),
    ("invalid_duration", "duration_min: 2d", "duration_min: 20d"),
    ("invalid_duration", "at_least: 90d", "at_least: 200d"),
    ("invalid_duration", "duration: 2wd", "duration: -2wd"),
    ("invalid_duration", "duration: 2wd", "duration: 2wd\n        duration_max: 1wd"),
    ("invalid_duration", "duration: 2wd", "duration: 2wd\n        duration_min: 3wd"),
    ("invalid_duration", "every: 7d", "every: 0d"),
    ("invalid_duration", "window: 7d", "window: 0d"),
    ("invalid_duration", "minutes: 45", "minutes: 45, notice: -2d"),
    ("duration_ignored", "        due: {anchor: signature, offset: 24h}\n", BOTH_ENDS),
    ("repeat_without_end", "{every: 7d, times: 3}", "{every: 7d}"),
    ("anchor_never_set", "anchor: kickoff", "anchor: go_live"),
    ("anchor_set_twice", "key: connect\n", "key: connect\n        anchors: kickoff\n"),
    ("anchor_not_settable", "anchors: kickoff", "anchors: signature"),
    ("anchor_circle", "anchor: kickoff", "anchor: first_value"),
    ("anchor_circle", "start: {anchor: signature}", "start: {anchor: stage_start}"),
    ("meeting_without_attendees", "attendees: [csm, owner], ", ""),
    ("message_without_recipients", "to: [owner], ", ""),
    ("message_without_text", ', body: "From {{ owner.name }}"', ""),
    ("milestone_without_criterion", "criterion: First report, ", ""),
    ("milestone_without_target", "target: 1, ", ""),
    ("form_without_fields", "form: {fields: [{key: color, label: Color, type: text}]}", "kind: form"),
    ("file_request_without_files", "file_request: {files: [Logo]}", "kind: file_request"),
    ("approval_without_statement", "statement: We agree, ", ""),
    ("training_without_audience", "audience: [owner], pass", "pass"),
    ("survey_without_audience", "audience: [owner], target", "target"),
    ("usage_without_event", "event: report_created, ", ""),
    ("usage_said_twice", "event: report_created, ", "event: report_created, goal: {users: 2}, "),
    ("invalid_goal", "event: report_created, ", "goal: {users: 2, times: 3}, "),
    ("invalid_goal", "event: report_created, ", "goal: {all: [{users: 2}, {days: 0}]}, "),
    ("integration_without_system", "integration: {system: CRM}", "kind: integration"),
    ("invalid_number", "minutes: 45", "minutes: 0"),
    ("invalid_number", "pass_mark: 80", "pass_mark: 180"),
    ("invalid_number", "count: 3", "count: 0"),
    ("invalid_number", "target: 4.2}", "target: 42}"),
    ("invalid_number", "estimate_hours: 4", "estimate_hours: -4"),
    ("invalid_number", "times: 3", "times: 0"),
    ("unknown_survey", "type: csat", "type: csad"),
    ("unknown_comparison", 'comparison: ">="', "comparison: about"),
    ("choice_without_choices", "choices: [small, large], default: small", "choices: []"),
    ("invalid_default", "default: small", "default: medium"),
    ("cannot_be_automatic", "key: sign\n", "key: sign\n        automatic: true\n"),
    ("internal_customer_task", "key: sign\n", "key: sign\n        visibility: internal\n"),
    ("internal_customer_task", "    when: account.segment", "    visibility: internal\n    when: account.segment"),
    ("no_owner", "        owner: csm\n        integration", "        integration"),
    ("unknown_placeholder", "{{ owner.name }}", "{{ owner.nam }}"),
    ("broken_placeholder", "{{ owner.name }}", "{{ owner.name"),
    ("empty_stage", "overlays:", "  - {key: empty, name: Empty}\noverlays:"),
    ("no_first_value", ", first_value: true", ""),
    ("several_first_values", "integration: {system: CRM}", "milestone: {criterion: Other, first_value: true}"),
    ("unused_role", "roles:\n", "roles:\n  - {key: spare, name: Spare, side: vendor}\n"),
    ("unused_field", "fields:\n  - {key: size", "fields:\n  - {key: spare, label: Spare}\n  - {key: size"),
    ("unknown_language", "language: en", "language: English"),
]  # fmt: skip


def codes(problems: tuple[PlaybookProblem, ...]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_clean_playbook_has_no_problem() -> None:
    assert linting.lint_text(CLEAN) == ()


@pytest.mark.parametrize(("code", "old", "new"), WRONG)
def test_a_mistake_is_found_with_place_and_remedy(code: str, old: str, new: str) -> None:
    assert old in CLEAN
    problems = linting.lint_text(CLEAN.replace(old, new, 1), file="clean.yaml")
    problem = next((problem for problem in problems if problem.code == code), None)
    assert problem is not None, problems
    assert problem.level is LINT_CODES[code].level
    assert problem.message
    assert problem.remedy
    assert (problem.file, bool(problem.line), bool(problem.column)) == ("clean.yaml", True, True)


def test_every_code_is_provoked() -> None:
    elsewhere = {"empty", "too_large", "too_deep", "no_stages", "unknown_feature"}
    assert {code for code, _, _ in WRONG} | elsewhere == set(LINT_CODES)
    assert "no_stages" in codes(linting.lint_text("firstwin: playbook/1\nkey: a\nname: A\n"))


def test_a_problem_in_a_goal_points_into_it() -> None:
    goal = "goal:\n            all:\n              - users: 2\n              - {days: 3, times: 4}\n          "
    text = CLEAN.replace("usage: {event: report_created, count: 3, window: 7d}", f"usage:\n          {goal}")
    problem = next(problem for problem in linting.lint_text(text) if problem.code == "invalid_goal")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "times: 4" in row)
    assert (problem.line, problem.column) == (line, text.splitlines()[line - 1].index("times") + 1)
    assert problem.path.endswith("goal.all.1.times")


WAITS_FOR_REPORTS = CLEAN.replace("event: report_created, count: 3, window: 7d", "goal: {feature: reports}")


def test_a_feature_is_missed_only_where_features_are_known() -> None:
    assert linting.lint_text(WAITS_FOR_REPORTS) == ()
    assert linting.lint_text(WAITS_FOR_REPORTS, features={"reports"}) == ()
    assert linting.lint_text("a: [", features=()) == linting.lint_text("a: [")
    text = WAITS_FOR_REPORTS.replace("minutes: 45", "minutes: 0")
    missing = linting.lint_text(text, file="a.yaml", features={"other"})
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "feature: reports" in row)
    found = {problem.code: (problem.level, problem.file, problem.line) for problem in missing}
    assert set(found) == {"invalid_number", "unknown_feature"}
    assert found["unknown_feature"] == (ProblemLevel.WARNING, "a.yaml", line)
    assert [problem.line for problem in missing] == sorted(problem.line or 0 for problem in missing)


def test_a_problem_in_a_condition_points_into_it() -> None:
    problems = linting.lint_text(CLEAN.replace("when: project.sso", 'when: "true && project.ssso"'))
    line = next(number for number, text in enumerate(CLEAN.splitlines(), 1) if "when: project.sso" in text)
    problem = next(problem for problem in problems if problem.code == "condition_unknown_field")
    assert (problem.line, problem.column) == (line, len('        when: "true && ') + 1)
    assert problem.remedy == "Did you mean 'project.sso'?"


def test_a_circle_is_spelled_out() -> None:
    text = CLEAN.replace("key: welcome\n", "key: welcome\n        after: [setup]\n").replace(
        "duration: 2wd", "duration: 2wd\n        after: [call]"
    )
    (problem,) = linting.lint_text(text)
    assert "welcome -> setup -> call -> welcome" in problem.message
    assert problem.path == "stages.begin.tasks.welcome.after.setup"


def test_everything_is_reported_at_once_in_order_of_place() -> None:
    text = CLEAN.replace("minutes: 45", "minutes: 0").replace("to: [owner]", "to: [ownr]").replace("'large'", "'huge'")
    problems = linting.lint_text(text)
    assert codes(problems) == ["unknown_role", "invalid_number", "condition_unknown_value"]
    assert [problem.path for problem in problems] == [
        "stages.begin.tasks.welcome.settings.to.0",
        "stages.begin.tasks.call.settings.minutes",
        "stages.value.tasks.training.when",
    ]


def test_overlays_that_exclude_each_other_may_add_tasks_of_one_key() -> None:
    assert linting.lint_text(CLEAN.replace("completion:\n", BANKS)) == ()
    both = BANKS.replace("industry: financial_services", "segment: enterprise")
    assert codes(linting.lint_text(CLEAN.replace("completion:\n", both))) == ["duplicate_key"]


def test_the_builtin_playbooks_have_no_errors() -> None:
    for file in sorted(BUILTIN.glob("*.yaml")):
        problems = linting.lint_text(file.read_text(encoding="utf-8"), file=file.name)
        assert [problem for problem in problems if problem.level is ProblemLevel.ERROR] == []


@given(DEFINITIONS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_linting_copes_with_any_playbook(definition: PlaybookDefinition) -> None:
    for problem in linting.lint_definition(definition):
        assert problem.code in LINT_CODES
        assert problem.remedy


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30))
@settings(deadline=None)
def test_a_circle_is_found_exactly_when_there_is_one(pairs: list[tuple[int, int]]) -> None:
    tasks = [
        make.task(f"t{number}", after=make.links(*(f"t{target}" for source, target in pairs if source == number)))
        for number in range(13)
    ]
    found = links.circles(make.definition(make.stage("only", *tasks)))
    assert bool(found) == has_circle(pairs)
    for circle in found:
        assert circle[0] == circle[-1]
        steps = {(f"t{source}", f"t{target}") for source, target in pairs}
        assert set(itertools.pairwise(circle)) <= steps


def has_circle(pairs: list[tuple[int, int]]) -> bool:
    left = set(range(13))
    while free := {node for node in left if not any(source == node and target in left for source, target in pairs)}:
        left -= free
    return bool(left)


def test_a_chain_of_ten_thousand_tasks_is_walked() -> None:
    tasks = [make.task("t0")] + [make.task(f"t{n}", after=make.links(f"t{n - 1}")) for n in range(1, 10_000)]
    assert links.circles(make.definition(make.stage("only", *reversed(tasks)))) == []


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("project.needs_sso", "sometimes"),
        ("account.segment == 'enterprise' && account.segment == 'self_serve'", "never"),
        ("account.segment in ['enterprise', 'mid_market', 'self_serve']", "always"),
        ("account.licensed_seats > 10 && account.licensed_seats < 12", "sometimes"),
        ("account.licensed_seats >= 10 && account.licensed_seats < 10", "never"),
        ("account.licensed_seats > -1", "sometimes"),
        ("account.country == 'DE' && account.country != 'DE'", "never"),
        ("account.country > 'A' && account.country < 'B'", "sometimes"),
        ("'a' in account.products && !('a' in account.products)", "never"),
        ("'a' in account.products && 'b' in account.products", "sometimes"),
        ("account.name.startsWith('A') && !account.name.startsWith('A')", "undecided"),
        ("size(account.products) > 1 && size(account.products) < 1", "undecided"),
        ("account.country < 3", "fails"),
        ("has(account.contract_value) && account.contract_value > 5", "sometimes"),
    ],
)  # fmt: skip
def test_whether_a_condition_can_hold(condition: str, outcome: str) -> None:
    trial = satisfying.Trial(facts.condition_fields(make.definition()))
    assert trial.outcome_of(condition).outcome.value == outcome


def test_a_condition_with_too_many_cases_is_left_undecided() -> None:
    trial = satisfying.Trial(facts.condition_fields(make.definition()))
    condition = " && ".join(
        f"account.{name} != '{value}'" for name in ("name", "country", "website", "currency") for value in "abcd"
    )
    assert trial.outcome_of(condition).outcome is satisfying.Outcome.UNDECIDED


def test_lint_of_a_draft_names_paths_instead_of_lines() -> None:
    read = reading.read_yaml(CLEAN.replace("minutes: 45", "minutes: 0"))
    assert read.definition is not None
    (problem,) = linting.lint_definition(read.definition)
    assert (problem.path, problem.line) == ("stages.begin.tasks.call.settings.minutes", None)


def test_a_playbook_full_of_mistakes_is_linted_in_bounded_time() -> None:
    tasks = [
        make.task(
            f"t{n}",
            owner=f"nobody{n}",
            after=make.links(f"x{n}", f"t{(n * 7) % 800}"),
            when=f"account.licensed_seats > {n} && account.country != '{n}' && account.segment == 'enterprise'",
        )
        for n in range(800)
    ]
    problems = linting.lint_definition(make.definition(make.stage("only", *tasks)))
    assert len(problems) == MAX_PROBLEMS


def test_conditions_beyond_the_budget_are_left_undecided() -> None:
    trial = satisfying.Trial(facts.condition_fields(make.definition()), budget=3)
    assert trial.outcome_of("account.segment == 'enterprise'").outcome is satisfying.Outcome.SOMETIMES
    assert trial.outcome_of("project.needs_sso && !project.needs_sso").outcome is satisfying.Outcome.UNDECIDED
    assert trial.outcome_of("account.segment == 'enterprise'").outcome is satisfying.Outcome.SOMETIMES
