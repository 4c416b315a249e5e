# What `cmake --install` and `cpack` put where.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config ${CMAKE_INSTALL_LIBDIR}/cmake/Gradus)
install(TARGETS gradus EXPORT GradusTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS gradus-ipopt RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS gradus_shared EXPORT GradusTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
set_target_properties(gradus PROPERTIES EXPORT_NAME command)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/gradus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT GradusTargets NAMESPACE Gradus:: DESTINATION ${config})
configure_package_config_file(
  ${CMAKE_SOURCE_DIR}/cmake/install/GradusConfig.cmake.in
  ${CMAKE_BINARY_DIR}/install/GradusConfig.cmake INSTALL_DESTINATION ${config})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/install/GradusConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/install/GradusConfig.cmake
              ${CMAKE_BINARY_DIR}/install/GradusConfigVersion.cmake
              ${CMAKE_SOURCE_DIR}/cmake/install/GradusAddModel.cmake DESTINATION ${config})
file(RELATIVE_PATH GRADUS_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_SOURCE_DIR}/cmake/install/gradus.pc.in
               ${CMAKE_BINARY_DIR}/install/gradus.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/install/gradus.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The manual page and the completions are made from what --help says.
find_program(GRADUS_PYTHON python3 REQUIRED)
set(manual ${CMAKE_BINARY_DIR}/install/gradus.1 ${CMAKE_BINARY_DIR}/install/gradus.bash
           ${CMAKE_BINARY_DIR}/install/_gradus)
add_custom_command(
  OUTPUT ${manual}
  COMMAND ${GRADUS_PYTHON} -B ${CMAKE_SOURCE_DIR}/tools/gradus/manual.py $<TARGET_FILE:gradus>
          ${CMAKE_BINARY_DIR}/install
  DEPENDS gradus ${CMAKE_SOURCE_DIR}/tools/gradus/manual.py
  VERBATIM)
add_custom_target(gradus_manual ALL DEPENDS ${manual})
install(FILES ${CMAKE_BINARY_DIR}/install/gradus.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/install/gradus.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME gradus)
install(FILES ${CMAKE_BINARY_DIR}/install/_gradus
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
set(documents ${CMAKE_INSTALL_DATADIR}/doc/gradus)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${documents} RENAME copyright)
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${documents})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs ${CMAKE_SOURCE_DIR}/examples DESTINATION ${documents})

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME gradus)
set(CPACK_PACKAGE_VENDOR Gradus)
set(CPACK_PACKAGE_CONTACT "the authors of Gradus <gradus@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler for optimization problems written as mathematics")
set(CPACK_PACKAGE_DESCRIPTION
    "Functions and problems in .opt files become symbolic derivatives and native code:
run at once, called from C and C++, or written as C headers and objects.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION math)
# Everything else is linked into the two files.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.36)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gnuplot-nox, gcc | clang")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
