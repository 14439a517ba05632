#include "draw/canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace skein {

namespace {

using Widths = std::array<short, 95>;  // of the characters from the blank to ~, in thousandths of the size

constexpr Widths serif_italic = {318,  402, 460, 838, 636, 950, 890, 275,  390, 390, 500, 838, 318, 338,  318, 337,
                                 636,  636, 636, 636, 636, 636, 636, 636,  636, 636, 337, 337, 838, 838,  838, 536,
                                 1000, 722, 735, 765, 802, 730, 694, 799,  872, 395, 401, 747, 664, 1024, 875, 820,
                                 673,  820, 753, 685, 667, 843, 722, 1028, 712, 660, 695, 390, 337, 390,  838, 500,
                                 500,  596, 640, 560, 640, 592, 370, 640,  644, 320, 310, 606, 320, 948,  644, 602,
                                 640,  640, 478, 513, 402, 644, 565, 856,  564, 565, 527, 636, 337, 636,  838};
constexpr Widths serif_bold = {348,  439, 521, 838, 696, 950, 903, 306,  473, 473, 523, 838, 348, 415,  348, 365,
                               696,  696, 696, 696, 696, 696, 696, 696,  696, 696, 369, 369, 838, 838,  838, 586,
                               1000, 776, 845, 796, 867, 762, 710, 854,  945, 468, 473, 869, 703, 1107, 914, 871,
                               752,  871, 831, 722, 744, 872, 776, 1123, 776, 714, 730, 473, 365, 473,  838, 500,
                               500,  648, 699, 609, 699, 636, 430, 699,  727, 380, 362, 693, 380, 1058, 727, 667,
                               699,  699, 527, 563, 462, 727, 581, 861,  596, 581, 568, 643, 364, 643,  838};
constexpr Widths sans = {318,  401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
                         636,  636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
                         1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
                         603,  787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
                         500,  613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
                         635,  635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838};

constexpr double other_width = 860;  // of a character beyond ASCII: the widest that are written here

const Widths& widths(Face face) { return face == Face::italic ? serif_italic : face == Face::bold ? serif_bold : sans; }

const char* css_class(Face face) { return face == Face::italic ? "i" : face == Face::bold ? "b" : "p"; }

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += ' ';
    else
      out += c;
  }
  return out;
}

// One decimal is a tenth of a pixel; shortest form, so that the same picture is the same text.
std::string number(double v) {
  const double r = std::round(v * 10) / 10;
  return fmt::format("{:g}", r == 0 ? 0.0 : r);
}

std::string pair(Point p) { return number(p.x) + " " + number(p.y); }

}  // namespace

double text_width(const std::string& text, Face face, double size) {
  double sum = 0;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x20 && u < 0x7f)
      sum += widths(face)[u - 0x20];
    else if ((u & 0xc0) != 0x80)
      sum += other_width;  // the first byte of a character
  }
  return sum * size / 1000;
}

void Canvas::cover(Point p) {
  left_ = std::min(left_, p.x), right_ = std::max(right_, p.x);
  top_ = std::min(top_, p.y), bottom_ = std::max(bottom_, p.y);
}

void Canvas::cover(const Rect& r) {
  cover(Point{r.x, r.y});
  cover(Point{r.x + r.width, r.y + r.height});
}

void Canvas::stroke(const std::string& path, std::vector<Point> chain, const char* style) {
  for (const Point& p : chain) cover(p);
  strokes_.push_back(std::move(chain));
  wires_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", style, path);
}

void Canvas::wire(const std::vector<Point>& line) {
  std::string path = "M" + pair(line.front());
  for (std::size_t k = 1; k < line.size(); ++k) path += "L" + pair(line[k]);
  stroke(path, line, "w");
}

void Canvas::curve(Point from, Point to) {
  if (std::abs(from.y - to.y) < 0.5) return wire({from, to});
  const double reach = 0.45 * (to.x - from.x);
  const Point a{from.x + reach, from.y}, b{to.x - reach, to.y};
  std::vector<Point> chain;
  constexpr int pieces = 24;
  for (int k = 0; k <= pieces; ++k) {
    const double t = double(k) / pieces, s = 1 - t;
    const auto bezier = [&](double p, double q, double r, double u) {
      return s * s * s * p + 3 * s * s * t * q + 3 * s * t * t * r + t * t * t * u;
    };
    chain.push_back({bezier(from.x, a.x, b.x, to.x), bezier(from.y, a.y, b.y, to.y)});
  }
  stroke(fmt::format("M{}C{} {} {}", pair(from), pair(a), pair(b), pair(to)), std::move(chain), "w");
}

