"""Journeys: the machine's Chromium walks through a Firstwin that runs for real, web server, worker and all."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import installation
from tests.journeys.installation import Installation

# A busy machine is slow, not wrong: what is waited for may take its time.
expect.set_options(timeout=20_000)

AXE = installation.ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
Scene = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium, or the one named in FIRSTWIN_TEST_CHROMIUM; nothing is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("FIRSTWIN_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    executable = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **executable, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def firstwin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation, shared by the journeys of a process; each makes a workspace of its own."""
    with installation.running(tmp_path_factory.mktemp("firstwin")) as running:
        yield running


@pytest.fixture(scope="session")
def _played() -> dict[tuple[str, str], dict[str, Any]]:
    return {}


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, firstwin: Installation, _played: dict[tuple[str, str], dict[str, Any]]
) -> Scene:
    """Play a scene once for the journeys of a module; one that is walked a second time begins on a stage of its own."""
    is_second_walk = getattr(request.node, "execution_count", 1) > 1

    def play(name: str) -> dict[str, Any]:
        key = (request.module.__name__, name)
        if is_second_walk or key not in _played:
            _played[key] = firstwin.play(name)
        return _played[key]

    return play


@pytest.fixture(scope="session")
def base_url(firstwin: Installation) -> str:
    """Where relative addresses of `page.goto` begin."""
    return firstwin.address


@pytest.fixture
def sign_in(firstwin: Installation) -> Callable[[Page, dict[str, Any]], None]:
    """Sign a member in that a scene made."""

    def enter(page: Page, member: dict[str, Any]) -> None:
        page.context.add_cookies([{"name": "sessionid", "value": member["session"], "url": firstwin.address}])

    return enter


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Let axe look at the page as it stands and fail with what it finds."""

    def look(page: Page) -> None:
        page.wait_for_load_state()  # a link that was clicked shows its address before its page is whole
        found = page.evaluate(f"{AXE.read_text()}; axe.run(document).then((result) => result.violations)")
        told = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
            + "\n    ".join(f"{node['html'][:200]}  {node['failureSummary']}" for node in violation["nodes"][:5])
            for violation in found
        ]
        assert not told, "\n".join(told)

    return look


@pytest.fixture(autouse=True)
def _clean_console(page: Page) -> Iterator[None]:
    """A page that complains in the browser's console (a script error, a refused inline style) fails its journey."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield
    # A request that leaving the page breaks off is no fault of the page; htmx reports it as two errors.
    expected = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
    assert not [text for text in complaints if not text.startswith(expected)]
