// SPDX-License-Identifier: LGPL-2.1-or-later
// Metadata (BEP 9) by many requests at a time: libtorrent has one outstanding to each peer, so that a round trip is
// paid for each 16 KiB, and believes the first that names a size. Pure; reentrant.
//
// Those who name the same size share the work. If what they have made together is wrong, each has to give all of it
// alone, and whoever gave all of something wrong is not asked again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace swarm {

class MetadataFetch {
 public:
  using PeerId = int;
  using Time = std::chrono::steady_clock::time_point;
  /// Are these the metadata that the torrent's hash is of?
  using Right = std::function<bool(std::span<char const> all)>;
  static constexpr int part_bytes = 16 * 1024;
  /// A libtorrent seeder answers more only once a second.
  static constexpr int most_asked = 8;

  MetadataFetch(int largest, Right right) : largest_(largest), right_(std::move(right)) {}

  /// The peer has metadata of so many bytes. What it said first counts.
  void offered(PeerId peer, int size);
  /// Parts to ask this peer for now. To be called for all after each event, and now and then: somebody may be silent.
  std::vector<int> ask(PeerId peer, Time now);
  void arrived(PeerId peer, int part, std::span<char const> bytes, Time now);
  void rejected(PeerId peer, int part);
  void gone(PeerId peer);
  /// All of it, once; it is right.
  std::optional<std::vector<char>> take();
  /// They are known: nothing is asked any more.
  void end();
  [[nodiscard]] bool over() const { return done_; }
  /// Bytes that lie here; bounded.
  [[nodiscard]] std::int64_t held() const { return held_; }

 private:
  struct Part {
    std::string bytes;  ///< empty: not here
    PeerId from = 0;
    int asked = 0;  ///< of so many peers
    Time at;        ///< the last time
  };
  struct Copy {
    std::vector<Part> parts;
    int missing = 0;
    Time grew;  ///< or it was begun
  };
  struct Peer {
    int size = 0;
    std::set<int> asked;
    bool refused = false;  ///< it is not asked any more
    bool wrong = false;    ///< what it gives is nothing
  };
  /// A size, and who gives it alone or `everybody`.
  using Key = std::pair<int, PeerId>;
  static constexpr PeerId everybody = -1;

  [[nodiscard]] Key key_of(PeerId id, Peer const& peer) const;
  Copy& begin(Key key, Time now);
  Copy* copy_for(PeerId id, Peer const& peer, Time now);  ///< null: there are enough others
  void drop(Key key);
  void refuse(PeerId id);
  void finish(Key key, Time now);
  bool was_asked(PeerId id, Peer& peer, int part);

  int const largest_;
  Right const right_;
  bool done_ = false;
  std::int64_t held_ = 0;
  std::vector<char> all_;
  std::map<Key, Copy> copies_;
  std::set<int> spoiled_;  ///< sizes that were wrong when everybody had given them
  std::map<PeerId, Peer> peers_;
};

}  // namespace swarm
