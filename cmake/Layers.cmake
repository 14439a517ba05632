# The layers of src/ and the check that includes respect them.
# Included by CMakeLists.txt; run as `cmake -DSKEIN_CHECK=SRC -P Layers.cmake` it only checks the tree SRC.

cmake_minimum_required(VERSION 3.25)

# From the bottom up.
set(SKEIN_LAYERS diagram graph theory kernel lang onnx backend rewrite verify prove draw batch cli)

# What each layer links. For theory and kernel, which are trusted, this is also all they may include.
set(SKEIN_USES_diagram)
set(SKEIN_USES_graph diagram)
set(SKEIN_USES_theory diagram)
set(SKEIN_USES_kernel theory diagram)
set(SKEIN_USES_lang theory graph diagram)
set(SKEIN_USES_onnx lang)
set(SKEIN_USES_backend theory diagram)
set(SKEIN_USES_rewrite kernel graph)
set(SKEIN_USES_verify rewrite backend lang kernel)
set(SKEIN_USES_prove rewrite verify backend onnx lang kernel theory graph diagram)
set(SKEIN_USES_draw lang kernel graph diagram)
set(SKEIN_USES_batch prove rewrite verify backend onnx lang kernel theory graph diagram)
set(SKEIN_USES_cli draw batch prove rewrite verify backend onnx lang kernel theory graph diagram)

# Headers that cost seconds per inclusion or leak a library's types: in .cpp files only.
set(SKEIN_HEAVY_HEADERS "^(z3(\\+\\+)?\\.h|Eigen/|boost/|onnx/.*\\.h$|google/protobuf/|(arb|acb)(_[a-z]+)?\\.h$|flint/)")

# The layers whose headers `layer` may include, itself among them.
function(skein_visible_layers layer result)
  set(visible ${layer})
  if(layer MATCHES "^(theory|kernel)$")
    list(APPEND visible ${SKEIN_USES_${layer}})
  else()
    foreach(other IN LISTS SKEIN_LAYERS)
      if(other STREQUAL layer)
        break()
      endif()
      list(APPEND visible ${other})
    endforeach()
  endif()
  set(${result} ${visible} PARENT_SCOPE)
endfunction()

# Fails, naming every offending include, unless the tree `src` respects the layers.
function(skein_check_layers src)
  set(complaints "")
  file(GLOB folders RELATIVE "${src}" LIST_DIRECTORIES true "${src}/*")
  foreach(folder IN LISTS folders)
    file(GLOB_RECURSE files RELATIVE "${src}" "${src}/${folder}/*.hpp" "${src}/${folder}/*.cpp")
    if(files AND NOT folder IN_LIST SKEIN_LAYERS)
      string(APPEND complaints "\n  src/${folder} is not a layer; give it a place in SKEIN_LAYERS (cmake/Layers.cmake).")
      continue()
    endif()
    skein_visible_layers(${folder} visible)
    string(REPLACE ";" ", " visible_text "${visible}")
    foreach(file IN LISTS files)
      file(READ "${src}/${file}" text)
      string(REGEX MATCHALL "(^|\n)[ \t]*#[ \t]*include[ \t]*[\"<][^\">\n]+" includes "${text}")
      foreach(include IN LISTS includes)
        string(REGEX MATCH "([\"<])([^\">\n]+)$" ignored "${include}")
        set(quote "${CMAKE_MATCH_1}")
        set(header "${CMAKE_MATCH_2}")
        if(header MATCHES "^z3" AND NOT folder STREQUAL "verify")
          string(APPEND complaints "\n  src/${file} includes ${header}; only src/verify may talk to Z3.")
        elseif(header MATCHES "${SKEIN_HEAVY_HEADERS}" AND file MATCHES "\\.hpp$"
               AND NOT file STREQUAL "graph/incidence.hpp") # the model of Boost.Graph's concepts, for graph/ alone
          string(APPEND complaints "\n  src/${file} includes ${header}; such a heavy header belongs in a .cpp file.")
        elseif(header MATCHES "^([a-z0-9_]+)/.*\\.hpp$" AND CMAKE_MATCH_1 IN_LIST SKEIN_LAYERS)
          if(NOT CMAKE_MATCH_1 IN_LIST visible)
            string(APPEND complaints "\n  src/${file} includes ${header}; ${folder} may include only: ${visible_text}.")
          endif()
        elseif(quote STREQUAL "\"")
          string(APPEND complaints "\n  src/${file} includes \"${header}\"; write headers of skein relative to src.")
        endif()
      endforeach()
    endforeach()
  endforeach()
  if(complaints)
    message(FATAL_ERROR "The layering of src/ is violated:${complaints}")
  endif()
endfunction()

if(CMAKE_SCRIPT_MODE_FILE AND SKEIN_CHECK)
  skein_check_layers("${SKEIN_CHECK}")
endif()
