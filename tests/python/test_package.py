"""The wheel: it is built offline and installs into a new virtual environment.

By default the module that the tests use is put into it; with SKG_WHEEL_FROM_SOURCE
set, CMake compiles all of it anew, which takes many minutes.
"""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
import skg

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SANITIZED = "libasan" in os.environ.get("LD_PRELOAD", "")

MISSING = [name for name in ("pip", "setuptools", "wheel", "venv", "ensurepip")
           if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.skipif(SANITIZED, reason="a sanitized module is not for wheels"),
    pytest.mark.skipif(bool(MISSING), reason=f"{MISSING} are not installed"),
]


def run(*command, **environment):
    """Without a network: nothing is looked for in an index."""
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    if os.environ.get("SKG_WHEEL_FROM_SOURCE"):
        run("git", "clone", "-q", ROOT, str(folder / "checkout"))
        environment = {}
    else:
        source = folder / "checkout" / "bindings" / "python"
        shutil.copytree(
            os.path.join(ROOT, "bindings", "python"), source,
            ignore=shutil.ignore_patterns("build", "*.egg-info", "src"))
        shutil.copy(os.path.join(ROOT, "CMakeLists.txt"), folder / "checkout")
        built = os.path.join(os.path.dirname(os.path.abspath(skg.__file__)), "..", "..", "..")
        environment = {"SKG_BUILD_DIRECTORY": os.path.realpath(built)}
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps",
        "-w", str(folder), str(folder / "checkout" / "bindings" / "python"), **environment)
    made, = glob.glob(str(folder / "*.whl"))
    return made


def test_what_is_in_it(wheel):
    assert os.path.basename(wheel).startswith(f"skg-{skg.__version__}-cp3")
    names = set(zipfile.ZipFile(wheel).namelist())
    package = os.path.join(ROOT, "bindings", "python", "skg")
    for name in os.listdir(package):
        if name.endswith((".py", ".pyi", ".typed")):
            assert "skg/" + name in names
    assert any(name.startswith("skg/_skg.") and name.endswith(".so") for name in names)


def test_it_installs(wheel, tmp_path):
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    python = str(tmp_path / "venv" / "bin" / "python")
    run(python, "-m", "pip", "install", "-q", wheel)
    output = run(python, "-c", f"""
import skg
with skg.open({str(tmp_path / "data")!r}) as engine:
    graph = engine.graph()
    graph.add("a", "b", 1)
    print(skg.__version__, skg.__file__.startswith({str(tmp_path)!r}), *graph.query("SELECT ?o {{ ?s ?p ?o }}"))
""", PYTHONPATH="")
    assert output == f"{skg.__version__} True (1,)\n"
