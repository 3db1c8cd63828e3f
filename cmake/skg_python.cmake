# Finds what the Python package is built with; turns SKG_BUILD_PYTHON off where
# something is missing. Debian's Python is taken, whatever else is on the PATH:
# its packages (NumPy, pytest ...) are what the tests use.
if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3)
endif()
find_package(Python3 3.9 COMPONENTS Interpreter Development.Module)
if(Python3_FOUND)
  find_package(pybind11 2.10 CONFIG)
endif()
if(NOT pybind11_FOUND)
  message(STATUS "No pybind11 or no headers of Python: the Python package is left out")
  set(SKG_BUILD_PYTHON OFF)
endif()
