# What every target of this project shares: language level, warnings,
# sanitizers, linker. Targets only, no global flags.

find_program(SKG_MOLD mold)
include(CheckCXXCompilerFlag)

# The library is instrumented for coverage too, and its tests stay linkable.
if(SKG_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SKG_BUILD_FUZZERS needs Clang: set CMAKE_CXX_COMPILER to clang++-16")
  endif()
  set(SKG_SANITIZE "address")
endif()

function(skg_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    $<$<BOOL:${SKG_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Missing fields of an aggregate have their defaults on purpose, and GCC 12
    # warns about string copies inside its own headers.
    target_compile_options(${target} PRIVATE
      -Wno-missing-field-initializers -Wno-restrict)
  else()
    target_compile_options(${target} PRIVATE -Wno-missing-field-initializers)
  endif()
  if(SKG_SANITIZE STREQUAL "address")
    target_compile_options(${target} PRIVATE
      -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
    if(SKG_BUILD_FUZZERS)
      target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
  elseif(SKG_SANITIZE STREQUAL "thread")
    target_compile_options(${target} PRIVATE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=thread)
  endif()
  if(SKG_MOLD)
    target_link_options(${target} PRIVATE -fuse-ld=mold)
  endif()
endfunction()