void Canvas::cup(Point top, Point bottom, double bulge) {
  const double radius = (bottom.y - top.y) / 2, wide = std::min(radius, bulge);
  std::vector<Point> chain;
  constexpr int pieces = 24;
  for (int k = 0; k <= pieces; ++k) {
    const double angle = std::numbers::pi * (double(k) / pieces - 0.5);
    chain.push_back({top.x + wide * std::cos(angle), top.y + radius + radius * std::sin(angle)});
  }
  stroke(fmt::format("M{}A{} {} 0 0 1 {}", pair(top), number(wide), number(radius), pair(bottom)), std::move(chain),
         "w");
}

void Canvas::separator(const std::vector<Point>& line) {
  std::string path = "M" + pair(line.front());
  for (std::size_t k = 1; k < line.size(); ++k) path += "L" + pair(line[k]);
  stroke(path, line, "d");
}

void Canvas::dot(Point at) {
  cover(Rect{at.x - 3, at.y - 3, 6, 6});
  shapes_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2.8\"/>\n", number(at.x), number(at.y));
}

void Canvas::arrow_tip(Point at) { shapes_ += fmt::format("<path d=\"M{}l-9 -4l2.5 4l-2.5 4z\"/>\n", pair(at)); }

void Canvas::polygon(const std::vector<Point>& corners, const char* fill, double stroke) {
  std::string points;
  for (const Point& p : corners) {
    cover(p);
    points += (points.empty() ? "" : " ") + number(p.x) + "," + number(p.y);
  }
  shapes_ += fmt::format("<polygon points=\"{}\" fill=\"{}\" stroke=\"#111\" stroke-width=\"{}\"/>\n", points, fill,
                         number(stroke));
}

void Canvas::place(const Canvas& picture, Point at, double scale) {
  const Rect from = picture.extent();
  const Point shift{at.x - scale * from.x, at.y - scale * from.y};
  const auto moved = [&](Point p) { return Point{shift.x + scale * p.x, shift.y + scale * p.y}; };
  shapes_ += fmt::format("<g transform=\"translate({}) scale({:.3g})\">\n{}{}{}</g>\n", pair(shift), scale,
                         picture.wires_, picture.shapes_, picture.text_);
  for (const Line& l : picture.lines_) {
    const Point corner = moved({l.box.x, l.box.y});
    lines_.push_back({l.text, {corner.x, corner.y, scale * l.box.width, scale * l.box.height}});
  }
  for (std::vector<Point> chain : picture.strokes_) {
    for (Point& p : chain) p = moved(p);
    strokes_.push_back(std::move(chain));
  }
  cover(Rect{at.x, at.y, scale * from.width, scale * from.height});
}

void Canvas::text(const std::string& text, Point at, Face face, double size, Anchor anchor) {
  const double width = text_width(text, face, size);
  const Rect box{anchor == Anchor::middle ? at.x - width / 2 : at.x, at.y - 0.76 * size, width, 0.98 * size};
  cover(box);
  lines_.push_back({text, box});
  text_ +=
      fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{}>{}</text>\n", css_class(face), number(at.x),
                  number(at.y), number(size), anchor == Anchor::middle ? " text-anchor=\"middle\"" : "", escape(text));
}

Rect Canvas::extent() const {
  if (right_ < left_) return {};
  return {left_, top_, right_ - left_, bottom_ - top_};
}

std::string Canvas::svg(const std::string& title) const {
  constexpr double margin = 14;
  const Rect all = extent();
  const double x = all.x - margin, y = all.y - margin, w = all.width + 2 * margin, h = all.height + 2 * margin;
  const std::string box =
      fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", number(x), number(y), number(w), number(h));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"{} {} {} {}\">\n"
      "<title>{}</title>\n"
      "<style>\n"
      ".w{{fill:none;stroke:#111;stroke-width:1.2;stroke-linecap:round}}\n"
      ".d{{fill:none;stroke:#111;stroke-width:1.6;stroke-dasharray:6 5}}\n"
      "text{{fill:#111}}\n"
      ".i{{font-family:'DejaVu Serif',Georgia,serif;font-style:italic}}\n"
      ".b{{font-family:'DejaVu Serif',Georgia,serif;font-weight:bold}}\n"
      ".p{{font-family:'DejaVu Sans',Verdana,sans-serif}}\n"
      "</style>\n"
      "<rect {} fill=\"#fff\"/>\n{}{}{}</svg>\n",
      number(w), number(h), number(x), number(y), number(w), number(h), escape(title), box, wires_, shapes_, text_);
}

}  // namespace skein
