"""Every code that linting a playbook can report; the guide lists them, and a test compares the two."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstwin.playbooks.contracts import ProblemLevel


@dataclass(frozen=True, slots=True)
class LintCode:
    """A kind of problem: whether it stops publishing, and what it means."""

    level: ProblemLevel
    meaning: str


def _error(meaning: str) -> LintCode:
    return LintCode(ProblemLevel.ERROR, meaning)


def _warning(meaning: str) -> LintCode:
    return LintCode(ProblemLevel.WARNING, meaning)


LINT_CODES: Mapping[str, LintCode] = {
    # Form
    "empty": _error("The file holds nothing."),
    "invalid_yaml": _error("The file is not YAML."),
    "too_large": _error("The file is larger than a playbook can be."),
    "too_deep": _error("Values are nested too deep, or an alias contains itself."),
    "unknown_tag": _error("A YAML tag asks for something other than plain data."),
    "missing_format": _error("The file does not begin with `firstwin: playbook/1`."),
    "unknown_format": _error("The file names a format that this version does not read."),
    "unknown_key": _error("A key is not known at this place."),
    "missing_key": _error("A key that is needed is left out."),
    "duplicate_yaml_key": _error("A key stands twice in one mapping."),
    "wrong_type": _error("A value is of another type than the key takes."),
    "unknown_value": _error("A value is none of those that are possible."),
    "unfit_text": _error("A text is too long or holds control characters."),
    "several_kinds": _error("A task carries the settings of more than one kind, or of another kind than it says."),
    # Names and references
    "invalid_key": _error("A key holds other signs than a-z, 0-9, - and _ or begins with another sign."),
    "empty_name": _error("A name or label is empty."),
    "duplicate_key": _error("Two parts have the same key. Stages and tasks share one list of keys."),
    "unknown_role": _error("A role is named that the playbook does not declare."),
    "unknown_task": _error("A task or stage is named that does not exist."),
    "unknown_stage": _error("An overlay adds tasks to a stage that does not exist."),
    "overlay_task_elsewhere": _error("Something waits for a task that only an overlay adds."),
    "dependency_cycle": _error("Tasks or stages wait for each other in a circle."),
    "later_stage": _warning("A task waits for a task of a later stage."),
    "unreachable_task": _error("A task can never be part of a plan, or waits for one that is never there with it."),
    "fallback_cycle": _error("Roles fall back on each other in a circle."),
    # Conditions
    "condition_syntax": _error("A condition is not valid CEL."),
    "condition_too_long": _error("A condition is longer or more nested than allowed."),
    "condition_unknown_function": _error("A condition calls a function that is not allowed."),
    "condition_unknown_field": _error("A condition asks about a field that does not exist."),
    "condition_unknown_value": _error("A condition compares with a value that the field can never have."),
    "condition_type": _error("A condition compares values of types that do not fit, or is not true or false."),
    "condition_never_holds": _error("A condition can never be true."),
    "condition_always_holds": _warning("A condition is always true."),
    "overlay_without_condition": _warning("An overlay names nothing that it applies to; it must be chosen by hand."),
    "overlay_without_effect": _warning("An overlay adds and removes nothing."),
    # Time
    "due_before_start": _error("Something is due before it starts."),
    "invalid_duration": _error("A length of time is zero, negative, or the shortest is longer than the longest."),
    "duration_ignored": _warning("A task has a start, a due time and a duration; the duration has no effect."),
    "repeat_without_end": _error("A repetition needs either a number of times or an end, not both."),
    "anchor_never_set": _error("A time hangs on an anchor that nothing in the playbook sets."),
    "anchor_set_twice": _warning("Two tasks set the same anchor."),
    "anchor_not_settable": _error("A task says that it sets an anchor that is set by the product itself."),
    "anchor_circle": _error("A time hangs on an anchor that only its own task or stage sets."),
    # Kinds
    "meeting_without_attendees": _error("A meeting has no attendees."),
    "message_without_recipients": _error("A message goes to nobody."),
    "message_without_text": _error("A message has no subject or no body."),
    "milestone_without_criterion": _error("A milestone does not say when it is reached."),
    "milestone_without_target": _warning("A milestone names a metric but no target."),
    "form_without_fields": _error("A form asks nothing."),
    "file_request_without_files": _error("A file request does not say which files."),
    "approval_without_statement": _error("An approval does not say what is approved."),
    "training_without_audience": _warning("A training is for nobody."),
    "survey_without_audience": _warning("A survey asks nobody."),
    "usage_without_event": _error("A usage task does not name the event that completes it."),
    "usage_said_twice": _error("A usage task names an event and a goal."),
    "invalid_goal": _error("A goal asks for nothing, for things that do not go together, or for what cannot be."),
    "unknown_feature": _warning("A goal names a feature that this workspace does not have."),
    "integration_without_system": _error("An integration does not name the system."),
    "invalid_number": _error("A number is outside of what makes sense at this place."),
    "unknown_survey": _error("A survey is of a type that does not exist."),
    "unknown_comparison": _error("A comparison is none of >=, >, <=, <, ==."),
    "choice_without_choices": _error("A question with choices has none."),
    "invalid_default": _error("The default of a question is none of its possible answers."),
    "cannot_be_automatic": _error("A task of this kind cannot be done by the product itself."),
    "internal_customer_task": _error("The customer is to do something that the customer cannot see."),
    "no_owner": _warning("A task has no owner."),
    # Texts
    "unknown_placeholder": _error("A text holds a placeholder that does not exist."),
    "broken_placeholder": _error("A placeholder is not closed or is empty."),
    # The whole
    "no_stages": _error("The playbook has no stages."),
    "empty_stage": _warning("A stage has no tasks."),
    "no_first_value": _warning("No milestone marks the first win."),
    "several_first_values": _warning("More than one milestone marks the first win."),
    "unused_role": _warning("A role is declared but nobody needs it."),
    "unused_field": _warning("A question is asked but its answer is never used."),
    "unknown_language": _error("The language is no language code."),
}
