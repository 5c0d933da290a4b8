// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/json/check.hpp"

#include <glib.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace json {
namespace {

/// A scanner with a stack of its own: depth costs a byte, not a stack frame.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string run() {
    if (text_.find_first_not_of(" \t\r\n") == std::string_view::npos) return "The JSON text is empty.";
    if (!g_utf8_validate_len(text_.data(), text_.size(), nullptr)) return "The JSON text is not valid UTF-8.";
    return document() ? "" : wrong_ + " (at byte " + std::to_string(at_) + " of the JSON text).";
  }

 private:
  bool fail(char const* what) {
    if (wrong_.empty()) wrong_ = what;
    return false;
  }
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  bool document() {
    for (;;) {  // one value, or the opening of one
      space();
      if (peek() == '{' || peek() == '[') {
        if (open_.size() == max_depth) return fail("Too deeply nested: at most 64 levels are read");
        open_.push_back(peek());
        ++at_;
        space();
        if (peek() == (open_.back() == '{' ? '}' : ']')) {
          ++at_;
          open_.pop_back();
        } else if (open_.back() == '{') {
          if (!key()) return false;
          continue;
        } else {
          continue;
        }
      } else if (!scalar()) {
        return false;
      }
      if (!after_value()) return false;
      if (open_.empty()) {
        space();
        return at_ == text_.size() || fail("More text after the end of the value");
      }
    }
  }

  /// Closes what ends here; true with something open means that another value follows.
  bool after_value() {
    while (!open_.empty()) {
      space();
      bool object = open_.back() == '{';
      if (take(',')) {
        space();
        return !object || key();
      }
      if (!take(object ? '}' : ']')) return fail(object ? "Expected ',' or '}'" : "Expected ',' or ']'");
      open_.pop_back();
    }
    return true;
  }

  bool key() {
    if (peek() != '"') return fail("Expected a member's name in double quotes");
    if (!string()) return false;
    space();
    return take(':') || fail("Expected ':' after a member's name");
  }

  bool scalar() {
    if (peek() == '"') return string();
    for (std::string_view word : {"true", "false", "null"})
      if (text_.substr(at_, word.size()) == word) return at_ += word.size(), true;
    if (peek() == '-' || g_ascii_isdigit(peek())) return number();
    return fail("Expected a value");
  }

  bool digits() {
    auto from = at_;
    while (g_ascii_isdigit(peek())) ++at_;
    return at_ > from || fail("A number without digits");
  }

  bool number() {
    auto from = at_;
    take('-');
    if (take('0')) {
      if (g_ascii_isdigit(peek())) return fail("A number with a leading zero");
    } else if (!digits()) {
      return false;
    }
    bool integer = true;
    if (take('.')) {
      integer = false;
      if (!digits()) return false;
    }
    if (take('e') || take('E')) {
      integer = false;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    auto written = text_.substr(from, at_ - from);
    std::int64_t whole = 0;
    double real = 0;
    auto end = written.data() + written.size();
    auto read = integer ? std::from_chars(written.data(), end, whole) : std::from_chars(written.data(), end, real);
    return (read.ec == std::errc()) || fail("A number that is too large");
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return fail("A control character in a string");
      if (c == '\\' && !escape()) return false;
    }
    return fail("A string without an end");
  }

  bool hex(unsigned& value) {
    if (at_ + 4 > text_.size()) return fail("A \\u escape that is cut off");
    auto digits = text_.substr(at_, 4);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + 4, value, 16);
    if (error != std::errc() || end != digits.data() + 4) return fail("A \\u escape that is not four hex digits");
    at_ += 4;
    return true;
  }

  bool escape() {
    char c = at_ < text_.size() ? text_[at_++] : '\0';
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos || fail("An unknown escape");
    unsigned unit = 0, low = 0;
    if (!hex(unit)) return false;
    if (unit == 0) return fail("A NUL character in a string");
    if (unit >= 0xdc00 && unit < 0xe000) return fail("A lone surrogate");
    if (unit < 0xd800 || unit >= 0xdc00) return true;
    if (!take('\\') || !take('u') || !hex(low) || low < 0xdc00 || low >= 0xe000) return fail("A lone surrogate");
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<char> open_;
  std::string wrong_;
};

}  // namespace

std::string check(std::string_view text) { return Scanner(text).run(); }

}  // namespace json
