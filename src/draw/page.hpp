#pragma once
// Pages: a proof as a row of pictures with signs of equality between them, wrapped where it is wide. Each sign carries
// what the phase does and how many steps of the kernel it stands for.
#include "draw/canvas.hpp"
#include "draw/proof.hpp"

namespace skein {

Canvas draw_page(const ProofPhases& proof);

}  // namespace skein
