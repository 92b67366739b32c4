"""What the documents say is so: links, commands, settings, packages, decisions."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from motcua import settings, tampering

ROOT = Path(__file__).parents[3]
GUIDES = (
    "README.md",
    "CONTRIBUTING.md",
    "deploy/README.md",
    "docs/architecture.md",
    "docs/operating.md",
    "docs/auditing.md",
)
SOURCES = ("kernel", "services", "motcua", "deploy")

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def markdown() -> list[Path]:
    """Every Markdown file that is part of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).exists()]


def text(path: str) -> str:
    """A document as it stands."""
    return (ROOT / path).read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """What can be linked to in a file: its headings, as they are turned into anchors."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", markdown(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    prose = _FENCE.sub("", document.read_text(encoding="utf-8"))
    for link in (found[0] or found[1] for found in _LINK.findall(prose)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name) if name else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for guide in GUIDES:
        named = set(re.findall(r"(?:`|^ {4})make ([a-z]+)\b", text(guide), re.MULTILINE))
        assert named <= targets, guide


def test_the_readme_names_the_commands_to_begin_with() -> None:
    assert {"make up", "make demo", "make test", "make clean"} <= set(
        re.findall(r"make [a-z]+", text("README.md"))
    )


def test_the_operating_guide_has_the_settings_of_the_code() -> None:
    guide = text("docs/operating.md")
    assert settings.with_table(guide) == guide, "run `make docs`"
    assert not re.search(r"\|\s*\|$", settings.table(), re.MULTILINE), "a setting lacks its meaning"


def test_the_auditing_guide_has_the_table_of_the_code() -> None:
    guide = text("docs/auditing.md")
    assert tampering.with_table(guide) == guide, "run `make docs`"


def test_no_setting_is_missing_from_the_table() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in SOURCES for path in (ROOT / room).rglob("*.py")
    )
    read = set(re.findall(r"(?:env|port_variable)=\"([A-Z_]+)\"", code))
    assert read <= set(re.findall(r"`([A-Z_]+)`", settings.table()))


def test_every_setting_that_is_named_exists() -> None:
    known = set(re.findall(r"`([A-Z_]+)`", settings.table()))
    compose = text("docker-compose.yml") + text("deploy/bootstrap.sh") + text("deploy/Dockerfile")
    for document in markdown():
        named = re.findall(r"`([A-Z]+_[A-Z_]+[A-Z])`", document.read_text(encoding="utf-8"))
        for name in named:
            plain = name.removesuffix("_FILE").removeprefix("TEST_")
            in_code = plain in known or plain in compose or _is_constant(plain)
            assert in_code, f"{document.relative_to(ROOT)}: {name}"


def _is_constant(name: str) -> bool:
    return any(
        re.search(rf"^{name}\b", path.read_text(encoding="utf-8"), re.MULTILINE)
        for room in SOURCES
        for path in (ROOT / room).rglob("*.py")
    )


def test_every_package_has_its_line() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    wanted = list(project["project"]["dependencies"])
    for group in project["dependency-groups"].values():
        wanted += [item for item in group if isinstance(item, str)]
    assets = json.loads(text("services/portal/assets/package.json"))
    names = {re.split(r"[<>=\[ ]", item)[0].lower() for item in wanted}
    names |= set(assets["dependencies"]) | set(assets["devDependencies"])
    chosen, _, _ = text("docs/decisions/0002-packages.md").partition("## Left out")
    described = set(re.findall(r"^\| (?!Package)([\w@/.-]+) \|", chosen, re.MULTILINE))
    assert described == names


def test_every_decision_is_in_the_index_by_its_number() -> None:
    index = text("docs/decisions/README.md")
    for path in (ROOT / "docs/decisions").glob("0*.md"):
        number = int(path.name[:4])
        assert f"| {number} | [" in index
        assert f"({path.name})" in index
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. ")


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "docs/pictures").iterdir()), ids=lambda p: p.name
)
def test_pictures_are_small_and_shown(picture: Path) -> None:
    assert picture.stat().st_size <= 200_000
    assert any(picture.name in path.read_text(encoding="utf-8") for path in markdown())
