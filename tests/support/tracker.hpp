// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/child.hpp"
#include "support/loopback.hpp"
#include "support/made_torrent.hpp"
#include "support/temp_dir.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <thread>

namespace support {

/// A real tracker (opentracker, HTTP and UDP) as a process of its own. Tests that need one start with
///   if (!Tracker::installed()) GTEST_SKIP() << Tracker::advice;
class Tracker {
 public:
  static bool installed();
  static constexpr char const* advice = "opentracker is missing: install the Debian package `opentracker`";

  /// Ready when the constructor returns; its URLs go into torrents, then allow() them. Throws std::runtime_error.
  Tracker();
  /// Debian's build serves only torrents on its whitelist.
  void allow(MadeTorrent const& torrent);

  [[nodiscard]] std::string http_url() const { return "http://" + at_.str() + "/announce"; }
  [[nodiscard]] std::string udp_url() const { return "udp://" + at_.str() + "/announce"; }
  /// Peers that it knows of the torrent, by its own scrape.
  [[nodiscard]] int peers_of(MadeTorrent const& torrent) const;
  /// Down, until start().
  void stop() { child_.reset(); }
  void start();

 private:
  TempDir folder_{"tracker"};
  std::string whitelist_;
  Endpoint at_;
  std::optional<Child> child_;
};

/// An HTTP tracker that is no good. Counts who asked.
class FaultyTracker {
 public:
  enum class Fault {
    silent,     ///< takes the request and never answers
    garbage,    ///< 200 with bytes that are no bencoding
    failure,    ///< 200 with a `failure reason` that would like to be red
    error,      ///< 500
    hangs_up,   ///< closes without an answer
    redirects,  ///< to itself, for ever
  };
  explicit FaultyTracker(Fault fault);
  ~FaultyTracker();

  [[nodiscard]] std::string url() const { return "http://" + at_.str() + "/announce"; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void run();

  Fault fault_;
  Fd listener_;
  Endpoint at_;
  Fd quit_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace support
