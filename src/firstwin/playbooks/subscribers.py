"""What playbooks do when something happened below them."""

from firstwin.identity.contracts import system_actor
from firstwin.identity.events import WorkspaceCreated
from firstwin.journal.contracts import Recorded, on
from firstwin.playbooks.operations import builtin


@on(WorkspaceCreated)
def on_workspace_created(_event: WorkspaceCreated, recorded: Recorded) -> None:
    """Give a new workspace the playbooks that ship with the product."""
    builtin.install_builtin_playbooks(actor=system_actor(recorded.workspace_id), at=recorded.at)
