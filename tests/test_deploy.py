"""The image without Docker: what its Dockerfile runs, copies and sets, done in a folder."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from bot import __version__
from bot.settings import Settings, needed_to_run

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMPOSE = yaml.safe_load((ROOT / "docs/deploy/compose.yml").read_text())
PACKAGES = Path(pytest.__file__).parents[1]
NOBODY = 65534


def stages(text: str) -> list[list[tuple[str, str]]]:
    """The stages of a Dockerfile, each as its instructions with what follows them."""
    made: list[list[tuple[str, str]]] = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            made.append([])
        if instruction:
            made[-1].append((instruction, rest))
    return made


BUILD, FINAL = stages((ROOT / "Dockerfile").read_text())
TOLD = dict(FINAL)


@dataclass(frozen=True)
class Image:
    """The folder that stands for the image's root, with `src` as it is built and `opt/lipsync` as it is shipped."""

    root: Path

    def moved(self, text: str) -> str:
        """The same with the image's folders under this root."""
        return re.sub(r"(?<![\w.])/(opt|data|src)\b", rf"{self.root}/\1", text)

    def build(self) -> None:
        """Do every COPY and RUN of the first stage."""
        for instruction, rest in BUILD:
            if instruction == "COPY":
                *sources, target = rest.split()
                for source in sources:
                    self._copy(ROOT / source, self.root / "src" / (source if target == "./" else target))
            if instruction == "RUN":
                self._install(shlex.split(self.moved(rest)))

    def _copy(self, source: Path, target: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)

    def _install(self, words: list[str]) -> None:
        """One RUN; nothing is fetched, what the tests run with takes its place."""
        if words[0] == "python":
            words[0] = sys.executable
        if words[1] == "install":
            words += ["--no-index", "--disable-pip-version-check"]
            words += ["--dry-run"] if "--require-hashes" in words else ["--no-build-isolation"]
        subprocess.run(words, cwd=self.root / "src", check=True, capture_output=True, timeout=180)
        if "venv" in words:
            (here,) = (self.root / "opt/lipsync/lib").glob("python*/site-packages")
            (here / "already_there.pth").write_text(f"{PACKAGES}\n")

    def start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The entry point with these arguments, the image's environment, and no rights but on /data, if we may."""
        set_here = dict(each.split("=", 1) for each in shlex.split(self.moved(TOLD["ENV"])))
        environment = set_here | {"PATH": set_here["PATH"].replace("$PATH", os.defpath), "PYTHONDONTWRITEBYTECODE": "1"}
        (program,) = yaml.safe_load(TOLD["ENTRYPOINT"])
        found = shutil.which(program, path=environment["PATH"])
        assert found is not None
        return subprocess.run(
            [found, *arguments], env=environment, cwd=self.moved(TOLD["WORKDIR"]), user=unprivileged(self.root),
            capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip


def unprivileged(root: Path) -> int | None:
    """Who to be instead of root, where others can reach the interpreter, its packages and this folder."""
    needed = (Path(sys.executable).resolve(), PACKAGES, root)
    closed = [path for each in needed for path in (each, *each.parents) if not path.stat().st_mode & 0o001]
    return NOBODY if os.geteuid() == 0 and not closed else None


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    made = Image(tmp_path_factory.mktemp("image"))
    (made.root / "src").mkdir()
    (made.root / "data").mkdir()
    made.build()
    if unprivileged(made.root) is not None:
        os.chown(made.root / "data", NOBODY, NOBODY)
    shipped = [path for path in (made.root / "opt").rglob("*") if not path.is_symlink()]
    for path in shipped:
        path.chmod(path.stat().st_mode & ~0o222)
    yield made
    for path in shipped:
        path.chmod(path.stat().st_mode | 0o200)


def test_the_program_starts(image: Image) -> None:
    assert image.start("--version").stdout == f"lipsync-bot {__version__}\n"


def test_the_database_is_made_on_the_volume_and_nothing_else_is_written(image: Image) -> None:
    before = {path for path in image.root.rglob("*") if "data" not in path.relative_to(image.root).parts[:1]}
    done = image.start("migrate")
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n"), done.stderr
    assert (image.root / "data/lipsync.db").stat().st_size > 0
    after = {path for path in image.root.rglob("*") if "data" not in path.relative_to(image.root).parts[:1]}
    assert after == before


def test_what_is_started_without_settings_says_so_and_ends(image: Image) -> None:
    done = image.start(*yaml.safe_load(TOLD["CMD"]))
    assert done.returncode == 2
    assert done.stderr.startswith("SLACK_BOT_TOKEN is not set: ")


def test_the_health_check_is_a_command_of_the_program_and_needs_no_shell(image: Image) -> None:
    _, _, check = TOLD["HEALTHCHECK"].partition("CMD ")
    program, *arguments = yaml.safe_load(check)
    assert [program] == yaml.safe_load(TOLD["ENTRYPOINT"])
    done = image.start(*arguments, "--url", "http://127.0.0.1:1/healthz")
    assert (done.returncode, done.stdout) == (1, "")


def test_the_doctor_is_in_the_image(image: Image) -> None:
    done = image.start("doctor", "--json")
    assert done.returncode == 2
    assert "SLACK_BOT_TOKEN is not set" in [each["detail"] for each in json.loads(done.stdout)]


def test_the_readme_starts_the_container_with_what_the_image_needs() -> None:
    (line,) = re.findall(r"docker run (.+)", README.replace("\\\n", " "))
    words = shlex.split(line)
    given = [each.partition("=")[0] for flag, each in pairwise(words) if flag == "-e"]
    needed = needed_to_run({"SLACK_APP_TOKEN": "xapp-…"})
    assert set(given) == {"SLACK_APP_TOKEN", *(name.upper() for name in needed)}
    (volume,) = [each for flag, each in pairwise(words) if flag == "-v"]
    (port,) = [each for flag, each in pairwise(words) if flag == "-p"]
    assert volume.partition(":")[2] == TOLD["VOLUME"]
    assert port.rpartition(":")[2] == TOLD["EXPOSE"] == str(Settings.read({}).port)


def test_without_docker_the_readme_installs_as_the_image_does() -> None:
    told = [" ".join(line.split()) for line in re.findall(r"`([^`]*(?:-m venv|pip install)[^`]*)`", README)]
    done = [rest for name, rest in BUILD if name == "RUN"]
    here = [each.replace("/opt/lipsync", ".venv").replace(" --no-cache-dir", "") for each in done]
    assert told == [re.sub(r"^python ", "python3 ", each) for each in here]


def test_the_manifest_is_in_the_package(image: Image) -> None:
    assert image.start("manifest").stdout == (ROOT / "manifest.yml").read_text()


def test_the_package_holds_all_that_the_source_does(image: Image) -> None:
    (installed,) = (image.root / "opt/lipsync/lib").glob("python*/site-packages/bot")
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if "__pycache__" not in path.parts}
    source = {path.relative_to(ROOT / "bot").as_posix() for path in (ROOT / "bot").rglob("*") if path.is_file()}
    wanted = {name for name in source if "__pycache__" not in name}
    assert {"store/migrations/versions/0001_first_tables.py", "sandbox/page/index.html"} <= wanted <= names


def test_the_image_runs_without_rights_and_keeps_its_database_on_a_volume() -> None:
    assert TOLD["USER"] not in ("root", "0")
    assert TOLD["VOLUME"] in dict(each.split("=", 1) for each in shlex.split(TOLD["ENV"]))["DATABASE_URL"]
    assert all("--no-cache-dir" in rest for name, rest in BUILD if name == "RUN" and "pip" in rest)


def test_compose_writes_only_to_the_volume_and_the_temporary_folder() -> None:
    service = COMPOSE["services"]["lipsync"]
    (volume,) = service["volumes"]
    name, _, place = volume.partition(":")
    assert (place, service["tmpfs"], service["read_only"]) == (TOLD["VOLUME"], "/tmp", True)  # noqa: S108 - the image's
    assert name in COMPOSE["volumes"]
    assert (ROOT / "docs/deploy" / service["build"] / "Dockerfile").exists()
    assert f"docs/deploy/{service['env_file']}" in (ROOT / ".gitignore").read_text().splitlines()
