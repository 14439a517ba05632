#include "check/correspondence.hpp"

namespace skein {

namespace {

std::vector<InputPort> common_ports(const Diagram& model, const Correspondence& c) {
  std::vector<InputPort> ports = model.inputs();
  for (InputPort& p : ports)
    for (Axis& a : p.axes) a.size = substitute(a.size, c.model_sizes);
  return ports;
}

}  // namespace

Diagram in_terms_of_model(const Diagram& diagram, const Diagram& model, const Correspondence& c) {
  DiagramBuilder b;
  DiagramBuilder::Substitution s;
  s.sizes = c.sizes;
  for (const Output& array : thaw(b, c.arrays)) s.inputs[array.name] = {array.axes, array.value};
  return freeze(b, diagram.name, c.context, common_ports(model, c), thaw(b, diagram, s));
}

Diagram at_common_sizes(const Diagram& model, const Correspondence& c) {
  DiagramBuilder b;
  DiagramBuilder::Substitution s;
  s.sizes = c.model_sizes;
  return freeze(b, model.name, c.context, common_ports(model, c), thaw(b, model, s));
}

}  // namespace skein
