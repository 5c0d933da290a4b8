// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm_settings.hpp"

#include "log.hpp"

#include <gio/gio.h>

std::string absolute(std::string const& path) {
  if (path.empty()) return path;
  g_autofree char* full = g_canonicalize_filename(path.c_str(), nullptr);
  return full;
}

swarm::Settings swarm_settings(Config const& config) {
  swarm::Settings settings;
  settings.download_path = absolute(config.torrent_download_path);
  settings.state_path = absolute(config.state_path);
  settings.listen = config.torrent_listen;
  settings.p2p = config.p2p;
  settings.dht = config.torrent_dht;
  settings.lsd = config.torrent_lsd;
  settings.pex = config.torrent_pex;
  settings.port_mapping = config.torrent_port_mapping;
  settings.inject_trackers = config.tracker_inject;
  settings.trackers = config.torrent_trackers;
  settings.profile = config.torrent_profile == "tv"        ? swarm::Profile::tv
                     : config.torrent_profile == "desktop" ? swarm::Profile::desktop
                                                           : swarm::Profile::server;
  settings.storage = config.torrent_storage == "ram" ? swarm::StorageKind::ram : swarm::StorageKind::file;
  settings.ram_budget = config.torrent_ram_mb << 20;
  settings.max_connections = static_cast<int>(config.torrent_max_connections);
  settings.download_limit = static_cast<int>(config.torrent_download_limit);
  settings.upload_limit = static_cast<int>(config.torrent_upload_limit);
  settings.log = log_line;
  return settings;
}
