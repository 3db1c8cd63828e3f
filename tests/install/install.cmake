include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
file(REMOVE_RECURSE ${PREFIX})
run(${CMAKE_COMMAND} --install ${BINARY} --prefix ${PREFIX})
foreach(file
    include/skg/engine.h include/skg/version.h
    ${LIBDIR}/libskg.a ${LIBDIR}/libskg.so
    ${LIBDIR}/cmake/skg/skgConfig.cmake ${LIBDIR}/cmake/skg/skgConfigVersion.cmake
    ${LIBDIR}/pkgconfig/skg.pc)
  if(NOT EXISTS ${PREFIX}/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()
# The tree can be moved: nothing in it knows where it was built.
file(GLOB texts ${PREFIX}/${LIBDIR}/cmake/skg/* ${PREFIX}/${LIBDIR}/pkgconfig/*
  ${PREFIX}/include/skg/*)
foreach(file IN LISTS texts)
  file(READ ${file} text)
  foreach(place ${SOURCE} ${BINARY} ${PREFIX})
    string(FIND "${text}" "${place}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names ${place}")
    endif()
  endforeach()
endforeach()
