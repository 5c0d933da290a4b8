// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams that are being prepared for clients which can't wait for an answer.
#pragma once

#include "swarm/reader.hpp"
#include "swarm/torrent.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace api {

/// The beginning of a file, fetched ahead of its viewer. Thread-bound to the loop.
class Job {
 public:
  enum class State { connecting, preparing, ready, failed };

  /// One that does not get on for `patience` has failed. Throws swarm::Error(not_found) if it is known that there is no
  /// such file.
  Job(std::shared_ptr<swarm::Torrent> torrent, swarm::FileChoice const& choice, std::chrono::milliseconds patience);
  /// Looks, and stops fetching once it is ready.
  State state();
  /// Of a failed one; rethrows what went wrong. Nothing did if it is late.
  void check() const;
  [[nodiscard]] swarm::Torrent const& torrent() const { return *torrent_; }
  /// -1 until the metadata are known.
  [[nodiscard]] int file() const;
  /// "0.00" … "100.00" of the beginning.
  [[nodiscard]] std::string progress() const;

 private:
  [[nodiscard]] std::int64_t here() const;
  [[nodiscard]] std::int64_t wanted() const;
  bool late();

  std::shared_ptr<swarm::Torrent> torrent_;
  swarm::FileChoice choice_;
  std::unique_ptr<swarm::Reader> reader_;  ///< whose window is the beginning
  std::chrono::milliseconds patience_;
  std::chrono::steady_clock::time_point got_on_ = std::chrono::steady_clock::now();
  std::int64_t before_ = -1;  ///< what was here then; -1: no metadata
};

/// Thread-bound to the loop.
class Jobs {
 public:
  /// How long each is remembered.
  static constexpr std::chrono::minutes life{5};

  /// Its name, which begins with the info hash as the client has written it: a proxy in front of several nodes sees
  /// whose it is.
  std::string add(std::unique_ptr<Job> job, std::string_view hash);
  /// Null: there is none, or it was too long ago.
  Job* find(std::string const& id);

 private:
  void forget_old();
  struct Entry {
    std::unique_ptr<Job> job;
    std::chrono::steady_clock::time_point begun;
  };
  std::map<std::string, Entry> jobs_;
};

}  // namespace api
