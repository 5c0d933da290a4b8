// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "api/cleaning.hpp"
#include "api/events.hpp"
#include "api/jobs.hpp"
#include "api/removed.hpp"
#include "api/signalling.hpp"
#include "api/tracker_feed.hpp"
#include "api/web_sources.hpp"
#include "cache/index.hpp"
#include "cache/populated.hpp"
#include "hls/pictures.hpp"
#include "hls/producer.hpp"
#include "http/pulse.hpp"
#include "lib/fetch/client.hpp"
#include "search/search.hpp"
#include "swarm/reader.hpp"
#include "swarm/session.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace api {

class Metrics;

struct Options {
  std::chrono::milliseconds first_byte_wait{30000};
  std::chrono::milliseconds read_timeout{60000};
  std::chrono::milliseconds torrent_timeout{60000};
  std::chrono::milliseconds idle_after{1800000};  ///< TORRENT_CLEANUP_INTERVAL; 0 = never
  int max_retries = 3;
  int max_active = 0;     ///< torrents; 0 = any number
  bool prefetch = false;  ///< of a series, the next part
  bool keep = true;
  bool p2p = true;
  bool allow_private_fetch = false;
  swarm::Verify verify = swarm::Verify::trusted;
  bool transcode_video = false;  ///< HLS may code pictures anew
  bool shared_caches = true;     ///< media may be kept by caches that serve others
  bool share = false;            ///< viewers may share segments
  std::vector<std::string> ice_servers;
  std::string version;
  std::vector<std::pair<std::string, std::string>> in_force;  ///< settings, without secrets
};

/// What the routes work with. Outlives them; its values don't change while they run.
struct App {
  std::shared_ptr<swarm::Session> session;
  std::unique_ptr<hls::Producer> producer;
  std::unique_ptr<hls::Pictures> pictures;
  std::unique_ptr<fetch::Client> fetch;
  std::unique_ptr<fetch::Client> providers_client;  ///< for whom the owner named: search, lists of trackers
  std::unique_ptr<search::Search> search;
  std::unique_ptr<TrackerFeed> tracker_feed;
  std::unique_ptr<cache::Index> index;
  std::unique_ptr<cache::Populated> populated;
  std::unique_ptr<WebSources> web;
  std::unique_ptr<Cleaning> cleaning;
  std::shared_ptr<Events> events;
  std::shared_ptr<Metrics> metrics;
  Jobs jobs;
  Removed removed;                         ///< on the loop's thread
  std::unique_ptr<Signalling> signalling;  ///< on the loop's thread
  Options options;
  std::function<int()> port, connections;               ///< of the HTTP server; on the loop's thread
  std::function<std::vector<std::string>()> addresses;  ///< its URLs in the network; there, too
  std::function<http::Pulse::Longest()> longest;        ///< turns of the main loop; there, too
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  double started_at = 0;  ///< seconds since 1970
};

}  // namespace api
