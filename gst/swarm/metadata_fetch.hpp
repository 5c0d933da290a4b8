// SPDX-License-Identifier: LGPL-2.1-or-later
// Metadata (BEP 9) by many requests at a time: libtorrent has one outstanding to each peer, so that a round trip is
// paid for each 16 KiB. What comes is checked by libtorrent; if it is wrong, libtorrent's own fetching is what is left.
// Pure; reentrant.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace swarm {

class MetadataFetch {
 public:
  using PeerId = int;
  static constexpr int part_bytes = 16 * 1024;
  /// A libtorrent seeder answers more only once a second.
  static constexpr int most_asked = 8;

  explicit MetadataFetch(int largest) : largest_(largest) {}

  /// The peer has metadata of so many bytes. The first to say so decides; another size is nobody to ask.
  void offered(PeerId peer, int size);
  /// Parts to ask this peer for now.
  std::vector<int> ask(PeerId peer);
  void arrived(PeerId peer, int part, std::span<char const> bytes);
  void rejected(PeerId peer, int part);
  void gone(PeerId peer);
  /// All of it, once.
  std::optional<std::vector<char>> take();
  /// They are known: nothing is asked any more.
  void end() { done_ = true; }

 private:
  struct Part {
    bool here = false;
    int asked = 0;
  };
  bool drop(PeerId peer, int part);

  int const largest_;
  bool done_ = false;
  std::vector<char> bytes_;
  std::vector<Part> parts_;
  int missing_ = 0;
  std::map<PeerId, std::set<int>> peers_;  ///< what each was asked for
  std::set<PeerId> refused_;               ///< said no: it is not asked again
};

}  // namespace swarm
