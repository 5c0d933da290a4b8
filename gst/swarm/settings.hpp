// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace swarm {

enum class LogLevel { debug, info, warning, error };

/// Where the bytes of a torrent are held.
enum class StorageKind {
  file,  ///< files in the download folder
  ram,   ///< memory, as many pieces as the budget allows; nothing of the torrent outlives the session
};

/// How much of the machine a session takes for its buffers: of bytes on their way to the disk, of what peers are sent,
/// of threads.
enum class Profile { tv, desktop, server };

/// What a Session can be told. Sizes in bytes, rates in bytes/s, 0 = no limit unless said otherwise.
struct Settings {
  std::string download_path;  ///< empty = $XDG_CACHE_HOME/gst-torrent
  std::string state_path;     ///< empty = $XDG_STATE_HOME/gst-torrent, or a folder in it if download_path is given
  std::string listen = "0.0.0.0:6881,[::]:6881";  ///< interfaces:ports; port 0 = a free one
  std::string user_agent;                         ///< empty = gst-torrent/<version>
  bool p2p = true;                                ///< false: no port, tracker or peer at all; web seeds only
  bool dht = true;
  bool lsd = true;
  bool pex = true;
  bool port_mapping = true;                                ///< UPnP and NAT-PMP
  bool inject_trackers = true;                             ///< `trackers` for magnets that turn out to be public
  std::vector<std::string> trackers = default_trackers();  ///< announce URLs added to public torrents
  Profile profile = Profile::desktop;
  StorageKind storage = StorageKind::file;      ///< of torrents that are added without saying
  std::int64_t ram_budget = 256 * 1024 * 1024;  ///< of each torrent in memory; four pieces at least
  int max_connections = 100;                    ///< peers of the session, 1..65535
  int download_limit = 0;
  int upload_limit = 0;
  bool restore = true;                      ///< know all torrents of the state folder; else each when it is added again
  bool allow_multiple_per_address = false;  ///< several peers behind one IP address (tests)
  /// May a web seed at this IP address be asked? Links and .torrents of strangers name them, and where their names lead
  /// is known for certain when they are connected to. Called on threads of the library; must not block. Empty = any.
  std::function<bool(std::string const& address)> web_seed_allowed;
  /// Called on threads of the library; must not block nor call into the library. Empty = silent.
  std::function<void(LogLevel, std::string_view)> log;

  static std::vector<std::string> default_trackers();
};

}  // namespace swarm
