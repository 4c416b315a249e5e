# The libraries Gradus stands on; all are packages of the distribution.
include(CMakeDependentOption)
foreach(version 19.1 22.1)
  find_package(LLVM ${version} QUIET CONFIG)
  if(LLVM_FOUND)
    break()
  endif()
endforeach()
if(NOT LLVM_FOUND)
  message(FATAL_ERROR "LLVM 19 or 22 not found: apt-get install llvm-19-dev zlib1g-dev libzstd-dev")
endif()
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION}")

# How LLVM is linked. Its shared library takes 8 to 9 ms to load in every
# process; of the static ones only what is used is kept, which loads in 2. The
# two must never be mixed in one program.
option(GRADUS_STATIC_LLVM "Link LLVM's static libraries: quicker to start" ON)
# The command itself without any shared library, at a fixed address: neither
# libraries to find nor the 230,000 addresses of LLVM's tables to relocate. What
# does it cost? Addresses of functions that are the same in every process.
cmake_dependent_option(GRADUS_STATIC "Link the command statically: quicker to start, runs anywhere"
                       ON "GRADUS_STATIC_LLVM;NOT GRADUS_SANITIZE;NOT GRADUS_FUZZ" OFF)
add_library(gradus_llvm INTERFACE)
if(GRADUS_STATIC_LLVM)
  llvm_map_components_to_libnames(gradus_llvm_libraries core orcjit jitlink native passes bitwriter
                                  X86 AArch64 ARM RISCV WebAssembly)
  target_link_libraries(gradus_llvm INTERFACE ${gradus_llvm_libraries})
  target_link_options(gradus_llvm INTERFACE -Wl,--gc-sections)
  # LLVM names a solver that nothing here calls, and the shared forms of what it
  # compresses debug information with.
  find_library(GRADUS_ZLIB NAMES libz.a REQUIRED)
  find_library(GRADUS_ZSTD NAMES libzstd.a REQUIRED)
  set_target_properties(LLVMSupport PROPERTIES INTERFACE_LINK_LIBRARIES
                        "LLVMDemangle;${GRADUS_ZLIB};${GRADUS_ZSTD};rt;dl;m")
  include(GradusLateGlobals)
  gradus_late_globals(${gradus_llvm_libraries})
else()
  target_link_libraries(gradus_llvm INTERFACE LLVM)
endif()

find_package(Boost 1.74 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.9 REQUIRED)
find_package(Threads REQUIRED)
if(GRADUS_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
