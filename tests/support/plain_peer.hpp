// SPDX-License-Identifier: LGPL-2.1-or-later
// A peer of the year 2001: BEP 3 by hand. No fast extension (BEP 6): a choke drops all requests, and nobody is told.
#pragma once

#include "support/lines.hpp"
#include "support/made_torrent.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace support {

struct PlainPeerOptions {
  int blocks_until_choke = 0;                 ///< 0 = never
  std::chrono::milliseconds choked_for{100};  ///< < 0: for ever
  std::chrono::milliseconds first_choke{0};   ///< before it unchokes at all
  std::chrono::milliseconds silent_for{0};    ///< from its creation on: connects, and says nothing
  bool extended = false;                      ///< knows BEP 9, 10 and 11 after all
};

/// Has all of its torrents (v1). Thread-safe.
class PlainPeer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit PlainPeer(std::vector<MadeTorrent> torrents, PlainPeerOptions options = {});
  ~PlainPeer();

  [[nodiscard]] Endpoint endpoint() const;

  struct Asked {
    int piece = 0;
    int start = 0;
    Time at;
    bool dropped = false;  ///< by a choke
    Time dropped_at;
  };
  /// All requests that came, of all torrents.
  [[nodiscard]] std::vector<Asked> asked() const;
  [[nodiscard]] int chokes() const;
  /// Bytes of payload sent.
  [[nodiscard]] std::int64_t served() const;
  /// Connections that have shaken hands, ever.
  [[nodiscard]] int met() const;
  /// Tells whoever is connected of another peer.
  void tell_of(Endpoint const& other);

 private:
  friend class PlainLine;
  struct State {
    std::vector<MadeTorrent> torrents;
    PlainPeerOptions options;
    Time speaks_from;
    std::string id;
    std::mutex mutex;  // guards what follows
    std::vector<Asked> asked;
    int chokes = 0;
    int met = 0;
    std::int64_t served = 0;
    std::vector<Endpoint> others;
  };
  std::shared_ptr<State> state_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace support
