// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/hash_input.hpp"

#include "swarm/error.hpp"
#include "swarm/quote.hpp"
#include "swarm/uri.hpp"

#include <algorithm>

namespace swarm {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567";

[[noreturn]] void refuse(std::string const& what) {
  throw Error(Errc::bad_input, what,
              "An info hash has 40 hexadecimal or 32 base32 characters (v1), or 64 hexadecimal ones (v2).");
}

/// The character at `position` with all its UTF-8 bytes.
std::string_view character_at(std::string_view text, std::size_t position) {
  std::size_t length = 1;
  while (length < 4 && position + length < text.size() && (text[position + length] & 0xc0) == 0x80) ++length;
  return text.substr(position, length);
}

void check_digits(std::string_view text, std::string_view digits, std::string const& kind) {
  if (auto const bad = text.find_first_not_of(digits); bad != text.npos)
    refuse("The info hash has the character " + in_quotes(character_at(text, bad)) + " at position " +
           std::to_string(bad + 1) + ", which is not " + kind + ".");
}

template <class Hash>
bool is_zero(std::optional<Hash> const& hash) {
  return hash && std::all_of(hash->begin(), hash->end(), [](auto byte) { return byte == 0; });
}

}  // namespace

InfoHash parse_hash(std::string_view text) {
  if (text.empty()) refuse("The info hash is empty.");
  switch (text.size()) {
    case 40:
    case 64:
      check_digits(text, hex_digits, "a hexadecimal digit (0-9, a-f)");
      break;
    case 32:
      check_digits(text, base32_digits, "a base32 character (a-z, 2-7)");
      break;
    default:
      refuse("The info hash is " + std::to_string(text.size()) +
             (text.size() == 1 ? " character long." : " characters long."));
  }
  auto const hash = InfoHash::parse(text);
  if (!hash) refuse("The info hash can't be read.");
  if (is_zero(hash->v1) || is_zero(hash->v2)) refuse("The info hash is all zeros.");
  return *hash;
}

std::optional<InfoHash> parse_exact_topic(std::string_view topic) {
  constexpr std::string_view v1 = "urn:btih:";
  constexpr std::string_view v2 = "urn:btmh:";
  constexpr std::string_view sha256 = "1220";  // multihash: function 0x12, 0x20 bytes
  if (same_letters(topic.substr(0, v1.size()), v1)) {
    topic.remove_prefix(v1.size());
    if (topic.size() == 64)
      refuse("The hash after \"urn:btih:\" is 64 characters long; those are written urn:btmh:1220….");
    return parse_hash(topic);
  }
  if (same_letters(topic.substr(0, v2.size()), v2)) {
    topic.remove_prefix(v2.size());
    if (!topic.starts_with(sha256))
      refuse("The hash after \"urn:btmh:\" begins with " + in_quotes(topic.substr(0, 4)) +
             "; BitTorrent knows only SHA-256, which begins with 1220.");
    topic.remove_prefix(sha256.size());
    if (topic.size() != 64)
      refuse("The hash after \"urn:btmh:1220\" is " + std::to_string(topic.size()) + " characters long instead of 64.");
    return parse_hash(topic);
  }
  return std::nullopt;
}

}  // namespace swarm
