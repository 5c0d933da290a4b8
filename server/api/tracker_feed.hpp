// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop.hpp"
#include "http/source.hpp"
#include "lib/fetch/client.hpp"
#include "swarm/session.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace api {

/// Trackers that somebody else keeps a list of (TORRENT_TRACKERS_FROM): asked for at the start and once a day, and kept
/// for starts without a network. What is no list changes nothing. Thread-bound to the loop.
class TrackerFeed {
 public:
  struct Settings {
    std::string from;              ///< URL or file
    std::vector<std::string> own;  ///< trackers that come first in any case
    std::string folder;            ///< where the last good list is kept; empty = nowhere
  };
  TrackerFeed(std::shared_ptr<http::Loop> loop, fetch::Client& client, std::shared_ptr<swarm::Session> session,
              Settings settings);
  ~TrackerFeed();
  TrackerFeed(TrackerFeed const&) = delete;
  TrackerFeed& operator=(TrackerFeed const&) = delete;

 private:
  struct List {
    std::vector<std::string> urls;
    std::string etag;
  };
  void refresh();
  void came(fetch::Answer answer);
  /// Text of a list, from the URL or the file.
  void read(std::string text, std::string etag);
  void use(List list);
  void again(std::chrono::seconds delay);

  std::shared_ptr<http::Loop> const loop_;
  fetch::Client& client_;
  std::shared_ptr<swarm::Session> const session_;
  Settings const settings_;
  std::string const kept_;  ///< path
  std::string etag_;
  std::shared_ptr<bool> const alive_ = std::make_shared<bool>(true);
  std::shared_ptr<void> ticket_;
  http::Source next_;
};

}  // namespace api
