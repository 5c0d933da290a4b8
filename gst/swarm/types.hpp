// SPDX-License-Identifier: LGPL-2.1-or-later
// Values that every part of the swarm library shares. Reentrant; no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace swarm {

/// Half-open range of bytes [begin, end), of a file unless said otherwise.
struct ByteRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  [[nodiscard]] std::int64_t size() const { return end - begin; }
  [[nodiscard]] bool empty() const { return end <= begin; }
  friend bool operator==(ByteRange const&, ByteRange const&) = default;
};

/// Half-open range of pieces [first, last).
struct PieceRange {
  int first = 0;
  int last = 0;

  [[nodiscard]] int size() const { return last - first; }
  [[nodiscard]] bool empty() const { return last <= first; }
  [[nodiscard]] bool contains(int piece) const { return piece >= first && piece < last; }
  friend bool operator==(PieceRange const&, PieceRange const&) = default;
};

/// A block is what one BEP 3 `request` asks for.
inline constexpr int block_bytes = 16 * 1024;

using HashV1 = std::array<std::uint8_t, 20>;  ///< SHA-1 of the info dictionary (BEP 3)
using HashV2 = std::array<std::uint8_t, 32>;  ///< SHA-256 of the info dictionary (BEP 52)

/// The identity of a torrent; at least one of the two is set in every hash that the library hands out.
struct InfoHash {
  std::optional<HashV1> v1;
  std::optional<HashV2> v2;

  /// 40 lower-case hex digits, or empty.
  [[nodiscard]] std::string v1_hex() const;
  /// 64 lower-case hex digits, or empty.
  [[nodiscard]] std::string v2_hex() const;
  /// The name of the torrent everywhere (folders, answers, keys): v1 if there is one, else v2.
  [[nodiscard]] std::string key() const;
  /// True if the two can mean the same torrent: a hash that both have is equal, or one shortens the other.
  [[nodiscard]] bool same_torrent(InfoHash const& other) const;
  /// It is the other's v2 hash cut to 20 bytes, as trackers, the DHT and some indexers have it (BEP 52).
  [[nodiscard]] bool shortens(InfoHash const& other) const;
  [[nodiscard]] bool empty() const { return !v1 && !v2; }
  friend bool operator==(InfoHash const&, InfoHash const&) = default;

  /// 40 hex or 32 base32 characters (v1), 64 hex (v2), any case. nullopt for anything else.
  static std::optional<InfoHash> parse(std::string_view text);
};

}  // namespace swarm
