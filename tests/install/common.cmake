# Shared by the scripts of this folder.
cmake_minimum_required(VERSION 3.25)
set(PREFIX ${WORK}/prefix)
set(CONSUMER ${SOURCE}/tests/install/consumer)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: ${status}")
  endif()
endfunction()

# Runs the consumer on a directory of its own and checks what it says.
function(run_consumer program directory)
  execute_process(COMMAND ${program} ${directory}/data
    RESULT_VARIABLE status OUTPUT_VARIABLE output)
  message("${output}")
  if(NOT status EQUAL 0 OR NOT output MATCHES "^skg [0-9.]+ holds 1 statement\n$")
    message(FATAL_ERROR "${program} ended with ${status}")
  endif()
endfunction()
