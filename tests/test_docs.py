"""The commands in README and docs print what is written under them; `--overwrite` writes the outputs anew."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n\$ convcalc ([^\n]*)\n(.*?)```", re.DOTALL)
BLOCKS = [(page, found.group(1)) for page in PAGES for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "command"), BLOCKS, ids=[f"{page.name}: {command[:40]}" for page, command in BLOCKS])
def test_a_command_prints_what_is_written(
    convcalc: Callable[..., Any], request: pytest.FixtureRequest, page: Path, command: str
) -> None:
    ran = convcalc(*shlex.split(command))
    shown = "".join(line.rstrip() + "\n" for line in (ran.out + ran.err).splitlines())
    text = page.read_text(encoding="utf-8")
    written = next(found.group(2) for found in BLOCK.finditer(text) if found.group(1) == command)
    if request.config.getoption("--overwrite") and "…\n" not in written:
        page.write_text(
            text.replace(f"$ convcalc {command}\n{written}", f"$ convcalc {command}\n{shown}"), encoding="utf-8"
        )
        return
    # A line that ends in … may go on in any way: times differ from run to run.
    pattern = re.escape(written).replace("…\n", "[^\n]*\n").replace("…\\\n", "[^\n]*\\\n")
    pattern = re.sub(r"torch\\ [\d.\\]+", lambda _: r"torch\ [\w.+]+", pattern)  # whichever is installed
    assert re.fullmatch(pattern, shown), shown


def test_python_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    for line in code.group(1).splitlines():
        expression, _, said = line.partition("#")
        if not said:
            exec(line, names)  # the README's own lines
        elif not said.strip().startswith("the "):
            assert str(eval(expression, names)) == said.strip()


def test_every_layer_is_in_the_docs() -> None:
    from convcalc.layers import LAYERS

    text = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    assert [name for name in LAYERS if f"`{name}`" not in text] == []


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_sample_questions_are_what_the_command_makes(
    convcalc: Callable[..., Any], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page, made = ROOT / "docs" / "quiz-samples.md", tmp_path / "made.md"
    assert convcalc("quiz", "sample", "-n", "20", "--seed", "2026", "--markdown", str(made)).code == 0
    text = made.read_text(encoding="utf-8")
    if request.config.getoption("--overwrite"):
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text


def test_every_kind_of_question_is_among_the_samples() -> None:
    from convcalc.quiz.registry import kinds

    text = (ROOT / "docs" / "quiz-samples.md").read_text(encoding="utf-8")
    assert [name for name in kinds() if f"`{name}." not in text] == []


GALLERY = ROOT / "docs" / "gallery.md"
DRAWN = re.findall(
    r"^convcalc ((?:draw|compare) .*-o docs/(gallery/\S+).*)$", GALLERY.read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("command", "picture"), DRAWN, ids=[picture for _, picture in DRAWN])
def test_the_gallery_is_what_its_commands_draw(
    convcalc: Callable[..., Any], request: pytest.FixtureRequest, tmp_path: Path, command: str, picture: str
) -> None:
    kept = ROOT / "docs" / picture
    made = kept if request.config.getoption("--overwrite") else tmp_path / kept.name
    ran = convcalc(*shlex.split(command.replace(f"docs/{picture}", str(made))))
    assert ran.code == 0
    if kept.suffix == ".svg":  # places may differ by a hair between versions of matplotlib; what is said may not
        assert said_in(made) == said_in(kept)
    else:
        assert made.read_bytes()[:6] == kept.read_bytes()[:6]
    assert f"]({picture})" in GALLERY.read_text(encoding="utf-8")


def said_in(path: Path) -> list[str]:
    """The texts of an SVG."""
    root = ElementTree.fromstring(path.read_bytes())
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_gallery_has_twelve_pictures() -> None:
    assert len(DRAWN) == 12
    assert {path.name for path in (ROOT / "docs" / "gallery").iterdir()} == {Path(picture).name for _, picture in DRAWN}
