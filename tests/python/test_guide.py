"""The pages in libskg/docs on Python: their snippets run, in order, and print what
they say."""

import contextlib
import io
import os
import re
import warnings

import pytest

DOCS = os.path.join(os.path.dirname(__file__), "..", "..", "libskg", "docs")
SNIPPET = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)


@pytest.mark.parametrize("name, needed", [
    ("python.md", ["rdflib", "networkx"]),
    ("python-administration.md", []),
])
def test_the_page(tmp_path, monkeypatch, name, needed):
    for module in needed:  # it has a section on it
        pytest.importorskip(module)
    path = os.path.join(DOCS, name)
    with open(path, encoding="utf-8") as file:
        page = file.read()
    snippets = list(SNIPPET.finditer(page))
    assert len(snippets) == page.count("```python") >= 8
    assert sum(1 for found in snippets if found[2]) == page.count("```text")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for found in snippets:
        code, expected = found.groups()
        line = page.count("\n", 0, found.start(1)) + 1
        printed = io.StringIO()
        # Errors and warnings tell the line of the page.
        compiled = compile("\n" * (line - 1) + code, path, "exec")
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of rdflib
            exec(compiled, names)
        assert printed.getvalue() == (expected or ""), f"{name}, line {line}"
    names["engine"].close()
