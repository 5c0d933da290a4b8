// SPDX-License-Identifier: LGPL-2.1-or-later
// By hand, because GMarkup and libavformat's HTML reader each stop at the first thing that isn't right.
#include "hls/markup.hpp"

#include "hls/ass.hpp"
#include "hls/charset.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>

namespace hls {
namespace {

/// Tags that change nothing which WebVTT in every player could show.
bool vanishes(std::string const& name) {
  static constexpr std::array<std::string_view, 22> names{
      "font", "span", "s",  "strike", "strikethrough", "c", "v",   "lang",   "ruby", "rt",     "rp",
      "sub",  "sup",  "tt", "big",    "small",         "p", "div", "markup", "body", "center", "a"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_time(std::string_view text) {
  return text.find(':') != text.npos && text.find_first_not_of("0123456789:.") == text.npos;
}

/// Gives how long the entity is that `text` begins with, and puts its character behind `to`; 0: it begins with none.
std::size_t read_entity(std::string_view text, std::string& to) {
  auto const end = text.substr(0, 12).find(';');
  if (end == text.npos || end < 2) return 0;
  auto const name = text.substr(1, end - 1);
  struct Named {
    std::string_view name, text;
  };
  static constexpr std::array<Named, 8> named{{{"amp", "&"},
                                               {"lt", "<"},
                                               {"gt", ">"},
                                               {"quot", "\""},
                                               {"apos", "'"},
                                               {"nbsp", "\u00a0"},
                                               {"lrm", "\u200e"},
                                               {"rlm", "\u200f"}}};
  for (auto const& one : named) {
    if (one.name == name) {
      to += one.text;
      return end + 1;
    }
  }
  if (name[0] != '#') return 0;
  auto const hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  auto const digits = name.substr(hex ? 2 : 1);
  unsigned code = 0;
  auto const [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  if (error != std::errc() || at != digits.data() + digits.size() || !g_unichar_validate(code)) return 0;
  std::array<char, 6> bytes{};
  auto const length = g_unichar_to_utf8(code, bytes.data());
  to += code < 0x20 ? std::string_view(" ") : std::string_view(bytes.data(), static_cast<std::size_t>(length));
  return end + 1;
}

class MarkupReader {
 public:
  MarkupReader(CueText& to, Placement& placement, Markup kind) : to_(to), placement_(placement), kind_(kind) {}

  void read(std::string_view text) {
    while (!text.empty()) {
      auto used = text[0] == '<'                      ? tag(text)
                  : text[0] == '&' && kind_.entities  ? entity(text)
                  : text[0] == '{' && kind_.overrides ? override_block(text)
                                                      : 0;
      if (used == 0) {
        used = std::max<std::size_t>(std::min(text.find_first_of("<&{", 1), text.size()), 1);
        to_.put(text.substr(0, used));
      }
      text.remove_prefix(used);
    }
  }

 private:
  std::size_t tag(std::string_view text) {
    auto const end = text.substr(0, 512).find('>');
    if (end == text.npos) return 0;
    auto inside = text.substr(1, end - 1);
    if (inside.find('<') != inside.npos) return 0;
    auto const closes = !inside.empty() && inside[0] == '/';
    if (closes) inside.remove_prefix(1);
    // "c.yellow", "v Anna", "font color=red", "br/"; "00:01.000" is WebVTT's time stamp within a cue.
    auto const name = lower_case(inside.substr(0, inside.find_first_of(" .\t\n/")));
    if (name == "br") {
      to_.put("\n");
      return end + 1;
    }
    auto style = to_.style();
    if (name == "i" || name == "em") {
      italic_ = depth(italic_, closes);
      style.italic = italic_ > 0;
    } else if (name == "b" || name == "strong") {
      bold_ = depth(bold_, closes);
      style.bold = bold_ > 0;
    } else if (name == "u") {
      underline_ = depth(underline_, closes);
      style.underline = underline_ > 0;
    } else if (!vanishes(name) && !is_time(inside)) {
      return 0;
    }
    to_.set(style);
    return end + 1;
  }
  static int depth(int now, bool closes) { return closes ? std::max(now - 1, 0) : now + 1; }

  std::size_t entity(std::string_view text) {
    std::string character;
    auto const used = read_entity(text, character);
    to_.put(character);
    return used;
  }

  std::size_t override_block(std::string_view text) {
    auto const end = text.substr(0, 512).find('}');
    if (end == text.npos || end < 2 || text[1] != '\\') return 0;
    auto style = to_.style();
    read_overrides(text.substr(1, end - 1), style, placement_);
    to_.set(style);
    return end + 1;
  }

  CueText& to_;
  Placement& placement_;
  Markup kind_;
  int italic_ = 0, bold_ = 0, underline_ = 0;
};

}  // namespace

void put_markup(CueText& to, Placement& placement, std::string_view text, Markup kind) {
  MarkupReader(to, placement, kind).read(text);
}

std::string without_entities(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    auto used = text[0] == '&' ? read_entity(text, plain) : 0;
    if (used == 0) {
      used = std::min(text.find('&', 1), text.size());
      plain += text.substr(0, used);
    }
    text.remove_prefix(used);
  }
  return plain;
}

}  // namespace hls
