# What `cmake --install` lays down: both libraries, the headers, the CMake
# package and the pkg-config file. Included by libskg/CMakeLists.txt.
include(CMakePackageConfigHelpers)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/skg)

# Two export sets: a program that links the shared library needs no package
# of RocksDB, Protobuf and the rest.
foreach(kind shared static)
  install(TARGETS skg_${kind} EXPORT skg_${kind}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT skg_${kind} NAMESPACE skg:: FILE skg_${kind}.cmake
    DESTINATION ${package_directory})
endforeach()

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/skgConfig.cmake.in
  ${PROJECT_BINARY_DIR}/skgConfig.cmake
  INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/skgConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/skgConfig.cmake
  ${PROJECT_BINARY_DIR}/skgConfigVersion.cmake
  DESTINATION ${package_directory})

# Abseil's pkg-config modules are named as its targets are.
set(SKG_PC_REQUIRES ${SKG_PUBLIC_DEPENDENCIES})
set(SKG_PC_REQUIRES_PRIVATE ${SKG_PRIVATE_DEPENDENCIES})
list(FILTER SKG_PC_REQUIRES_PRIVATE INCLUDE REGEX "^absl::")
list(APPEND SKG_PC_REQUIRES_PRIVATE
  rocksdb protobuf libcrypto libssl zlib icu-uc libxxhash expat re2 cpp-httplib)
foreach(modules SKG_PC_REQUIRES SKG_PC_REQUIRES_PRIVATE)
  list(TRANSFORM ${modules} REPLACE "::" "_")
  list(JOIN ${modules} ", " ${modules})
endforeach()
# A relative prefix: the installed tree may be moved.
file(RELATIVE_PATH SKG_PC_PREFIX
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" SKG_PC_PREFIX "${SKG_PC_PREFIX}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/skg.pc.in
  ${PROJECT_BINARY_DIR}/skg.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/skg.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
