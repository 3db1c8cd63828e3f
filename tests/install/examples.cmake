include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(build ${WORK}/examples)
file(REMOVE_RECURSE ${build})
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/cpp -B ${build} -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${PREFIX})
run(${CMAKE_COMMAND} --build ${build})
run(${build}/skg_example_embed ${build}/data)
