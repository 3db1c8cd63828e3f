"""The examples run and say what they should; so does the package's page."""

import os
import re
import subprocess
import sys

import pytest
import skg

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
DATA = os.path.join(ROOT, "examples", "data")
# Where CoDEx lies, for who has it.
CODEX = os.environ.get("SKG_CODEX_LABELS", os.path.join(ROOT, "..", "shared", "data", "codex-labels"))


def run(name, *arguments):
    done = subprocess.run(
        [sys.executable, os.path.join(ROOT, "examples", "python", name), *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_quickstart():
    assert run("quickstart.py") == (
        "Pierre Curie, born 1859\nMarie Curie, born 1867\n3 statements, 4 before the last commit\n")


def test_influence(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "influence.png"
    output = run("influence.py", os.path.join(DATA, "science.ttl"), picture)
    lines = output.splitlines()
    assert re.match(r"\d+ people, \d+ influences", lines[0]) and len(lines) == 6
    ranks = [float(line.split()[0]) for line in lines[1:]]
    assert ranks == sorted(ranks, reverse=True) and 0 < ranks[0] < 1
    with open(picture, "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size > 20000


def test_search():
    lines = run("search.py", DATA, "Curie").splitlines()
    assert lines[0] == "819 statements"
    assert any("Marie Curie" in line for line in lines[1:])


@pytest.mark.skipif(not os.path.exists(CODEX), reason="CoDEx's labels are not here")
def test_search_of_codex():
    lines = run("search.py", CODEX, "person who makes films").splitlines()
    assert len(lines) == 6 and "by text" in lines[1]
    assert any("film" in line for line in lines[1:])


def test_the_page(tmp_path, monkeypatch, capsys):
    with open(os.path.join(ROOT, "bindings", "python", "README.md")) as file:
        code = re.search(r"```python\n(.*?)```", file.read(), re.S).group(1)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == "Marie Curie Polonium\n"


def test_the_docstring(tmp_path, monkeypatch, capsys):
    code = re.search(r"    import skg\n(.*?)\nTerms:", skg.__doc__, re.S).group(0)
    code = "\n".join(line[4:] for line in code.splitlines()[:-1])
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "skg.__doc__", "exec"), {})
    assert capsys.readouterr().out == "Marie Curie Polonium\n"
