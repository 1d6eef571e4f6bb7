"""What a lint remedy says in the editor: the words on the page in place of the words of the YAML form."""

import re

from firstwin.desk.http.playbooks.entries import ANCHORS, PARTS, SETTINGS, Entry
from firstwin.desk.http.playbooks.parts import LISTED
from firstwin.playbooks.contracts import PlaybookProblem
from firstwin.playbooks.contracts.library import PartKind
from firstwin.shared import wording

PHRASES = (
    (r"Write 'first_value: true' on", "Tick “This is the first win” on"),
    *(
        (f"Write 'anchors: {name}' on", f"Choose “{wording.in_words(name)}” under “Sets the date of” on")
        for name in ANCHORS
    ),
    (r"remove 'automatic: true'", "untick “Firstwin does it itself when its time comes”"),
    (r"Set 'visibility: shared' on", "Choose “Shared” under “The customer sees” on"),
    (r"Write either 'times: 5' or 'until: .*?'", "Fill in “How many times” or “Or until”"),
    (r"one of these 'after' links", "one of them under “Waits for”"),
    (r"a start or an 'after' of its own", "a start of its own, or something it waits for"),
    (r" In YAML they need quotes\.", ""),
    (r"Write a '(\w+):'(?=\.| that)", r"Fill in '\1:'"),
)


def remedy_of(problem: PlaybookProblem) -> str:
    """Return the remedy of a problem as somebody follows it in the editor."""
    text = problem.remedy
    kind = next((kind for kind in SETTINGS if problem.code.startswith(f"{kind}_")), "")
    for pattern, words in PHRASES:
        text = re.sub(pattern, words, text)
    return re.sub(r"'(\w+):'", lambda found: f"“{_label(found[1], kind)}”", text)


def _label(name: str, kind: str) -> str:
    """Return what the page calls an entry of the YAML form; the same name means different things for kinds of tasks."""
    for entry in SETTINGS.get(kind, ()):
        if entry.name == f"{kind}.{name}":
            return _said(entry)
    lists = {f"{part.value}s": title for part, title, _ in LISTED}
    if name in lists:
        return lists[name]
    named = (entry for part in (PartKind.TASK, *PARTS) for entry in PARTS[part] if entry.name == name)
    found = next(named, None)
    return _said(found) if found else name.replace("_", " ")


def _said(entry: Entry) -> str:
    return entry.label or wording.in_words(entry.name.split(".")[-1])
