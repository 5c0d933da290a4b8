// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes what viewers ask for, on a few threads: who waits comes first, the same question is worked at once, a question
// nobody waits for any more is given up, and demuxers stay open between two questions about a film.
#pragma once

#include "hls/digests.hpp"
#include "hls/packager.hpp"
#include "hls/reader_source.hpp"
#include "hls/segment_cache.hpp"
#include "swarm/reader.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hls {

/// Where a film comes from. All functions are called on the producer's threads.
struct Origin {
  std::string key;   ///< of the film among all: "<info hash>/<file index>"
  std::string name;  ///< of its file
  std::vector<Sidecar> sidecars;
  /// A reader of the film, or of a file beside it. Its size is known.
  std::function<std::unique_ptr<swarm::Reader>(std::optional<int> sidecar)> open;
  /// All of the film is here and verified.
  std::function<bool()> complete;
};

/// What came out. Not verified: made from bytes whose hash is not known yet; nobody may keep it.
template <class T>
struct Outcome {
  T value{};
  bool verified = false;
  std::exception_ptr error;  ///< then there is no value
};

/// Thread-safe.
class Producer {
 public:
  struct Limits {
    int threads = 8;  ///< that work at the same time; those that wait for the swarm don't count
    int warm = 6;     ///< demuxers that stay open without work
    int codings = 1;  ///< segments whose pictures are coded at the same time
    std::chrono::seconds warm_for{60};
    std::size_t cache_bytes = 64 * 1024 * 1024;  ///< of segments in memory
    std::string cache_folder;                    ///< of segments on disk; empty = none
    std::int64_t folder_bytes = 0;
    std::string version;      ///< of the program, and so of the coders
    std::string folder;       ///< facts of films are kept here; empty = nowhere
    std::size_t digests = 0;  ///< of segments that are remembered
  };

  /// While somebody holds it, somebody waits.
  using Ticket = std::shared_ptr<void>;
  template <class T>
  using Answer = std::function<void(Outcome<T>)>;

  explicit Producer(Limits limits);
  /// Ends all work; takes as long as a demuxer needs to notice, < 1 s.
  ~Producer();

  /// `answer` is called once, on any thread, perhaps before this returns; not after the ticket was dropped, but for a
  /// call that is under way.
  [[nodiscard]] Ticket learn(Origin const& origin, Answer<std::shared_ptr<Facts const>> answer);
  [[nodiscard]] Ticket make(Origin const& origin, std::shared_ptr<Facts const> const& facts, Item const& item,
                            Answer<Content> answer);
  /// Of what has been given out as verified; nullopt: it was not made lately.
  [[nodiscard]] std::optional<Digest> digest(Origin const& origin, Facts const& facts, Item const& item) const;
  /// How many segments it has made; those found on disk were made before.
  [[nodiscard]] std::int64_t made() const;
  /// Closes what was not used for a while. To be called now and then.
  void tidy();
  /// The torrent is gone, with all its films.
  void forget(std::string const& info_hash);

 private:
  class Work;
  std::shared_ptr<Work> work_;
};

}  // namespace hls
