import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firstwin.config import secrets_file
from firstwin.config.env import SettingError


def test_a_new_data_folder_and_its_secret_are_for_the_owner_only(tmp_path: Path) -> None:
    folder = secrets_file.prepare_folder(tmp_path / "deep" / "home")
    secrets_file.read_or_create(folder / "secret_key")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_all_who_start_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: secrets_file.read_or_create(tmp_path / "secret_key"), range(40)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(SettingError, match="is empty"):
        secrets_file.read_or_create(tmp_path / "secret_key")


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="cannot be made"):
        secrets_file.prepare_folder(tmp_path / "file" / "home")
