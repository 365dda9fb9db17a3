# Thin wrappers that give every Wino library, tool and test the same flags,
# links and install rules.

# Everything links the single shared libMLIR/libLLVM of the install: mixing in
# static MLIR archives would put two copies of MLIR's registries in one process.
if(NOT TARGET MLIR OR NOT TARGET LLVM)
  message(FATAL_ERROR "Wino links the shared libMLIR and libLLVM; this MLIR install has none")
endif()

# The programs and libraries that the lit tests run.
set_property(GLOBAL PROPERTY WINO_TEST_DEPENDS "")

function(wino_target_options target)
  if(WINO_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(WINO_SANITIZERS)
    target_compile_options(${target} PRIVATE -fsanitize=${WINO_SANITIZERS}
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${WINO_SANITIZERS})
  endif()
endfunction()

# add_wino_library(NAME sources... [DEPENDS targets...] [LINK_LIBS targets...])
# adds an installed static library that is exported with the Wino package.
function(add_wino_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  wino_target_options(${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS} MLIR LLVM)
  target_include_directories(${name} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  install(TARGETS ${name} EXPORT WinoTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  # The test of the installed package needs every library.
  set_property(GLOBAL APPEND PROPERTY WINO_TEST_DEPENDS ${name})
endfunction()

# add_wino_tool(NAME sources... [LINK_LIBS targets...]) adds an installed program.
function(add_wino_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  wino_target_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
  install(TARGETS ${name} EXPORT WinoTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set_property(GLOBAL APPEND PROPERTY WINO_TEST_DEPENDS ${name})
endfunction()

# add_wino_plugin(NAME sources... [LINK_LIBS targets...]) adds an installed
# shared library that MLIR tools load.
function(add_wino_plugin name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
  wino_target_options(${name})
  if(WINO_SANITIZERS AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # The program that loads the plugin is not instrumented.
    target_link_options(${name} PRIVATE -shared-libsan)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  set_property(GLOBAL APPEND PROPERTY WINO_TEST_DEPENDS ${name})
endfunction()

# What AddressSanitizer must not check: libLLVM and libMLIR are not
# instrumented, so containers and bump allocators that they share with our code
# would be poisoned by our half only.
set(WINO_ASAN_OPTIONS allow_user_poisoning=0:detect_container_overflow=0)

# add_wino_unittest(NAME sources... [LINK_LIBS targets...]) adds a GoogleTest
# program, whose tests ctest runs one by one.
function(add_wino_unittest name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  wino_target_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  # Tests are listed when ctest starts, in the environment set here.
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST
    PROPERTIES ENVIRONMENT ASAN_OPTIONS=${WINO_ASAN_OPTIONS} TIMEOUT 600)
endfunction()
