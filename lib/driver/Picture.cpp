//===- Picture.cpp - braille, SVG, PNG ---------------------------------------------===//

#include "driver/Picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gradus::driver {

Cells cellsOf(const Pattern &p, int64_t most) {
  Cells c;
  c.scale = std::max<int64_t>(1, (std::max(p.rows, p.columns) + most - 1) / most);
  c.rows = (p.rows + c.scale - 1) / c.scale;
  c.columns = (p.columns + c.scale - 1) / c.scale;
  c.filled.assign(static_cast<size_t>(c.rows * c.columns), false);
  auto fill = [&](int64_t i, int64_t j) {
    c.filled[static_cast<size_t>(i / c.scale * c.columns + j / c.scale)] = true;
  };
  for (int64_t j = 0; j < p.columns; ++j)
    for (int64_t k = p.start[static_cast<size_t>(j)]; k < p.start[static_cast<size_t>(j) + 1]; ++k) {
      const int64_t i = p.row[static_cast<size_t>(k)];
      fill(i, j);
      if (p.symmetric)
        fill(j, i);
    }
  return c;
}

std::string brailleText(const Cells &c) {
  // The dots of U+2800, by row and column of the cell.
  constexpr int dots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  const int64_t width = (c.columns + 1) / 2;
  auto edge = [&](const char *left, const char *right) {
    std::string line = left;
    for (int64_t k = 0; k < width; ++k)
      line += "─";
    return line + right + "\n";
  };
  std::string text = edge("┌", "┐");
  for (int64_t i = 0; i < c.rows; i += 4) {
    text += "│";
    for (int64_t j = 0; j < c.columns; j += 2) {
      int mask = 0;
      for (int di = 0; di < 4; ++di)
        for (int dj = 0; dj < 2; ++dj)
          if (c.at(i + di, j + dj))
            mask |= dots[di][dj];
      if (mask == 0) {
        text += " ";
        continue;
      }
      const int code = 0x2800 + mask;
      text += static_cast<char>(0xE0 | code >> 12);
      text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      text += static_cast<char>(0x80 | (code & 0x3F));
    }
    text += "│\n";
  }
  return text + edge("└", "┘");
}

namespace {

std::string escaped(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

} // namespace

std::string svgImage(const Cells &c, const std::string &title) {
  constexpr double side = 640, margin = 20, head = 24;
  const double unit = side / static_cast<double>(std::max<int64_t>({c.rows, c.columns, 1}));
  const double width = unit * static_cast<double>(c.columns);
  const double height = unit * static_cast<double>(c.rows);
  std::string svg = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" "
                                "height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\">\n",
                                width + 2 * margin, height + 2 * margin + head);
  svg += "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  svg += fmt::format("<text x=\"{:g}\" y=\"{:g}\" font-family=\"sans-serif\" "
                     "font-size=\"14\">{}</text>\n",
                     margin, margin + 6, escaped(title));
  svg += fmt::format("<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" fill=\"none\" "
                     "stroke=\"black\" stroke-width=\"0.5\"/>\n",
                     margin, margin + head, width, height);
  // One path; neighbours in a row are one rectangle.
  svg += "<path fill=\"#1f4e79\" d=\"";
  for (int64_t i = 0; i < c.rows; ++i)
    for (int64_t j = 0; j < c.columns; ++j) {
      if (!c.at(i, j))
        continue;
      int64_t end = j;
      while (c.at(i, end + 1))
        ++end;
      svg += fmt::format("M{:g} {:g}h{:g}v{:g}h{:g}z", margin + unit * static_cast<double>(j),
                         margin + head + unit * static_cast<double>(i),
                         unit * static_cast<double>(end - j + 1), unit,
                         -unit * static_cast<double>(end - j + 1));
      j = end;
    }
  return svg + "\"/>\n</svg>\n";
}

//--- PNG: RFC 2083, with blocks that are stored and not compressed (RFC 1951) ---------------

namespace {

void bigEndian(std::string &out, uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(v >> shift & 0xFF);
}

uint32_t crc(const std::string &bytes) {
  uint32_t c = 0xFFFFFFFF;
  for (unsigned char b : bytes) {
    c ^= b;
    for (int k = 0; k < 8; ++k)
      c = c >> 1 ^ (c & 1 ? 0xEDB88320u : 0);
  }
  return ~c;
}

void chunk(std::string &png, const char *name, const std::string &data) {
  bigEndian(png, static_cast<uint32_t>(data.size()));
  const std::string body = name + data;
  png += body;
  bigEndian(png, crc(body));
}

std::string stored(const std::string &raw) {
  constexpr size_t most = 65535;
  std::string out = "\x78\x01";
  uint32_t a = 1, b = 0; // Adler's sum
  for (unsigned char c : raw) {
    a = (a + c) % 65521;
    b = (b + a) % 65521;
  }
  for (size_t at = 0; at < raw.size() || at == 0; at += most) {
    const auto length = static_cast<uint32_t>(std::min(most, raw.size() - at));
    out += static_cast<char>(at + most >= raw.size());
    for (uint32_t v : {length, ~length}) {
      out += static_cast<char>(v & 0xFF);
      out += static_cast<char>(v >> 8 & 0xFF);
    }
    out += raw.substr(at, length);
  }
  bigEndian(out, b << 16 | a);
  return out;
}

} // namespace

std::string pngImage(const Cells &c) {
  const int64_t unit = std::max<int64_t>(1, 640 / std::max<int64_t>({c.rows, c.columns, 1}));
  const int64_t width = unit * c.columns + 2, height = unit * c.rows + 2;
  // A bit a point, a frame around: 0 is black.
  std::string raw;
  for (int64_t y = 0; y < height; ++y) {
    std::string line(static_cast<size_t>((width + 7) / 8), '\0');
    const bool edgeRow = y == 0 || y == height - 1;
    for (int64_t x = 0; x < width; ++x) {
      const bool edge = edgeRow || x == 0 || x == width - 1;
      if (!edge && !c.at((y - 1) / unit, (x - 1) / unit))
        line[static_cast<size_t>(x / 8)] |= static_cast<char>(0x80 >> x % 8);
    }
    raw += '\0'; // no filter
    raw += line;
  }
  std::string header;
  bigEndian(header, static_cast<uint32_t>(width));
  bigEndian(header, static_cast<uint32_t>(height));
  header += std::string("\x01\x00\x00\x00\x00", 5);
  std::string png = "\x89PNG\r\n\x1A\n";
  chunk(png, "IHDR", header);
  chunk(png, "IDAT", stored(raw));
  chunk(png, "IEND", "");
  return png;
}

} // namespace gradus::driver
