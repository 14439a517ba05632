#pragma once
// Pictures: a frozen diagram as a neural circuit diagram (Abbott, arXiv 2402.05424). Time runs from left to right; a
// solid line is an axis, with its name above where it starts; dashed lines separate arrays; a glyph stands where the
// axes end that it acts on, and the others pass by; copies are dots, contractions cups, merged axes dots.
#include <string>

#include "diagram/diagram.hpp"
#include "draw/canvas.hpp"
#include "draw/sketch.hpp"

namespace skein {

Canvas draw(const Diagram& d);
Canvas draw(const Sketch& s);

}  // namespace skein
