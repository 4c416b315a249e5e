# gradus_library(name DEPENDS libraries...): the static library of one directory
# of lib/, with all its sources. Layers are checked by test/layering.
function(gradus_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  if(NOT sources)
    add_library(${name} INTERFACE) # a directory of headers
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/lib ${CMAKE_BINARY_DIR}/lib)
    target_link_libraries(${name} INTERFACE ${ARG_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/lib ${CMAKE_BINARY_DIR}/lib)
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
  gradus_compile_options(${name})
endfunction()

function(gradus_compile_options name)
  target_compile_options(
    ${name} PRIVATE -Wall -Wextra -ffp-contract=off
                    $<$<COMPILE_LANGUAGE:CXX>:-Werror=switch -Werror=return-type>)
  if(GRADUS_SANITIZE)
    target_compile_options(${name} PUBLIC -fsanitize=address,undefined -fno-omit-frame-pointer)
    target_link_options(${name} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

# gradus_unit_test(name DEPENDS libraries...): one GoogleTest program from all
# *Test.cpp of a directory of test/.
function(gradus_unit_test name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*Test.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest_main)
  gradus_compile_options(${name})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60)
endfunction()
