# gradus_late_globals(libraries...): links copies of LLVM's archives whose global
# objects are constructed when LLVM is first used, not when the program starts.
#
# LLVM has 450 files with globals, most of them options of its passes. Constructing
# them touches as many places of a program of 70 MB, which takes longer than
# everything else before main; a run whose code is in the cache needs none of them.
# In the copies, the list of constructors is a section that the C library does not
# know; lib/codegen/llvm/LateGlobals.cpp calls what is in it.
function(gradus_late_globals)
  find_program(GRADUS_OBJCOPY NAMES llvm-objcopy HINTS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH)
  if(NOT GRADUS_OBJCOPY)
    message(STATUS "without llvm-objcopy: LLVM's globals are constructed at the start")
    return()
  endif()
  # What a run with cached code uses: reading object files and linking them.
  set(early LLVMSupport LLVMDemangle LLVMBinaryFormat LLVMTargetParser LLVMObject LLVMJITLink
            LLVMOrcShared LLVMOrcTargetProcess)
  set(left ${ARGN})
  set(seen)
  while(left)
    list(POP_FRONT left library)
    if(NOT TARGET ${library} OR library IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${library})
    get_target_property(next ${library} INTERFACE_LINK_LIBRARIES)
    if(next)
      list(APPEND left ${next})
    endif()
  endwhile()
  list(REMOVE_ITEM seen ${early})
  foreach(library IN LISTS seen)
    get_target_property(configurations ${library} IMPORTED_CONFIGURATIONS)
    list(GET configurations 0 configuration)
    get_target_property(archive ${library} IMPORTED_LOCATION_${configuration})
    execute_process(COMMAND grep -q -F .init_array ${archive} RESULT_VARIABLE none)
    if(none)
      continue()
    endif()
    get_filename_component(name ${archive} NAME)
    set(copy ${CMAKE_BINARY_DIR}/llvm/${name})
    if(NOT EXISTS ${copy} OR ${archive} IS_NEWER_THAN ${copy})
      file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/llvm)
      execute_process(
        COMMAND ${GRADUS_OBJCOPY} --rename-section .init_array=gradus_late_globals
                --set-section-type .init_array=1 ${archive} ${copy}
        RESULT_VARIABLE failed)
      if(failed)
        file(REMOVE ${copy})
        continue()
      endif()
    endif()
    set_target_properties(${library} PROPERTIES IMPORTED_LOCATION_${configuration} ${copy})
  endforeach()
endfunction()
