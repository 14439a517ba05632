#pragma once
// Canvas: a picture as an ordered list of strokes, shapes and lines of text, and its form as a self-contained SVG. Text
// is measured with the advance widths of the DejaVu fonts, the widest of those in common use, so that a layout made
// here fits wherever the picture is shown; every line of text keeps its box, for whoever wants to check that none
// overlap.
#include <string>
#include <vector>

namespace skein {

struct Point {
  double x = 0, y = 0;
};

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
  bool overlaps(const Rect& o) const {
    return x < o.x + o.width && o.x < x + width && y < o.y + o.height && o.y < y + height;
  }
};

enum class Face { italic, bold, plain };

double text_width(const std::string& text, Face face, double size);

class Canvas {
 public:
  enum class Anchor { start, middle };

  void wire(const std::vector<Point>& line);        // straight pieces
  void curve(Point from, Point to);                 // a cubic with horizontal tangents
  void cup(Point top, Point bottom, double bulge);  // the half ellipse that joins two wires, bulging right
  void separator(const std::vector<Point>& line);   // dashed
  void dot(Point at);
  void arrow_tip(Point at);  // pointing right, its tip at the point
  void polygon(const std::vector<Point>& corners, const char* fill, double stroke = 1);
  // Another picture, its top left corner at the point.
  void place(const Canvas& picture, Point at, double scale = 1);
  // `at` is on the base line. The box of the text is remembered.
  void text(const std::string& text, Point at, Face face, double size, Anchor anchor = Anchor::start);

  struct Line {
    std::string text;
    Rect box;
  };
  const std::vector<Line>& lines() const { return lines_; }
  // The strokes, each as a fine chain of points, for whoever wants to check that none crosses a text.
  const std::vector<std::vector<Point>>& strokes() const { return strokes_; }
  Rect extent() const;  // of all that is drawn; empty at the origin if nothing is
  std::string svg(const std::string& title) const;

 private:
  void cover(Point p);
  void cover(const Rect& r);
  void stroke(const std::string& path, std::vector<Point> chain, const char* style);

  std::string wires_, shapes_, text_;  // wires lie below shapes, shapes below text
  std::vector<Line> lines_;
  std::vector<std::vector<Point>> strokes_;
  double left_ = 1e9, top_ = 1e9, right_ = -1e9, bottom_ = -1e9;
};

}  // namespace skein
