"""Types and documentation: what mypy and help() say is true."""

import ast
import inspect
import os
import re
import subprocess
import sys

import pytest
import skg
from skg import _skg

PACKAGE = os.path.dirname(skg.__file__)

mypy = pytest.importorskip("mypy", reason="mypy is not installed")


def run_mypy(tmp_path, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports",
         "--python-version", "3.9", "--cache-dir", str(tmp_path / "cache"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=os.path.dirname(PACKAGE), timeout=500,
        env={key: value for key, value in os.environ.items() if key != "LD_PRELOAD"})
    return done.stdout


def test_the_package_is_typed(tmp_path):
    assert "Success: no issues found" in run_mypy(tmp_path, "-p", "skg")


PROGRAM = """
import typing
import datetime
import skg

with skg.open("x", memory_budget_bytes=1 << 28) as engine:
    graph = engine.graph("main")
    commit: skg.Commit = graph.add("s", "p", skg.Literal("o"), weight=0.5)
    when: datetime.datetime = commit.time
    for statement in graph.match("s"):
        weight: float = statement.weight
    rows: list[tuple[object, ...]] = graph.query("ASK {}", timeout=1.5).fetchall()
    hit: skg.TextHit = graph.search_text("words")[0]
    with graph.begin() as transaction:
        transaction.add("a", "b", 1)
    change: skg.Change = next(graph.watch())
    names: list[object] = graph.view(weighted=True).names()
    loaded: int = graph.load("x.ttl", progress=lambda done, total: True).inserted
    first: skg.Statement = graph.query({"pattern": ["s", None, 5]}, language="json").statements[0]
    kinds: list[str] = [one.kind for one in graph.diff(1, graph.snapshot())]
    saved: int = graph.save("x.skg", progress=lambda done, total: None).bytes
    copy: skg.Graph = engine.restore_graph("copy", b"")
    bound: typing.Optional[int] = engine.tenant_quota("acme").max_statements
    task: dict[str, object] = engine.wait_task(graph.start_analysis("pagerank", damping=0.5))
with skg.open("x", embedders={"words": skg.hashing_embedder(64)}):
    backups: list[skg.BackupInfo] = skg.list_backups("backups")
"""


def test_a_program_sees_the_types(tmp_path):
    good = tmp_path / "good.py"
    good.write_text(PROGRAM)
    assert "Success" in run_mypy(tmp_path, str(good))
    bad = tmp_path / "bad.py"
    bad.write_text(PROGRAM + """
with skg.open("x") as engine:
    graph.add("s", "p")
    graph.query(5)
    graph.match(limit="5")
    wrong: int = commit.time
""")
    report = run_mypy(tmp_path, str(bad))
    assert "Found 4 errors" in report, report


def stub():
    """{name: number of arguments} of the extension module's stub, and the
    properties."""
    with open(os.path.join(PACKAGE, "_skg.pyi")) as file:
        tree = ast.parse(file.read())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = len(node.args.args)
        if isinstance(node, ast.ClassDef):
            found[node.name] = None
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    is_property = bool(member.decorator_list)
                    found[f"{node.name}.{member.name}"] = (
                        None if is_property else len(member.args.args))
        if isinstance(node, ast.AnnAssign):
            found[node.target.id] = None
    return found


def arguments(function):
    """As pybind11 writes them: name(arg0: T, arg1: T) -> T"""
    return len(re.findall(r"(?:self|arg\d+): ", function.__doc__.split("\n")[0]))


def runtime():
    found = {}
    for name, value in vars(_skg).items():
        if name.startswith("__"):
            continue
        if isinstance(value, type):
            found[name] = None
            for key, member in vars(value).items():
                if not key.startswith("__"):
                    found[f"{name}.{key}"] = (
                        None if isinstance(member, property) else arguments(member))
        else:
            found[name] = arguments(value) if callable(value) else None
    return found


def test_the_stub_is_the_module():
    assert stub() == runtime()


def public():
    """Every public class, function, method and property."""
    for name in skg.__all__:
        value = getattr(skg, name)
        yield name, value
        if not isinstance(value, type):
            continue
        for key, member in inspect.getmembers(value):
            inherited = any(key in vars(base) for base in (tuple, str, Exception, object))
            if key.startswith("_") or inherited:
                continue
            if getattr(member, "__module__", "skg").startswith("skg") and (
                    callable(member) or isinstance(member, property)):
                yield f"{name}.{key}", member


@pytest.mark.parametrize("name, value", list(public()), ids=lambda v: v if isinstance(v, str) else "")
def test_all_is_documented_and_typed(name, value):
    assert inspect.getdoc(value), name + " has no docstring"
    if inspect.isfunction(value):
        signature = inspect.signature(value)
        assert signature.return_annotation is not inspect.Signature.empty
        for parameter in signature.parameters.values():
            assert parameter.name == "self" or parameter.annotation is not parameter.empty


@pytest.mark.parametrize("name, value", list(public()), ids=lambda v: v if isinstance(v, str) else "")
def test_all_arguments_are_told(name, value):
    if not inspect.isfunction(value):
        return
    text = inspect.getdoc(value)
    elsewhere = re.search(r"\bas ``|\b(that|those) of\b", text, re.I)
    untold = [argument for argument in inspect.signature(value).parameters
              if argument != "self" and not re.search(rf"\b{argument}\b", text)]
    assert elsewhere or not untold


@pytest.mark.parametrize("name", [name for name in skg.__all__
                                  if hasattr(getattr(skg, name), "_fields")])
def test_all_fields_are_told(name):
    text = inspect.getdoc(getattr(skg, name))
    assert [field for field in getattr(skg, name)._fields
            if not re.search(rf"\b{field}\b", text)] == []


def test_all_exports():
    assert sorted(skg.__all__) == list(skg.__all__)
    names = {name for name in vars(skg) if not name.startswith("_")}
    assert set(skg.__all__) == {
        name for name in names if not inspect.ismodule(getattr(skg, name))}
