# Who may include whom: cmake -DROOT=checkout -P check_includes.cmake
# Prints one line a violation and fails if there is any.
cmake_minimum_required(VERSION 3.25)

# Lowest first: a folder includes itself and folders above it in this list.
set(layers base tasks rdf storage query sparql cypher graphql text vector
  analytics learn govern rca tenancy events engine)

# Folders that stay apart although the list would let them meet.
set(apart_text query)
set(apart_vector query text)
set(apart_analytics query text vector)
set(apart_sparql storage)
set(apart_cypher storage sparql)
set(apart_graphql storage sparql cypher)

# Headers that stay behind the folders that adapt them: regex|folder|folder...
set(adapted
  "^rocksdb/|libskg/src/storage"
  "^httplib\\.h$|server/src|libskg/src/vector/embed"
  "^faiss/|libskg/src/vector"
  "^libstemmer\\.h$|libskg/src/text"
  "^Eigen/|libskg/src/analytics"
)

set(violations 0)
function(violation file include reason)
  message("${file}: includes ${include}: ${reason}")
  math(EXPR violations "${violations} + 1")
  set(violations ${violations} PARENT_SCOPE)
endfunction()

# The headers that `file` includes, without quotes or brackets.
function(read_includes file result)
  file(STRINGS ${ROOT}/${file} lines
    REGEX "^[ \t]*#[ \t]*include[ \t]*[\"<]")
  set(includes "")
  foreach(line IN LISTS lines)
    if(line MATCHES "#[ \t]*include[ \t]*[\"<]([^\">]+)[\">]")
      list(APPEND includes ${CMAKE_MATCH_1})
    endif()
  endforeach()
  set(${result} "${includes}" PARENT_SCOPE)
endfunction()

# The first part of a path; nothing for <vector>, which is no folder.
function(folder_of include result)
  set(${result} "" PARENT_SCOPE)
  if(include MATCHES "^([^/]+)/")
    set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
  endif()
endfunction()

macro(check_adapted file include)
  foreach(rule IN LISTS adapted)
    string(REPLACE "|" ";" rule "${rule}")
    list(POP_FRONT rule pattern)
    if(NOT "${include}" MATCHES "${pattern}")
      continue()
    endif()
    set(at_home FALSE)
    foreach(home IN LISTS rule)
      string(FIND "${file}" "${home}/" at)
      if(at EQUAL 0)
        set(at_home TRUE)
      endif()
    endforeach()
    if(NOT at_home)
      list(JOIN rule " and " homes)
      violation(${file} ${include} "only ${homes} may")
    endif()
  endforeach()
endmacro()

file(GLOB_RECURSE sources RELATIVE ${ROOT}
  ${ROOT}/libskg/src/*.h ${ROOT}/libskg/src/*.cc)
foreach(file IN LISTS sources)
  string(REGEX REPLACE "^libskg/src/([^/]+)/.*$" "\\1" folder ${file})
  list(FIND layers ${folder} layer)
  if(layer EQUAL -1)
    violation(${file} "something" "the folder ${folder} is not in the architecture's list")
    continue()
  endif()
  read_includes(${file} includes)
  foreach(include IN LISTS includes)
    check_adapted(${file} ${include})
    if(include MATCHES "\\.\\./")
      violation(${file} ${include} "write the path from libskg/src")
    endif()
    folder_of(${include} target)
    list(FIND layers "${target}" target_layer)
    if(target_layer EQUAL -1)
      continue()
    endif()
    if(target_layer GREATER layer)
      violation(${file} ${include} "${target} lies above ${folder}")
    elseif(target IN_LIST apart_${folder})
      violation(${file} ${include} "${folder} keeps apart from ${target}")
    endif()
  endforeach()
endforeach()

file(GLOB_RECURSE headers RELATIVE ${ROOT} ${ROOT}/libskg/include/*.h)
foreach(file IN LISTS headers)
  read_includes(${file} includes)
  foreach(include IN LISTS includes)
    if(NOT include MATCHES "^([a-z_0-9]+|absl/(status|time)/.*|skg/.*)$")
      violation(${file} ${include} "a public header includes the standard library, absl/status, absl/time and skg")
    endif()
  endforeach()
endforeach()

file(GLOB_RECURSE sources RELATIVE ${ROOT}
  ${ROOT}/server/src/*.h ${ROOT}/server/src/*.cc
  ${ROOT}/bindings/*.h ${ROOT}/bindings/*.cc
  ${ROOT}/examples/*.h ${ROOT}/examples/*.cc)
foreach(file IN LISTS sources)
  read_includes(${file} includes)
  foreach(include IN LISTS includes)
    check_adapted(${file} ${include})
    folder_of(${include} target)
    if(target IN_LIST layers OR include MATCHES "(^|/)libskg/" OR include MATCHES "\\.pb\\.h$")
      violation(${file} ${include} "only libskg's public headers may be used here")
    endif()
  endforeach()
endforeach()

if(violations GREATER 0)
  message(FATAL_ERROR "${violations} includes break the architecture")
endif()
