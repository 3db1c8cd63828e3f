"""Builds the extension module with CMake: see pyproject.toml."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def version():
    """The library's: the one line in CMakeLists.txt."""
    text = (ROOT / "CMakeLists.txt").read_text()
    return re.search(r"project\(skg VERSION ([0-9.]+)", text).group(1)


class CMakeBuild(build_ext):
    """Configures and builds the target skg_python, or takes it from
    SKG_BUILD_DIRECTORY, where somebody has built it already."""

    def build_extension(self, extension):
        built = os.environ.get("SKG_BUILD_DIRECTORY")
        if not built:
            built = Path(self.build_temp).resolve() / "cmake"
            subprocess.run([
                "cmake", "-S", str(ROOT), "-B", str(built), "-DCMAKE_BUILD_TYPE=Release",
                "-DSKG_BUILD_TESTS=OFF", "-DSKG_BUILD_SERVER=OFF", "-DSKG_BUILD_EXAMPLES=OFF",
                "-DSKG_BUILD_BENCHMARKS=OFF", "-DSKG_INSTALL=OFF",
                "-DPython3_EXECUTABLE=" + sys.executable,
            ], check=True)
            jobs = str(self.parallel or os.cpu_count() or 1)
            subprocess.run([
                "cmake", "--build", str(built), "--target", "skg_python", "--parallel", jobs,
            ], check=True)
        name = "_skg" + sysconfig.get_config_var("EXT_SUFFIX")
        target = Path(self.get_ext_fullpath(extension.name)).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(built) / "bindings" / "python" / "skg" / name, target)
        subprocess.run(["strip", "--strip-debug", str(target)], check=False)


setup(
    version=version(),
    ext_modules=[Extension("skg._skg", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
)
