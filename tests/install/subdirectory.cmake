include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(build ${WORK}/subdirectory)
if(BUILD)
  set(build ${WORK}/subdirectory_built)
endif()
file(REMOVE_RECURSE ${build})
run(${CMAKE_COMMAND} -S ${SOURCE}/tests/install/subdirectory -B ${build}
  -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER}
  -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_FLAGS=${FLAGS}
  -DSKG_SOURCE=${SOURCE})
if(BUILD)
  run(${CMAKE_COMMAND} --build ${build} --target consumer)
  run_consumer(${build}/consumer ${build})
endif()
