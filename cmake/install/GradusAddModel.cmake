# gradus_add_model(TARGET MODEL.opt [EMIT header|obj] [REAL f32|f64] [FIX NAME=N...]
#                  [PREFIX NAME] [OPTIONS WORD...])
#
# Compiles MODEL.opt when TARGET is built, and again when the model or a file that
# it imports has changed, and makes TARGET see the result:
#   header  (the usual one) `#include "MODEL.h"`; one file of TARGET defines
#           MODEL_IMPLEMENTATION first
#   obj     the same include and the same macro, for the few functions that machine
#           code calls; LLVM's machine code is linked to TARGET
# OPTIONS are further ones of `gradus compile`.
function(gradus_add_model target model)
  cmake_parse_arguments(ARG "" "EMIT;REAL;PREFIX" "FIX;OPTIONS" ${ARGN})
  if(NOT TARGET ${target})
    message(FATAL_ERROR "gradus_add_model: there is no target '${target}'")
  endif()
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gradus_add_model: what is '${ARG_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT ARG_EMIT)
    set(ARG_EMIT header)
  endif()
  if(ARG_EMIT STREQUAL header)
    set(ending .h)
  elseif(ARG_EMIT STREQUAL obj)
    set(ending .o)
  else()
    message(FATAL_ERROR "gradus_add_model: EMIT is header or obj, not '${ARG_EMIT}'")
  endif()
  cmake_path(ABSOLUTE_PATH model BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  cmake_path(GET model STEM LAST_ONLY name)
  # One directory for each target: two may want the same model in two ways.
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/gradus/${target})
  file(MAKE_DIRECTORY ${directory})
  set(output ${directory}/${name}${ending})
  set(options ${ARG_OPTIONS})
  if(ARG_REAL)
    list(APPEND options --real ${ARG_REAL})
  endif()
  if(ARG_PREFIX)
    list(APPEND options --prefix ${ARG_PREFIX})
  endif()
  set(outputs ${output})
  if(ARG_EMIT STREQUAL obj)
    list(APPEND options --with-header)
    # Named as an output, so that it is there before what includes it is compiled.
    list(APPEND outputs ${directory}/${name}.h)
  endif()
  foreach(size ${ARG_FIX})
    list(APPEND options --fix ${size})
  endforeach()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND Gradus::command compile ${model} --emit=${ARG_EMIT} -o ${output}
            --depfile ${output}.d ${options}
    DEPENDS ${model} Gradus::command
    DEPFILE ${output}.d
    COMMENT "Compiling the model ${name}"
    VERBATIM)
  target_sources(${target} PRIVATE ${outputs})
  target_include_directories(${target} PRIVATE ${directory})
  target_link_libraries(${target} PRIVATE m)
  if(ARG_EMIT STREQUAL obj)
    set_source_files_properties(${output} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    # Code for x86-64 may call the vector functions of the C library.
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
      target_link_libraries(${target} PRIVATE mvec)
    endif()
  endif()
endfunction()
