"""libskg/docs/python.md: its snippets run, in order, and print what it says."""

import contextlib
import io
import os
import re
import warnings

import pytest

pytest.importorskip("rdflib")  # the page has a section on it

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "libskg", "docs", "python.md")
SNIPPET = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)


def test_the_page(tmp_path, monkeypatch):
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    snippets = list(SNIPPET.finditer(page))
    assert len(snippets) == page.count("```python") > 10
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for found in snippets:
        code, expected = found.groups()
        line = page.count("\n", 0, found.start(1)) + 1
        printed = io.StringIO()
        # Errors and warnings tell the line of the page.
        compiled = compile("\n" * (line - 1) + code, PAGE, "exec")
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of rdflib
            exec(compiled, names)
        assert printed.getvalue() == (expected or ""), f"python.md, line {line}"
    names["engine"].close()
