# Text tests: lit and FileCheck, as the packages of LLVM have them.
# The distribution's Python: one of another source may lack what lit uses.
find_program(GRADUS_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(GRADUS_PYTHON python3 REQUIRED)
find_program(GRADUS_LIT lit.py PATHS ${LLVM_INSTALL_PREFIX}/build/utils/lit NO_DEFAULT_PATH)

# gradus_lit_tests(): one test of ctest for each directory of test/ that holds
# text tests, so that a failure names its directory. Which files are tests, and
# what they may call, says test/lit.cfg.py.
function(gradus_lit_tests)
  if(NOT GRADUS_LIT OR NOT EXISTS ${LLVM_TOOLS_BINARY_DIR}/FileCheck)
    message(FATAL_ERROR "lit or FileCheck not found: apt-get install llvm-19-tools")
  endif()
  set(root ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*.opt ${root}/*.test
       ${root}/*.ir)
  list(FILTER files EXCLUDE REGEX "(^|/)Inputs/")
  set(directories "")
  foreach(file ${files})
    # A directory inside another belongs to the test of the outermost one.
    string(REGEX REPLACE "/.*" "" directory ${file})
    if(NOT directory STREQUAL file)
      list(APPEND directories ${directory})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES directories)
  list(SORT directories)
  foreach(directory ${directories})
    add_test(NAME lit/${directory}
             COMMAND ${GRADUS_PYTHON} -B ${GRADUS_LIT} -j2 --order=lexical -v
                     --param build=${CMAKE_BINARY_DIR} --param llvm=${LLVM_TOOLS_BINARY_DIR}
                     ${root}/${directory})
    set_tests_properties(lit/${directory} PROPERTIES PROCESSORS 2 TIMEOUT 1800)
  endforeach()
endfunction()
