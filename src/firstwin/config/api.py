"""The HTTP API: /api/v1 with one router per domain, and its reference page at /api/docs."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Router
from ninja.openapi.docs import Swagger

from firstwin.calendars.http.api import calendars
from firstwin.communications.http.api import meetings, messages, notifications
from firstwin.config import api_problems
from firstwin.customers.http.api import accounts, contacts, imports
from firstwin.identity.contracts import Scope
from firstwin.identity.http.api import router as identity
from firstwin.identity.http.api_auth import KeyOfProgram, MemberWithSession
from firstwin.playbooks.http.api import router as playbooks
from firstwin.projects.http.api import days, files, projects
from firstwin.projects.http.bookings_api import bookings
from firstwin.projects.http.first_value_api import first_values
from firstwin.projects.http.ledger_api import days_lost, project_days
from firstwin.projects.http.steering_api import router as plans
from firstwin.projects.http.tasks_api import project_tasks
from firstwin.projects.http.tasks_api import router as tasks
from firstwin.projects.http.updates_api import project_updates, update_runs_router
from firstwin.projects.http.workload_api import workload
from firstwin.shared import middleware
from firstwin.usage.http.api import history_imports
from firstwin.usage.http.figures_api import usage_figures
from firstwin.usage.http.keeping_api import usage_keeping
from firstwin.usage.http.known_api import usage
from firstwin.usage.http.signals_api import signals

DESCRIPTION = """
Everything that the product's own pages do, for programs.

**Sign in** with an API key (`Authorization: Bearer fw_...`, made under Settings, API keys). A key reads with the scope
`read` and writes with the scope of the area; `admin` does everything.

**Errors** are `application/problem+json` (RFC 9457) with a stable `code`, a sentence in `detail`, what to do in
`remedy`, and the faulty fields in `errors`.

**Lists** are `{"items": [...], "next_cursor": "..."}`; hand `next_cursor` back as `cursor` for the next page.

**Idempotency**: send a fresh `Idempotency-Key` with a POST and repeat it as often as you like; it is carried out once
and the same answer comes back for 24 hours.

**Limits**: beyond the limit a request is answered 429 with `Retry-After`.
"""

View = Callable[..., Any]

api = NinjaAPI(
    title="Firstwin API",
    version="1",
    description=DESCRIPTION.strip(),
    urls_namespace="api-v1",
    docs_url=None,
)
api_problems.add_handlers(api)


def _as_list(view: View) -> View:
    """Answer a tuple as a list: the framework would take one of two things for a status and a body."""

    @functools.wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        result = view(*args, **kwargs)
        return list(result) if type(result) is tuple else result

    return answer


def mount(prefix: str, router: Router, *, write: Scope, read: Scope = Scope.READ) -> None:
    """Serve a domain's router: members with their session, keys with `read` for reading and `write` for writing."""
    router.add_decorator(_as_list)
    api.add_router(prefix, router, auth=[KeyOfProgram(read=read, write=write), MemberWithSession()])


mount("", identity, write=Scope.ADMIN)
mount("/accounts", accounts, write=Scope.ACCOUNTS_WRITE)
mount("/calendars", calendars, write=Scope.ACCOUNTS_WRITE)
mount("/contacts", contacts, write=Scope.ACCOUNTS_WRITE)
mount("/imports", imports, write=Scope.ACCOUNTS_WRITE)
mount("/messages", messages, write=Scope.PROJECTS_WRITE)
mount("/meetings", meetings, write=Scope.PROJECTS_WRITE)
mount("/notifications", notifications, write=Scope.PROJECTS_WRITE)
mount("/projects", projects, write=Scope.PROJECTS_WRITE)
mount("/projects", project_tasks, write=Scope.PROJECTS_WRITE)
mount("/projects", project_updates, write=Scope.PROJECTS_WRITE)
mount("/projects", plans, write=Scope.PROJECTS_WRITE)
mount("/projects", project_days, write=Scope.PROJECTS_WRITE)
mount("/days", days_lost, write=Scope.PROJECTS_WRITE)
mount("/update-runs", update_runs_router, write=Scope.PROJECTS_WRITE)
mount("/tasks", tasks, write=Scope.PROJECTS_WRITE)
mount("/files", files, write=Scope.PROJECTS_WRITE)
mount("", days, write=Scope.PROJECTS_WRITE)
mount("/workload", workload, write=Scope.PROJECTS_WRITE)
mount("/bookings", bookings, write=Scope.PROJECTS_WRITE)
mount("/history-imports", history_imports, write=Scope.ADMIN)
mount("/usage/first-values", first_values, write=Scope.PLAYBOOKS_WRITE)
mount("/usage/signals", signals, write=Scope.ACCOUNTS_WRITE)
mount("/playbooks", playbooks, write=Scope.PLAYBOOKS_WRITE)
mount("/usage", usage, write=Scope.ACCOUNTS_WRITE)
mount("/usage", usage_figures, write=Scope.ACCOUNTS_WRITE)
mount("/usage", usage_keeping, write=Scope.ADMIN)

_swagger = Swagger({"persistAuthorization": False, "filter": True})


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show the interactive reference, from files that are bundled with the product."""
    response = _swagger.render_page(request, api)
    response["Content-Security-Policy"] = middleware.policy(style_src="'self' 'unsafe-inline'")
    return response
