"""What finished projects teach: the own history as an event log."""

from datetime import datetime

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import ProjectState, TaskState
from firstwin.projects.models import ProjectTask
from firstwin.projects.queries import plans
from firstwin.scheduling.contracts.forecasting import EventLog

_COLUMNS = ("project_id", "key", "finished_at", "baseline_due_at", "project__started_at")


def get_history_log(actor: Actor) -> EventLog:
    """Return the finished projects of a workspace as a log: its start and every task done are the events of a project.

    The planned end of a case is the last promise kept at launch.
    """
    projects = plans.projects_of(actor).filter(state=ProjectState.COMPLETED).values("id")
    rows = (
        ProjectTask.objects.for_actor(actor)
        .filter(project_id__in=projects, state=TaskState.DONE, finished_at__isnull=False)
        .order_by("project_id", "finished_at", "id")
        .values_list(*_COLUMNS)
    )
    cases: dict[object, int] = {}
    activities: dict[str, int] = {"project started": 0}
    events: list[tuple[int, int, datetime]] = []
    planned: dict[int, float] = {}
    for project_id, key, finished_at, due_at, started_at in rows.iterator(chunk_size=5_000):
        if finished_at is None:
            continue
        if project_id not in cases:
            cases[project_id] = len(cases)
            events.append((cases[project_id], 0, started_at))
        case = cases[project_id]
        events.append((case, activities.setdefault(key, len(activities)), max(finished_at, started_at)))
        planned[case] = max(planned.get(case, 0.0), due_at.timestamp())
    return EventLog(
        cases=[event[0] for event in events],
        activities=[event[1] for event in events],
        at=[event[2].timestamp() for event in events],
        case_names=tuple(str(project_id) for project_id in cases),
        activity_names=tuple(activities),
        planned_end=planned,
    )
