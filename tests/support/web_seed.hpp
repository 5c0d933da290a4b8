// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/lines.hpp"
#include "support/made_torrent.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace support {

/// An HTTP server with a torrent's files (BEP 19), that may be no good. Thread-safe but for serve().
///
///   WebSeed web;
///   auto torrent = make_torrent({.files = …, .web_seeds = {web.url()}});
///   web.serve(torrent);
class WebSeed {
 public:
  enum class Fault {
    none,
    missing,   ///< 404
    error,     ///< 503
    wrong,     ///< every answer has one byte that is wrong
    stalls,    ///< sends the head and a few bytes of each answer
    silent,    ///< takes requests, says nothing
    no_range,  ///< 200 with the whole file, whatever was asked for
    hangs_up,  ///< closes after a part of each answer
  };
  explicit WebSeed(Fault fault = Fault::none);
  ~WebSeed();

  /// Once, before anybody comes.
  void serve(MadeTorrent torrent) {
    state_->torrent = std::move(torrent);
    state_->serves = true;
  }
  /// Of answers that begin from now on.
  void set_fault(Fault fault) { state_->fault = fault; }
  [[nodiscard]] std::string url() const { return "http://" + endpoint().str() + "/"; }
  [[nodiscard]] Endpoint endpoint() const { return lines_->endpoint(); }
  [[nodiscard]] int requests() const { return state_->requests; }
  /// Bytes of files sent.
  [[nodiscard]] std::int64_t served() const { return state_->served; }
  /// That are open.
  [[nodiscard]] int connections() const { return state_->connections; }
  [[nodiscard]] int most_at_once() const { return state_->most_at_once; }

 private:
  friend class WebLine;
  struct State {
    MadeTorrent torrent;
    std::atomic<bool> serves = false;  // and so the torrent stays as it is
    std::atomic<Fault> fault;
    std::atomic<int> requests = 0;
    std::atomic<std::int64_t> served = 0;
    std::atomic<int> connections = 0, most_at_once = 0;
  };
  std::shared_ptr<State> state_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace support
