#include "draw/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "draw/picture.hpp"

namespace skein {

namespace {

constexpr double page_width = 1800, widest_page = 3000, smallest_scale = 0.5, tallest_picture = 800;
constexpr double caption_width = 200, caption_size = 12, line_step = 16, sign_size = 26, heading_size = 13;
constexpr double gap = 18, row_gap = 46, header = 64;
constexpr std::size_t most_reasons = 4;

// Broken at line breaks, and at blanks to lines that are not wider than `width`, as far as single words allow.
std::vector<std::string> wrap(const std::string& text, double width) {
  std::vector<std::string> lines;
  std::string line, word;
  const auto flush = [&] {
    if (word.empty()) return;
    const std::string longer = line.empty() ? word : line + " " + word;
    if (!line.empty() && text_width(longer, Face::plain, caption_size) > width)
      lines.push_back(line), line = word;
    else
      line = longer;
    word.clear();
  };
  for (const char c : text) {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    flush();
    if (c == '\n') lines.push_back(std::exchange(line, ""));
  }
  flush();
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string counted(std::size_t n, const char* noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

// A diagram that no reader could follow, by its counts.
Canvas summary(const Diagram& d) {
  std::size_t weights = 0, boxes = 0;
  for (const InputPort& p : d.inputs()) weights += p.role == Role::weight;
  for (const Box& b : d.boxes()) boxes += b.op != Op::input;
  const std::string arrays =
      fmt::format("{}, {}", counted(d.inputs().size() - weights, "input"), counted(weights, "weight"));
  Canvas c;
  const double width = std::max(220.0, text_width(arrays, Face::plain, 13) + 40);
  c.polygon({{0, 0}, {width, 0}, {width, 84}, {0, 84}}, "#f4f4f4", 1.2);
  c.text(boxes == 1 ? "1 box" : fmt::format("{} boxes", boxes), {width / 2, 36}, Face::bold, 16,
         Canvas::Anchor::middle);
  c.text(arrays, {width / 2, 62}, Face::plain, 13, Canvas::Anchor::middle);
  return c;
}

Canvas picture(const Diagram& d) {
  auto s = legible_sketch(d);
  if (!s) return summary(d);
  name_axes_after_boundary(*s);
  return draw(*s);
}

class Page {
 public:
  explicit Page(const ProofPhases& p) : proof_(p) {}

  Canvas run() {
    make_blocks();
    title();
    double y = header;
    for (std::size_t first = 0; first < blocks_.size();) {
      std::size_t end = first;
      double x = 0, height = 0;
      for (; end < blocks_.size() && (end == first || x + blocks_[end].width() <= width_); ++end) {
        x += blocks_[end].width() + gap;
        height = std::max(height, blocks_[end].height());
      }
      row(first, end, y, height);
      y += height + row_gap;
      first = end;
    }
    return std::move(canvas_);
  }

 private:
  struct Block {
    std::vector<std::string> caption;  // under the sign; the first picture has none
    Canvas picture;
    double scale = 1;
    std::string heading;

    bool leads() const { return caption.empty(); }
    double picture_width() const {
      return std::max(scale * picture.extent().width, text_width(heading, Face::bold, heading_size));
    }
    double picture_height() const { return scale * picture.extent().height; }
    double caption_height() const { return sign_size + line_step * static_cast<double>(caption.size()); }
    double width() const { return (leads() ? 0 : caption_width + gap) + picture_width(); }
    double height() const { return std::max(picture_height(), leads() ? 0 : caption_height()) + 2 * heading_size; }
  };

  void make_blocks() {
    for (std::size_t k = 0; k < proof_.diagrams.size(); ++k) {
      Block b;
      b.picture = picture(proof_.diagrams[k]);
      if (k > 0) b.caption = caption(proof_.phases[k - 1], k == 1);
      const bool last = k + 1 == proof_.diagrams.size();
      if (k == 0) b.heading = "left side";
      if (last) b.heading = "right side";
      if (proof_.normal_form == k)
        b.heading = k == 0 || last ? b.heading + ", in normal form" : "normal form of both sides";
      blocks_.push_back(std::move(b));
    }
    // As wide as the widest picture needs, within reason; what is wider still is made smaller.
    for (const Block& b : blocks_) width_ = std::max(width_, std::min(widest_page, b.width()));
    for (Block& b : blocks_) {
      const Rect r = b.picture.extent();
      const double room = width_ - (b.leads() ? 0 : caption_width + gap);
      b.scale = std::min({1.0, room / r.width, tallest_picture / r.height});
      if (b.scale < smallest_scale) {
        b.picture = summary(proof_.diagrams[static_cast<std::size_t>(&b - blocks_.data())]);
        b.scale = 1;
      }
    }
  }

  static std::vector<std::string> caption(const ProofPhase& p, bool first) {
    std::vector<std::string> lines;
    for (std::size_t k = 0; k < p.reasons.size(); ++k) {
      const bool rest = k + 1 == most_reasons && p.reasons.size() > most_reasons;
      const std::string text = rest ? fmt::format("and {} more", p.reasons.size() - k) : p.reasons[k];
      for (std::string& line : wrap(text, caption_width)) lines.push_back(std::move(line));
      if (rest) break;
    }
    if (lines.empty()) lines.push_back("the same diagram");
    lines.push_back(p.steps == 0 ? "(steps counted above)"
                                 : fmt::format("({})", counted(p.steps, first ? "step" : "more step")));
    return lines;
  }

  void title() {
    canvas_.text(proof_.theorem.text(), {0, 18}, Face::bold, 20);
    canvas_.text(
        fmt::format("proved in {}, replayed by the kernel; {} asked of the solver", counted(proof_.steps, "step"),
                    proof_.leaves == 0   ? "nothing"
                    : proof_.leaves == 1 ? "1 leaf"
                                         : fmt::format("{} leaves", proof_.leaves)),
        {0, 38}, Face::plain, caption_size);
  }

  void row(std::size_t first, std::size_t end, double y, double height) {
    const double top = y + 2 * heading_size, middle = top + (height - 2 * heading_size) / 2;
    double x = 0;
    for (std::size_t k = first; k < end; ++k) {
      const Block& b = blocks_[k];
      if (!b.leads()) {
        double line = middle - b.caption_height() / 2 + sign_size * 0.7;
        const double centre = x + caption_width / 2;
        canvas_.text("=", {centre, line}, Face::bold, sign_size, Canvas::Anchor::middle);
        for (const std::string& text : b.caption)
          canvas_.text(text, {centre, line += line_step}, Face::plain, caption_size, Canvas::Anchor::middle);
        x += caption_width + gap;
      }
      const double above = middle - b.picture_height() / 2;
      canvas_.place(b.picture, {x, above}, b.scale);
      if (!b.heading.empty()) canvas_.text(b.heading, {x, above - heading_size}, Face::bold, heading_size);
      x += b.picture_width() + gap;
    }
  }

  const ProofPhases& proof_;
  double width_ = page_width;
  std::vector<Block> blocks_;
  Canvas canvas_;
};

}  // namespace

Canvas draw_page(const ProofPhases& proof) { return Page(proof).run(); }

}  // namespace skein
