include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(build ${WORK}/find_package_${KIND})
file(REMOVE_RECURSE ${build})
run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${build} -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${PREFIX} -DKIND=${KIND})
run(${CMAKE_COMMAND} --build ${build})
run_consumer(${build}/consumer ${build})
