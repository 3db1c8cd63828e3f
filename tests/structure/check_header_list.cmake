# LISTED (what libskg/CMakeLists.txt installs) must be what lies in the folder.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE present RELATIVE ${ROOT}/libskg/include ${ROOT}/libskg/include/*.h)
set(listed "")
foreach(header IN LISTS LISTED)
  string(REGEX REPLACE "^.*/include/" "" header ${header})
  if(NOT header STREQUAL "skg/version.h")  # generated
    list(APPEND listed ${header})
  endif()
endforeach()
list(SORT present)
list(SORT listed)
if(NOT present STREQUAL listed)
  message(FATAL_ERROR "libskg/include holds\n  ${present}\n"
    "SKG_PUBLIC_HEADERS in libskg/CMakeLists.txt lists\n  ${listed}")
endif()
