"""No process outlives the one that started it, even when that one is killed without a chance to say so."""

import os
import signal
import threading
import time

SUPERVISED_VARIABLE = "_FIRSTWIN_SUPERVISED"
"""Set by the supervisor for its children (and so for theirs)."""

_CHECK_EVERY_SECONDS = 1.0
_GRACE_SECONDS = 15.0


def end_with_parent() -> None:
    """Watch the parent, where there is a supervisor, and end this process soon after it is gone."""
    if os.environ.get(SUPERVISED_VARIABLE):
        threading.Thread(target=_watch, args=(os.getppid(),), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_CHECK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)
