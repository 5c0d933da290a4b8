// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/types.hpp"

#include <algorithm>
#include <span>

namespace swarm {

namespace {

std::string to_hex(std::span<std::uint8_t const> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (auto const byte : bytes) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

/// -1 for anything that is no digit of the base.
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base32_digit(char c) {  // RFC 4648
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

/// Fills `out` from digits of `bits` bits each; false if one of them is no digit.
bool decode(std::string_view text, int bits, int (*digit)(char), std::span<std::uint8_t> out) {
  unsigned buffer = 0;
  int held = 0;
  std::size_t written = 0;
  for (char const c : text) {
    int const value = digit(c);
    if (value < 0) return false;
    buffer = (buffer << bits | static_cast<unsigned>(value)) & 0xffff;
    held += bits;
    if (held < 8) continue;
    held -= 8;
    out[written++] = static_cast<std::uint8_t>(buffer >> held);
  }
  return written == out.size();
}

}  // namespace

std::string InfoHash::v1_hex() const { return v1 ? to_hex(*v1) : std::string(); }
std::string InfoHash::v2_hex() const { return v2 ? to_hex(*v2) : std::string(); }
std::string InfoHash::key() const { return v1 ? v1_hex() : v2_hex(); }

bool InfoHash::same_torrent(InfoHash const& other) const {
  if (shortens(other) || other.shortens(*this)) return true;
  bool const both_v1 = v1 && other.v1;
  bool const both_v2 = v2 && other.v2;
  if (!both_v1 && !both_v2) return false;
  return (!both_v1 || *v1 == *other.v1) && (!both_v2 || *v2 == *other.v2);
}

bool InfoHash::shortens(InfoHash const& other) const {
  return v1 && !v2 && other.v2 && std::equal(v1->begin(), v1->end(), other.v2->begin());
}

std::optional<InfoHash> InfoHash::parse(std::string_view text) {
  InfoHash hash;
  bool good = false;
  if (text.size() == 40)
    good = decode(text, 4, hex_digit, hash.v1.emplace());
  else if (text.size() == 32)
    good = decode(text, 5, base32_digit, hash.v1.emplace());
  else if (text.size() == 64)
    good = decode(text, 4, hex_digit, hash.v2.emplace());
  if (!good) return std::nullopt;
  return hash;
}

}  // namespace swarm
