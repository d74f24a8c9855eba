"""What docs/ tells operators is true of the program."""

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.logs import Redaction, _Json
from bot.settings import Settings, variable_names
from bot.web import Metrics
from tests.web.test_looking import everything_that_happens

DOCS = Path(__file__).parent.parent.parent / "docs"
UNIT, CONTAINER, GUIDE = (
    (DOCS / name).read_text("utf-8") for name in ("kildebot.service", "Containerfile", "operating.md")
)


class Unit(configparser.RawConfigParser):
    """A unit of systemd: a name may stand several times, and is written as it is."""

    def __init__(self) -> None:
        super().__init__(strict=False, comment_prefixes=("#", ";"), inline_comment_prefixes=None, delimiters=("=",))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit() -> Unit:
    parsed = Unit()
    parsed.read_string(UNIT)
    return parsed


@pytest.mark.parametrize("text", [UNIT, CONTAINER, GUIDE], ids=["unit", "container", "guide"])
def test_only_settings_that_exist_are_named(text: str) -> None:
    named = set(re.findall(r"\b(?:KILDEBOT|TELEGRAM|OPENAI)_[A-Z_]+\b", text))

    assert named
    assert named <= {*variable_names().values()}


def test_the_unit_runs_the_bot_without_rights_and_gives_it_time_to_end() -> None:
    service = unit()["Service"]

    assert service["ExecStart"].endswith("/kildebot telegram")
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) == 15
    assert service["DynamicUser"] == service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert "StateDirectory" in service
    assert not re.search(r"(?m)^Environment=.*(?:TOKEN|KEY|SECRET)", UNIT)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    file = tmp_path / "kildebot.service"
    file.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", UNIT))

    def analysed(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["systemd-analyze", *arguments, str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)

    verified = analysed("verify", "--man=no")
    assert "kildebot.service" not in verified.stderr
    rated = re.search(r"exposure level for kildebot\.service: ([\d.]+)", analysed("security", "--offline=true").stdout)
    assert rated
    assert float(rated[1]) < 2.0


def test_the_image_has_only_hashed_versions_and_no_secrets_and_runs_without_rights() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", CONTAINER)
    installed = re.findall(r"pip install (.+)", CONTAINER)

    assert {*" ".join(copied).split()} == {
        *["requirements.lock", "requirements-dev.lock", "pyproject.toml", "README.md", "LICENSE"],
        *["bot", "vectorstore", "seeds"],
    }
    assert all("--require-hashes" in each or "--no-deps --no-index" in each for each in installed)
    assert re.search(r"(?m)^USER kildebot$", CONTAINER)
    assert re.search(r"(?m)^STOPSIGNAL SIGTERM$", CONTAINER)
    assert re.search(r"(?m)^VOLUME /data$", CONTAINER)


def test_the_image_looks_at_health_where_the_bot_listens() -> None:
    listens = re.search(r"KILDEBOT_LISTEN=(\S+)", CONTAINER)
    check = re.search(r"(?m)^HEALTHCHECK .* CMD (\[.+\])$", CONTAINER)
    assert listens
    assert check

    program, option, code = json.loads(check[1])
    assert (program, option) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert f"http://{listens[1]}/healthz" in code


def test_where_it_listens_is_said_right() -> None:
    assert Settings.model_fields["listen"].default in GUIDE
    assert f"`KILDEBOT_RETENTION_DAYS` ({Settings.model_fields['retention_days'].default})" in GUIDE


def test_every_metric_that_is_told_of_exists() -> None:
    metrics = Metrics()
    everything_that_happens(metrics)
    told = metrics.text().decode()

    named = set(re.findall(r"kildebot_[a-z_]+", GUIDE))

    assert len(named) > 12
    assert not {name for name in named if not re.search(rf"(?m)^{name}(?:\{{|_bucket| )", told)}


def test_the_alerts_are_rules_that_prometheus_can_read() -> None:
    found = re.search(r"```yaml\n(.+?)```", GUIDE, re.DOTALL)
    assert found

    (group,) = yaml.safe_load(found[1])["groups"]

    assert len(group["rules"]) == 3
    assert all({"alert", "expr", "annotations"} <= {*rule} for rule in group["rules"])


def test_the_fields_of_a_log_line_are_those_that_are_told_of() -> None:
    import logging
    import sys

    try:
        raise ValueError
    except ValueError:
        record = logging.makeLogRecord({"name": "bot", "msg": "x", "exc_info": sys.exc_info()})
    fields = set(json.loads(_Json(Redaction()).format(record)))
    example = re.search(r"```json\n(.+)\n```", GUIDE)
    assert example

    assert (
        fields
        == set(json.loads(example[1]))
        == set(re.findall(r"(?m)^\| `(time|level|logger|message|error)` \|", GUIDE))
    )
