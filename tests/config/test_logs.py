import json
import logging
import os
import subprocess
import sys

from firstwin.config import logs

WRITE_SOME = """
import logging, structlog
from firstwin.config import logs
logs.configure(level="info", format="json")
structlog.contextvars.bind_contextvars(request_id="r1")
structlog.get_logger("firstwin.test").info("sent", recipient_email="ada@example.com", api_token="t0p", count=3)
logging.getLogger("library").warning("hello %s", "you")
logging.getLogger("library").info("not %s", "lost")
logging.getLogger("django.request").error("Internal Server Error: %s", "/portal/secret-token/", extra={"request": 1})
logging.getLogger("library").debug("never")
"""


def written() -> list[dict[str, object]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITE_SOME]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in result.stderr.splitlines()]


def test_every_line_is_json_and_keeps_secrets_people_and_addresses_to_itself() -> None:
    own, foreign, quiet, failed = written()
    assert own["event"] == "sent"
    assert (own["count"], own["request_id"], own["level"]) == (3, "r1", "info")
    assert (own["recipient_email"], own["api_token"]) == (logs.WITHHELD, logs.WITHHELD)
    assert (foreign["event"], foreign["logger"]) == ("hello you", "library")
    assert quiet["event"] == "not lost"
    assert failed["event"] == "unhandled error"
    assert "secret-token" not in json.dumps(failed)


def test_the_levels_are_those_of_the_standard_library() -> None:
    assert all(isinstance(logging.getLevelName(level.upper()), int) for level in logs.LEVELS)
