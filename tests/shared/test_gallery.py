"""The gallery shows every component there is."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client, override_settings

from firstwin.shared import states
from firstwin.shared.templatetags import ui, ui_blocks, ui_forms
from tests.architecture import tree

TEMPLATES = tree.SOURCE / "shared" / "templates"
FRAME_TAGS = {"sign_in_field"}
"""Tags of single pages that are no component of their own."""


def all_templates() -> list[Path]:
    return [path for path in tree.tracked_files() if path.suffix == ".html" and path.is_relative_to(tree.SOURCE)]


@pytest.fixture
def shown(client: Client) -> tuple[str, set[str]]:
    with override_settings(DEVELOPMENT=True):
        answer = client.get("/gallery/")
    assert answer.status_code == 200
    return answer.content.decode(), {template.name for template in answer.templates if template.name}


def test_every_component_appears_in_the_gallery(shown: tuple[str, set[str]]) -> None:
    _, rendered = shown
    components = {f"ui/{path.name}" for path in (TEMPLATES / "ui").glob("*.html")}
    assert components - rendered == set()


def test_every_tag_appears_in_the_gallery() -> None:
    source = "".join(path.read_text() for path in (TEMPLATES / "gallery").glob("*.html"))
    tags = {*ui.register.tags, *ui_blocks.register.tags, *ui_forms.register.tags} - FRAME_TAGS
    assert {tag for tag in tags if not re.search(r"{%\s*" + tag + r"\b", source)} == set()


def test_every_state_appears_in_the_gallery(shown: tuple[str, set[str]]) -> None:
    page, _ = shown
    assert all(state.word in page for state in states.STATES.values())


def test_the_gallery_is_only_for_development(client: Client) -> None:
    assert client.get("/gallery/").status_code == 404


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    listed = {
        line for line in (tree.ROOT / "frontend/src/ui/icons.txt").read_text().splitlines() if line and line[0] != "#"
    }
    pattern = re.compile(r"""(?:{%\s*icon\s+|icon_name=)"([a-z0-9-]+)\"""")
    named = {name: path.name for path in all_templates() for name in pattern.findall(path.read_text())}
    named |= {state.icon: "states.py" for state in states.STATES.values()}
    assert {name: place for name, place in named.items() if name not in listed} == {}


def test_no_page_styles_or_scripts_itself() -> None:
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*(?:src=|application/json))|\son[a-z]+=\"", re.IGNORECASE)
    mail = tree.SOURCE / "communications"
    found = [tree.shown(path) for path in all_templates() if inline.search(path.read_text())]
    assert [name for name in found if not (tree.ROOT / name).is_relative_to(mail)] == []


def test_an_entry_of_a_menu_sends_its_form() -> None:
    entry = Template('{% menu_button "Archive" type="submit" %}').render(Context())
    assert entry.count("type=") == 1
    assert 'type="submit"' in entry
    assert 'type="button"' in Template('{% menu_button "Ask" %}').render(Context())
