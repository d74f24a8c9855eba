"""What people may rely on when they set something, and when they get it wrong."""

import contextlib
import os
import re
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsInvalid
from bot.settings import Settings, load_settings, variable_names

EXAMPLE = Path(__file__).parent.parent / ".env.example"
KEY = "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KILDEBOT_HOME")


def write_env(text: str, encoding: str = "utf-8") -> None:
    path = Path(".env")
    path.write_text(text, encoding=encoding)
    path.chmod(0o600)


def refusal(text: str) -> SettingsInvalid:
    """What is said about a `.env`, in one line and a hint, neither with the key in it."""
    write_env(text)
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    error = caught.value
    for line in (error.message, error.hint):
        assert line
        assert "\n" not in line
        assert KEY not in line
        assert KEY[8:16] not in line
    return error


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()

    assert settings.embedding == ""
    assert settings.openai_api_key.get_secret_value() == ""
    assert settings.home.is_relative_to(Path.home())


def test_the_environment_goes_before_the_file_and_the_option_before_both(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env("KILDEBOT_LANGUAGE=en\nKILDEBOT_LOG_LEVEL=info\nKILDEBOT_HOME=/from/file")
    monkeypatch.setenv("KILDEBOT_LANGUAGE", "nb")

    settings = load_settings(home=Path("/from/option"))

    assert (settings.language, settings.log_level) == ("nb", "info")
    assert settings.home == Path("/from/option")


def test_a_home_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_HOME", "~/articles")

    assert load_settings().home == Path.home() / "articles"


def test_a_home_given_from_here_stays_the_same_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(home=Path("articles")).home == Path.cwd() / "articles"


@pytest.mark.parametrize(
    "line",
    [
        f"OPENAI_API_KEY={KEY}",
        f'OPENAI_API_KEY="{KEY}"',
        f"OPENAI_API_KEY='{KEY}'  # mine",
        f"export OPENAI_API_KEY = {KEY}   ",
        f'OPENAI_API_KEY="  {KEY}\\n"',
        f"openai_api_key={KEY}\r\n",
        f"\ufeffOPENAI_API_KEY={KEY}",
    ],
)
def test_a_key_is_read_however_the_line_was_quoted_and_spaced(line: str) -> None:
    write_env(line)

    assert load_settings().openai_api_key.get_secret_value() == KEY


@pytest.mark.parametrize("value", [f'"{KEY}"', f"'{KEY}'", f" {KEY}\n"])
def test_a_key_from_docker_or_a_file_loses_its_quotes_and_line_break(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", value)

    assert load_settings().openai_api_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    "value", [f"Bearer {KEY}", f"“{KEY}”", f"{KEY[:20]} {KEY[20:]}", f"sk-…{KEY}", f'"{KEY}\\n{KEY}"', f'{KEY}"']
)
def test_a_key_that_no_server_can_take_is_refused_and_not_shown(value: str) -> None:
    error = refusal(f"OPENAI_API_KEY={value}")

    assert "OPENAI_API_KEY" in error.message
    assert "not shown" in error.message


@pytest.mark.parametrize("line", [f'OPENAI_API_KEY="{KEY}', f"OPENAI_API_KEY: {KEY}", f"OPENAI_API_KEY {KEY}"])
def test_a_line_that_cannot_be_read_is_named_by_its_number(line: str) -> None:
    assert "line 2 of .env" in refusal(f"# mine\n{line}\n").message


def test_a_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    settings = load_settings()

    assert KEY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("KILDEBOT_LANGAUGE=nb", "did you mean KILDEBOT_LANGUAGE?"),
        ("KILDEBOT_EMBEDDINGS=x:y", "did you mean KILDEBOT_EMBEDDING?"),
        ("KILDEBOT_XYZZYQWVUTSR=1", "every setting is in .env.example"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_with_the_nearest_that_does(line: str, hint: str) -> None:
    error = refusal(line)

    assert line.partition("=")[0] in error.message
    assert error.hint == hint


def test_a_misspelt_setting_in_the_environment_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDEBOT_LOGLEVEL", "info")

    with pytest.raises(SettingsInvalid, match="KILDEBOT_LOGLEVEL") as caught:
        load_settings()

    assert caught.value.hint == "did you mean KILDEBOT_LOG_LEVEL?"


@pytest.mark.parametrize(("wrong", "right"), [("OPENAI_APIKEY", "OPENAI_API_KEY"), ("KILDBOT_HOME", "KILDEBOT_HOME")])
def test_a_name_that_is_nearly_ours_is_remarked_upon(wrong: str, right: str) -> None:
    write_env(f"{wrong}=x")
    remarks: list[str] = []

    load_settings(warn=remarks.append)

    assert remarks == [f"{wrong} in .env is no setting of ours; did you mean {right}?"]


def test_settings_of_other_programs_in_the_file_are_left_alone() -> None:
    write_env("DATABASE_URL=x\nDEBUG=1\nOPENAI_ORG_ID=x")
    remarks: list[str] = []

    load_settings(warn=remarks.append)

    assert remarks == []


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("KILDEBOT_LANGUAGE=se", "write 'auto', 'nb' or 'en'"),
        ("KILDEBOT_LOG_LEVEL=loud", "write 'debug', 'info', 'warning', 'error' or 'critical'"),
        ("KILDEBOT_EMBEDDING=text-embedding-3-small", "provider:model"),
        ("KILDEBOT_EMBEDDING_DIMENSIONS=0", ".env.example"),
        ("KILDEBOT_EMBEDDING_DIMENSIONS=many", ".env.example"),
        ("OPENAI_BASE_URL=localhost:11434/v1", "http://127.0.0.1:11434/v1"),
        ("OPENAI_BASE_URL=http://127.0.0.1:ten", "http://127.0.0.1:11434/v1"),
        ("OPENAI_BASE_URL=http://[::1", "http://127.0.0.1:11434/v1"),
        ("KILDEBOT_HOME='  '", "leave it out"),
        ("KILDEBOT_HOME=~nobody-has-this-name/x", "in full"),
        ('KILDEBOT_HOME="a\nb"', "quotation mark"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_to_write(line: str, hint: str) -> None:
    error = refusal(line)

    assert error.message.startswith(line.partition("=")[0])
    assert hint in error.hint


def test_openai_without_a_key_is_noticed_at_start() -> None:
    error = refusal("KILDEBOT_EMBEDDING=openai:text-embedding-3-small")

    assert error.message == "KILDEBOT_EMBEDDING asks for OpenAI, which needs a key"
    assert "OPENAI_API_KEY" in error.hint


def test_a_server_of_ones_own_needs_no_key() -> None:
    write_env("KILDEBOT_EMBEDDING=openai:bge-m3\nOPENAI_BASE_URL=http://127.0.0.1:11434/v1")

    assert load_settings().embedding == "openai:bge-m3"


def test_a_file_that_is_not_utf_8_is_said_to_be_so() -> None:
    write_env("KILDEBOT_LANGUAGE=nb", encoding="utf-16")

    with pytest.raises(SettingsInvalid, match="not UTF-8"):
        load_settings()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such bits")
@pytest.mark.parametrize(
    ("text", "mode", "remarks"),
    [(f"OPENAI_API_KEY={KEY}", 0o644, 1), (f"OPENAI_API_KEY={KEY}", 0o600, 0), ("OPENAI_API_KEY=", 0o644, 0)],
)
def test_a_secret_that_everyone_can_read_is_remarked_upon(text: str, mode: int, remarks: int) -> None:
    write_env(text)
    Path(".env").chmod(mode)
    said: list[str] = []

    load_settings(warn=said.append)

    assert len(said) == remarks
    assert all("chmod 600 .env" in line for line in said)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_no_file_whatever_is_in_it_ends_in_anything_but_settings_or_a_refusal(text: str) -> None:
    write_env(f"OPENAI_API_KEY={text}\n{text}\nKILDEBOT_HOME={text}")
    with contextlib.suppress(SettingsInvalid):
        assert isinstance(load_settings(warn=lambda _: None), Settings)


def test_the_example_names_every_setting_and_no_other() -> None:
    assert re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE) == list(variable_names().values())


def test_the_example_explains_each_setting_in_the_words_of_the_code() -> None:
    text = EXAMPLE.read_text("utf-8")
    for name, field in Settings.model_fields.items():
        comment = re.search(rf"((?:^#.*\n)+)^{variable_names()[name]}=", text, re.MULTILINE)
        assert comment, f"{name} has no comment"
        assert f"# {field.description}\n" in comment[1]


def test_the_example_copied_as_it_stands_changes_nothing() -> None:
    before = load_settings()
    write_env(EXAMPLE.read_text("utf-8"))

    assert load_settings() == before


def test_even_a_traceback_holds_no_key() -> None:
    error = refusal(f"OPENAI_API_KEY=Bearer {KEY}")

    assert KEY not in "".join(traceback.format_exception(error))
    assert error.__context__ is None or error.__suppress_context__


def test_tracing_that_sends_questions_away_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    load_settings(warn=warned.append)
    assert not warned, "quoted answers ask nobody"

    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    load_settings(warn=warned.append)
    assert warned == ["LANGSMITH_TRACING is set: questions and the passages found for them are sent to LangSmith"]


@pytest.mark.parametrize(
    ("variables", "model"),
    [
        ({}, ""),
        ({"OPENAI_API_KEY": "sk-1"}, "openai:gpt-6-luna"),
        ({"OPENAI_API_KEY": "sk-1", "KILDEBOT_MODEL": "none"}, ""),
        ({"OPENAI_API_KEY": "sk-1", "KILDEBOT_MODEL": "anthropic:claude"}, "anthropic:claude"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, ""),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "KILDEBOT_MODEL": "openai:llama3.3"}, "openai:llama3.3"),
        ({"KILDEBOT_MODEL": "ollama:llama3.3"}, "ollama:llama3.3"),
    ],
)
def test_a_key_or_a_model_makes_answers_written(
    variables: dict[str, str], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings().chat_model == model


def test_a_price_of_ones_own_goes_before_the_known_one() -> None:
    prices = Settings(prices="gpt-6-luna=1/2 mine=3").price_table
    million = 1_000_000
    assert prices.dollars("openai:gpt-6-luna", million, million) == 3.0
    assert prices.dollars("openai:mine", million, million) == 3.0
    assert prices.dollars("openai:gpt-6-astra", million, million) == 60.0
    assert prices.dollars("ollama:unheard-of", million) is None
