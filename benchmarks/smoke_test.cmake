# cmake -DPROGRAM=skg-bench -DSKG=skg -DWORKLOAD=name -DDIRECTORY=dir -P this
# A tiny run ends well and its JSON says what a report must say. No time is
# looked at.
file(REMOVE_RECURSE ${DIRECTORY})
file(MAKE_DIRECTORY ${DIRECTORY})
execute_process(
  COMMAND ${PROGRAM} run ${WORKLOAD} --repeat 1 --seconds 0.05 --statements 500
    --batch 100 --triples 5000 --threads 2 --connections 2 --memory 64 --skg ${SKG}
    --data ${DIRECTORY} --json ${DIRECTORY}/report.json --quiet
  RESULT_VARIABLE status OUTPUT_VARIABLE table ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "exit status ${status}\n${table}\n${errors}")
endif()
file(READ ${DIRECTORY}/report.json report)

# require(PATH...): the value there, which must not be empty.
function(require)
  string(JSON value ERROR_VARIABLE error GET "${report}" ${ARGN})
  if(error OR value STREQUAL "")
    message(FATAL_ERROR "the report lacks ${ARGN}: ${error}\n${report}")
  endif()
  set(value "${value}" PARENT_SCOPE)
endfunction()

foreach(member version commit date cpu cpus memory_gib disk compiler flags load)
  require(machine ${member})
endforeach()
require(machine fdatasync_micros median)
require(workloads 0 name)
if(NOT value STREQUAL WORKLOAD)
  message(FATAL_ERROR "the report is about ${value}")
endif()
string(JSON skipped ERROR_VARIABLE none GET "${report}" workloads 0 skipped)
if(NOT none)
  message("skipped: ${skipped}")  # CTest is told so by this word
  return()
endif()
require(workloads 0 facts data)

string(JSON count LENGTH "${report}" workloads 0 series)
if(count LESS 2)
  message(FATAL_ERROR "only ${count} series\n${report}")
endif()
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  foreach(member name unit)
    require(workloads 0 series ${i} ${member})
  endforeach()
  foreach(member median min max)
    require(workloads 0 series ${i} rate ${member})
    if(NOT value GREATER 0)
      message(FATAL_ERROR "series ${i} has a rate of ${value}\n${report}")
    endif()
  endforeach()
  string(JSON runs LENGTH "${report}" workloads 0 series ${i} runs)
  if(NOT runs EQUAL 1)
    message(FATAL_ERROR "series ${i} has ${runs} runs, not 1")
  endif()
  require(workloads 0 series ${i} runs 0 rows)
endforeach()

# Nothing stays behind but the report.
file(REMOVE ${DIRECTORY}/report.json)
file(GLOB left ${DIRECTORY}/*)
if(left)
  message(FATAL_ERROR "left behind: ${left}")
endif()
