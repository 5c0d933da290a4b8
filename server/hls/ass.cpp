// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ass.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <vector>

namespace hls {
namespace {

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(" \t\r*");  // "*Default" is an old way to write a style's name
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool is(std::string_view text, std::string_view what) {
  return text.size() == what.size() && g_ascii_strncasecmp(text.data(), what.data(), what.size()) == 0;
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  auto const [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value > -1e6 && value < 1e6)) return std::nullopt;
  return value;
}
std::optional<int> integer(std::string_view text) {
  auto const value = number(text);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

/// Gives the part up to the next comma and takes it away.
std::string_view field(std::string_view& rest) {
  auto const end = rest.find(',');
  auto const part = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

/// SSA v4: 1-3 below, +4 at the top, +8 in the middle.
int of_ssa(int alignment) {
  auto const column = alignment & 3;
  if (column == 0) return 2;
  return column + ((alignment & 4) != 0 ? 6 : (alignment & 8) != 0 ? 3 : 0);
}

std::optional<Placement::Point> point(std::string_view value) {
  auto const open = value.find('(');
  if (open == value.npos) return std::nullopt;
  auto rest = value.substr(open + 1);
  auto const x = number(field(rest));
  auto const y = number(rest.substr(0, rest.find_first_of(",)")));
  if (!x || !y) return std::nullopt;
  return Placement::Point{*x, *y};
}

}  // namespace

int read_overrides(std::string_view tags, TextStyle& style, Placement& placement) {
  int drawing = -1;
  auto const letters = "abcdefghijklmnopqrstuvwxyz";
  while (!tags.empty()) {
    auto const begin = tags.find('\\');
    if (begin == tags.npos) break;
    tags.remove_prefix(begin + 1);
    auto const tag = tags.substr(0, tags.find('\\'));
    auto const name = tag.substr(0, std::min(tag.find_first_not_of(letters), tag.size()));
    auto const value = tag.substr(name.size());
    auto const on = integer(value).value_or(0);
    if (name == "i") style.italic = on != 0;
    if (name == "b") style.bold = on == 1 || on >= 600;
    if (name == "u") style.underline = on != 0;
    if (name == "p") drawing = on;
    if (name == "an" && on >= 1 && on <= 9) placement.alignment = on;
    if (name == "a" && on >= 1 && on <= 11) placement.alignment = of_ssa(on);
    if ((name == "pos" || name == "move") && point(value)) placement.anchor = point(value);
    if (name == "t") {  // an animation's tags are its end, not what is shown
      auto const end = tags.find(')');
      tags.remove_prefix(std::min(end, tags.size()));
    }
  }
  return drawing;
}

AssScript::AssScript(std::string_view header) {
  std::string_view format;
  bool old = false;
  while (!header.empty() && styles_.size() < 1000) {
    auto const end = std::min(header.find('\n'), header.size());
    auto const line = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    auto const colon = line.find(':');
    if (line.starts_with("[")) old = is(line, "[V4 Styles]");
    if (colon == line.npos) continue;
    auto const key = line.substr(0, colon);
    auto const value = line.substr(colon + 1);
    auto const size = number(value);
    if (is(key, "PlayResX") && size && *size > 0) width_ = *size;
    if (is(key, "PlayResY") && size && *size > 0) height_ = *size;
    if (is(key, "Format")) format = value;
    if (is(key, "Style")) read_style(value, format, old);
  }
}

void AssScript::read_style(std::string_view line, std::string_view format, bool old) {
  AssStyle style;
  std::string name;
  while (!format.empty() && !line.empty()) {
    auto const key = trimmed(field(format));
    auto const value = trimmed(field(line));
    auto const on = integer(value).value_or(0);
    if (is(key, "Name")) name = value;
    if (is(key, "Italic")) style.text.italic = on != 0;
    if (is(key, "Bold")) style.text.bold = on != 0;
    if (is(key, "Underline")) style.text.underline = on != 0;
    if (is(key, "Alignment") && on >= 1) style.alignment = old ? of_ssa(on) : std::min(on, 9);
  }
  if (!name.empty()) styles_.insert_or_assign(name, style);
}

AssScript::Shown AssScript::event(std::string_view event) const {
  int fields = 8;
  if (event.starts_with("Dialogue:")) fields = 9;  // as a line of the file
  auto const style_at = fields == 9 ? 3 : 2;
  AssStyle style;
  for (int i = 0; i < fields; ++i) {
    auto const value = trimmed(field(event));
    if (i != style_at) continue;
    auto const found = styles_.find(value);
    if (found != styles_.end()) style = found->second;
  }
  CueText text;
  text.set(style.text);
  Placement placement{.alignment = style.alignment, .anchor = {}};
  bool draws = false;
  while (!event.empty()) {
    std::size_t used = 1;
    if (event[0] == '{' && event.find('}') != event.npos) {
      used = event.find('}') + 1;
      auto const tags = event.substr(1, used - 2);
      auto now = text.style();
      if (auto const reset = tags.find("\\r"); reset != tags.npos) {
        auto const name = tags.substr(reset + 2, std::min(tags.find('\\', reset + 2), tags.size()) - reset - 2);
        auto const found = styles_.find(trimmed(name));
        now = found == styles_.end() ? style.text : found->second.text;
      }
      auto const level = read_overrides(tags, now, placement);
      if (level >= 0) draws = level > 0;
      text.set(now);
    } else if (event.starts_with("\\N") || event.starts_with("\\n")) {
      used = 2;
      text.put("\n");
    } else if (event.starts_with("\\h")) {
      used = 2;
      text.put("\u00a0");
    } else {
      used = std::max<std::size_t>(std::min(event.find_first_of("{\\", 1), event.size()), 1);
      if (!draws) text.put(event.substr(0, used));
    }
    event.remove_prefix(used);
  }
  if (placement.anchor) placement.anchor = {placement.anchor->x / width_, placement.anchor->y / height_};
  Shown shown{.text = text.take(), .settings = {}};
  auto const lines = 1 + static_cast<int>(std::count(shown.text.begin(), shown.text.end(), '\n'));
  shown.settings = settings_of(placement, lines);
  return shown;
}

}  // namespace hls
