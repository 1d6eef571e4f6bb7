import pytest

from firstwin.config.env import KNOWN, Env, SettingError


def read(**environ: str) -> Env:
    return Env({f"FIRSTWIN_{name}": value for name, value in environ.items()})


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("ON", True), ("1", True), ("no", False), ("false", False)])
def test_a_flag_is_written_in_words(text: str, value: bool) -> None:
    assert read(MAILBOX=text).flag("FIRSTWIN_MAILBOX", default=not value, help="") is value


def test_an_empty_variable_counts_as_absent() -> None:
    assert read(PORT=" ").number("FIRSTWIN_PORT", 8642, help="") == 8642


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12a", "FIRSTWIN_PORT='12a' is not a whole number."),
        ("0", "FIRSTWIN_PORT=0 is out of range. Choose 1 to 65535."),
        ("70000", "FIRSTWIN_PORT=70000 is out of range. Choose 1 to 65535."),
    ],
)
def test_a_bad_number_says_what_is_possible(text: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(PORT=text).number("FIRSTWIN_PORT", 8642, at_least=1, at_most=65535, help="")
    assert str(caught.value) == message


def test_a_bad_flag_and_a_bad_choice_say_what_is_possible() -> None:
    with pytest.raises(SettingError, match="Write yes or no"):
        read(MAILBOX="maybe").flag("FIRSTWIN_MAILBOX", default=True, help="")
    with pytest.raises(SettingError, match="Choose one of: debug, info"):
        read(LOG_LEVEL="loud").choice("FIRSTWIN_LOG_LEVEL", "info", ("debug", "info"), help="")


@pytest.mark.parametrize(
    "text", ["mysql://u:hush@host/db", "postgresql://", "postgresql://u:hush@host:port/db", "hush"]
)
def test_a_bad_address_is_refused_without_repeating_its_password(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(DATABASE_URL=text).url("FIRSTWIN_DATABASE_URL", "", ("postgresql", "sqlite"), help="")
    assert "hush" not in str(caught.value)
    assert "postgresql:// or sqlite://" in str(caught.value)


def test_an_unknown_setting_is_refused_with_the_nearest_known_one() -> None:
    assert "FIRSTWIN_DATABASE_URL" in KNOWN
    with pytest.raises(SettingError) as caught:
        read(DATABSE_URL="x").refuse_unknown()
    assert str(caught.value) == (
        "Unknown setting FIRSTWIN_DATABSE_URL. Did you mean FIRSTWIN_DATABASE_URL? "
        "docs/guide/settings.md lists what there is."
    )


def test_variables_of_others_are_none_of_our_business() -> None:
    Env({"DATABASE_URL": "x", "HOME": "y"}).refuse_unknown()
