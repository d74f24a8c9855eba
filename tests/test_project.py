"""What people may rely on about the project as a whole: what it installs, how it starts, what its tests may touch."""

import ast
import re
import shutil
import socket
import subprocess
import sys
import threading
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

from bot.samples import sample_articles_folder

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")

# Beyond the machine: TEST-NET-1 (RFC 5737) and a name that no one can have (RFC 2606).
ELSEWHERE = "192.0.2.1"
NOWHERE = "nowhere.invalid"


def entries(lock: str) -> list[str]:
    """The entries of a lock, each as one line without its comments."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def names_in(lock: str) -> set[str]:
    return {entry.partition("==")[0] for entry in entries(lock)}


def normalised(requirement: str) -> str:
    """The name of a requirement as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_to_one_version_and_its_hashes(lock: str) -> None:
    for entry in entries(lock):
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert not re.search(r"://|^\s*-(?!-hash=)|index-url|find-links|[\s=](?:/|file:)", text, re.MULTILINE)


def test_what_the_project_needs_is_locked() -> None:
    needed = {normalised(requirement) for requirement in PYPROJECT["project"]["dependencies"]}

    assert needed <= names_in("requirements.lock")


def test_what_developers_need_is_locked_and_so_is_the_build_backend() -> None:
    needed = PYPROJECT["dependency-groups"]["dev"] + PYPROJECT["build-system"]["requires"]

    assert {normalised(requirement) for requirement in needed} <= names_in("requirements-dev.lock")


def test_developers_run_the_versions_that_users_run() -> None:
    assert {*entries("requirements.lock")} <= {*entries("requirements-dev.lock")}


def test_every_library_that_the_code_imports_is_a_declared_dependency() -> None:
    project = PYPROJECT["project"]
    everything = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {normalised(requirement) for requirement in chain.from_iterable(everything)}
    distributions = packages_distributions()

    undeclared = {
        f"{path} imports {module}"
        for module, path in imported_libraries()
        if not {normalised(name) for name in distributions.get(module, [module])} & declared
    }

    assert not undeclared


def imported_libraries() -> set[tuple[str, Path]]:
    ours = {"bot", "vectorstore", *sys.stdlib_module_names}
    found = set()
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("vectorstore/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {(module.partition(".")[0], path.relative_to(ROOT)) for module in modules}
    return {(module, path) for module, path in found if module not in ours}


def test_the_program_starts_without_loading_anything_heavy() -> None:
    heavy = ["chromadb", "langchain", "langchain_core", "langchain_openai", "numpy", "openai", "pydantic", "telegram"]
    code = f"import sys, bot.cli; print([name for name in {heavy} if name in sys.modules])"

    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.stdout.strip(), ended.stderr) == ("[]", "")


@pytest.mark.parametrize("name", PYPROJECT["project"]["scripts"])
def test_the_program_is_installed_and_explains_itself(name: str) -> None:
    program = shutil.which(name, path=str(Path(sys.executable).parent))
    assert program, f"{name} is not installed beside {sys.executable}"

    ended = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)

    assert ended.returncode == 0
    assert name in ended.stdout


def test_the_sample_articles_are_found_from_any_folder() -> None:
    numbers = {path.name.partition("-")[0] for path in sample_articles_folder().glob("*.md")}

    assert numbers == {"000", "001", "002", "003", "004"}


def test_a_test_cannot_reach_another_machine(network_refused: list[str]) -> None:
    with pytest.raises(ConnectionError, match=ELSEWHERE):
        socket.create_connection((ELSEWHERE, 80), timeout=1)
    with pytest.raises(ConnectionError, match=NOWHERE):
        socket.getaddrinfo(NOWHERE, 80)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, pytest.raises(ConnectionError, match=ELSEWHERE):
        datagrams.sendto(b"?", (ELSEWHERE, 53))

    assert len(network_refused) == 3
    network_refused.clear()


def test_a_test_that_swallows_the_refusal_is_found_out_all_the_same(network_refused: list[str]) -> None:
    def ask() -> None:
        try:
            socket.create_connection((ELSEWHERE, 80), timeout=1)
        except OSError:
            return

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()

    assert network_refused
    network_refused.clear()


def test_a_test_may_talk_to_this_machine() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_a_test_sees_nothing_of_the_developers_own(home: Path) -> None:
    assert Path.home() == home
    assert Path.cwd().is_relative_to(home)
