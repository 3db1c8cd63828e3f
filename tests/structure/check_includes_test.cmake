# Runs the check over a tree full of wrong includes: it must name each of them,
# and nothing else.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${ROOT} -P ${CHECK}
  RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_VARIABLE ignored)
if(status EQUAL 0)
  message(FATAL_ERROR "the check passed a tree of wrong includes")
endif()
string(REGEX MATCHALL "[^\n]+: includes [^\n]+" found "${output}")
file(STRINGS ${ROOT}/violations.txt expected)
list(SORT found)
list(SORT expected)
if(NOT found STREQUAL expected)
  list(JOIN found "\n  " found)
  list(JOIN expected "\n  " expected)
  message(FATAL_ERROR "found\n  ${found}\nexpected\n  ${expected}")
endif()
