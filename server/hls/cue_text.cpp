// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cue_text.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace hls {
namespace {

constexpr std::size_t most = 8192;

/// Length of the UTF-8 character at the start, 0 if there is none.
std::size_t character(std::string_view text) {
  auto const valid = g_utf8_get_char_validated(text.data(), static_cast<gssize>(std::min<std::size_t>(text.size(), 6)));
  if (valid == static_cast<gunichar>(-1) || valid == static_cast<gunichar>(-2)) return 0;
  return static_cast<std::size_t>(g_utf8_skip[static_cast<unsigned char>(text[0])]);
}

std::string percent(double of_one) {
  return std::to_string(static_cast<int>(std::lround(std::clamp(of_one, 0.0, 1.0) * 100))) + "%";
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 12 && text.find_first_not_of("0123456789.%-") == text.npos;
}

}  // namespace

void CueText::put(std::string_view text) {
  while (!text.empty() && text_.size() < most) {
    auto const first = static_cast<unsigned char>(text[0]);
    if (first == '\n') {
      // Blank lines and spaces around a line break would be an end of the cue, or nothing.
      if (!text_.empty()) space_ = "\n";
      text.remove_prefix(1);
    } else if (first == ' ' || first == '\t') {
      if (space_ != "\n" && !text_.empty()) space_ += ' ';
      text.remove_prefix(1);
    } else if (first < 0x20 || first == 0x7f) {
      text.remove_prefix(1);
    } else {
      auto const length = character(text);
      if (length != 0) put_visible(text.substr(0, length));
      text.remove_prefix(std::max<std::size_t>(length, 1));
    }
  }
}

void CueText::put_visible(std::string_view character) {
  if (character == "\xEF\xBB\xBF") return;  // a BOM in the middle
  if (wanted_ != open_) {
    close();
    if (wanted_.italic) space_ += "<i>";
    if (wanted_.bold) space_ += "<b>";
    if (wanted_.underline) space_ += "<u>";
    open_ = wanted_;
  }
  text_ += space_;
  space_.clear();
  if (character == "&") {
    text_ += "&amp;";
  } else if (character == "<") {
    text_ += "&lt;";
  } else if (character == ">") {
    text_ += "&gt;";  // or "-->" could be read as a new cue
  } else {
    text_ += character;
  }
}

void CueText::close() {
  if (open_.underline) text_ += "</u>";
  if (open_.bold) text_ += "</b>";
  if (open_.italic) text_ += "</i>";
  open_ = {};
}

std::string CueText::take() {
  close();
  space_.clear();
  wanted_ = {};
  return std::exchange(text_, {});
}

std::string settings_of(Placement const& placement, int lines) {
  auto const alignment = std::clamp(placement.alignment, 1, 9);
  auto const column = (alignment - 1) % 3;
  auto const row = (alignment - 1) / 3;
  static constexpr std::array aligns{"align:start", "", "align:end"};
  std::string settings;
  auto const add = [&settings](std::string const& more) {
    if (!more.empty()) settings += (settings.empty() ? "" : " ") + more;
  };
  if (!placement.anchor) {
    if (row == 1) add("line:50%");
    if (row == 2) add("line:0");
    add(aligns[static_cast<std::size_t>(column)]);
    return settings;
  }
  auto const [x, y] = *placement.anchor;
  // A line of text is about a twentieth of the picture; "line:80%,end" would say it better, but few players know it.
  auto const top = y - lines * 0.055 * (2 - row) / 2;
  if (top < 0.8) add("line:" + percent(top));
  if (column != 1 || std::abs(x - 0.5) > 0.05) {
    add("position:" + percent(x));
    add(aligns[static_cast<std::size_t>(column)]);
  }
  return settings;
}

std::string clean_settings(std::string_view settings) {
  std::string kept;
  while (!settings.empty() && kept.size() < 200) {
    auto const begin = settings.find_first_not_of(" \t\r");
    if (begin == settings.npos) break;
    settings.remove_prefix(begin);
    auto const word = settings.substr(0, settings.find_first_of(" \t\r"));
    settings.remove_prefix(word.size());
    auto const colon = word.find(':');
    if (colon == word.npos) continue;
    auto const key = word.substr(0, colon);
    auto const value = word.substr(colon + 1);
    auto const first = value.substr(0, value.find(','));  // "50%,line-left" -> "50%"
    static constexpr std::array<std::string_view, 5> aligns{"start", "center", "end", "left", "right"};
    auto keep = std::string();
    if ((key == "line" || key == "position" || key == "size") && is_number(first)) keep = first;
    if (key == "vertical" && (value == "rl" || value == "lr")) keep = value;
    if (key == "align" && std::find(aligns.begin(), aligns.end(), value) != aligns.end()) keep = value;
    if (key == "align" && value == "middle") keep = "center";  // of older drafts
    if (!keep.empty()) kept += (kept.empty() ? "" : " ") + std::string(key) + ":" + keep;
  }
  return kept;
}

}  // namespace hls
