"""The generated papers are what the source says today."""

import pytest

from scripts import papers


@pytest.mark.parametrize("name", papers.PAPERS)
def test_a_generated_paper_is_not_stale(name: str) -> None:
    assert (papers.ROOT / name).read_text() == papers.PAPERS[name](), "run: make docs"
