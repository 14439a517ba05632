# One test executable and one ctest per folder of tests/; one ctest per script of tests/e2e and tests/project.
find_package(Catch2 2 REQUIRED)
find_package(rapidcheck REQUIRED)

add_library(skein_tests_main OBJECT tests/main.cpp)
target_link_libraries(skein_tests_main PRIVATE Catch2::Catch2)

foreach(layer IN LISTS SKEIN_LAYERS)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "tests/${layer}/*.cpp")
  if(NOT sources OR NOT layer IN_LIST SKEIN_BUILD_LAYERS)
    continue()
  endif()
  set(tests skein_tests_${layer})
  add_executable(${tests} ${sources} $<TARGET_OBJECTS:skein_tests_main>)
  # Half of a build is tests: they are compiled for speed of compilation.
  target_compile_options(${tests} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${tests} PRIVATE SKEIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_include_directories(${tests} PRIVATE src tests)
  target_link_libraries(${tests} PRIVATE ${SKEIN_LIBRARIES} Catch2::Catch2 rapidcheck)
  set_target_properties(${tests} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  if(layer STREQUAL "onnx" AND TARGET skein_onnx)
    target_link_libraries(${tests} PRIVATE onnx_proto protobuf::libprotobuf)  # to build hostile models
  endif()
  add_test(NAME ${layer} COMMAND ${tests})
  set_tests_properties(${layer} PROPERTIES TIMEOUT 900)
endforeach()

# A folder that mirrors nothing would hold tests that nobody runs.
file(GLOB_RECURSE test_sources RELATIVE "${CMAKE_SOURCE_DIR}/tests" CONFIGURE_DEPENDS "tests/*.cpp")
list(REMOVE_ITEM test_sources main.cpp)
list(FILTER test_sources EXCLUDE REGEX "^fuzz/")  # they have their own executables
foreach(source IN LISTS test_sources)
  string(REGEX REPLACE "/.*" "" layer "${source}")
  if(NOT layer IN_LIST SKEIN_LAYERS)
    message(FATAL_ERROR "tests/${source} belongs to no layer of src/; put it into the folder of the layer it tests.")
  endif()
endforeach()

# A script succeeds with 0, is skipped with 77 and fails otherwise; it runs in the repository's root.
function(skein_add_scripts folder)
  file(GLOB scripts CONFIGURE_DEPENDS "tests/${folder}/*.sh")
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM stem)
    add_test(NAME "${folder}/${stem}" COMMAND bash "${script}" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties("${folder}/${stem}" PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77 ENVIRONMENT
      "SKEIN=${CMAKE_BINARY_DIR}/skein;SKEIN_KERNEL=${CMAKE_BINARY_DIR}/skein-kernel;CMAKE=${CMAKE_COMMAND}")
  endforeach()
endfunction()

skein_add_scripts(project)
if(TARGET skein)
  skein_add_scripts(e2e)
endif()
