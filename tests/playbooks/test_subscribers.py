from collections.abc import Callable
from datetime import datetime

import pytest

from firstwin.identity.contracts import NewWorkspace, system_actor
from firstwin.identity.operations import workspaces as workspace_operations
from firstwin.playbooks import queries


@pytest.mark.django_db
def test_a_new_workspace_gets_the_built_in_playbooks(now: datetime, run_jobs: Callable[[datetime], int]) -> None:
    created = workspace_operations.create_workspace(
        new=NewWorkspace(name="Quillmark", owner_email="maren@example.com", owner_name="Maren"), at=now
    )
    run_jobs(now)
    library = queries.list_playbooks(actor=system_actor(created.workspace.id)).items
    assert len(library) == 5
    assert all(playbook.is_builtin and playbook.latest_version == 1 for playbook in library)
