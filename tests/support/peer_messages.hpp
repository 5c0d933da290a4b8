// SPDX-License-Identifier: LGPL-2.1-or-later
// What peers say to each other, byte for byte (BEP 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace support::peer {

constexpr std::size_t handshake_size = 68;

inline void append(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

inline std::string message(char id, std::string_view payload = {}) {
  std::string out;
  append(out, static_cast<std::uint32_t>(payload.size() + 1));
  out += id;
  return out.append(payload);
}

/// `reserved`: 8 bytes; `hash`: 20, of v2 torrents the first ones; `id`: 20.
inline std::string handshake(std::string_view reserved, std::string_view hash, std::string_view id) {
  std::string out =
      "\x13"
      "BitTorrent protocol";
  return out.append(reserved).append(hash).append(id);
}

inline std::string bytes_of_hex(std::string const& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace support::peer
