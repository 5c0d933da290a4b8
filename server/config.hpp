// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// All settings of the server, with the units of their names in the table (config_table.cpp).
struct Config {
  std::string host;
  std::int64_t port = 0;
  std::string api_token;
  std::vector<std::string> allowed_hosts, cors_origins;
  std::string tls_cert, tls_key;
  std::int64_t http_max_connections = 0, http_max_connections_per_address = 0, http_max_requests = 0;
  std::int64_t http_idle_timeout = 0;
  std::vector<std::string> trusted_proxies;
  std::int64_t first_byte_wait = 0, read_timeout = 0;

  std::int64_t torrent_timeout = 0, torrent_max_retries = 0, torrent_max_active = 0, torrent_max_connections = 0;
  std::int64_t torrent_download_limit = 0, torrent_upload_limit = 0, torrent_cleanup_interval = 0;
  std::string torrent_download_path, state_path;
  bool torrent_keep = false, prefetch = false;
  std::string torrent_verify, torrent_profile, torrent_storage;
  std::int64_t torrent_ram_mb = 0;
  std::string hls_cache_path;
  std::int64_t hls_cache_mb = 0, hls_cache_disk_mb = 0, hls_pipelines = 0, hls_max_transcodes = 0;
  std::string hls_transcode;
  bool p2p_share = false;
  std::vector<std::string> ice_servers;
  std::string torrent_listen;
  bool torrent_dht = false, torrent_lsd = false, torrent_pex = false, torrent_port_mapping = false;
  std::vector<std::string> torrent_trackers;
  std::string torrent_trackers_from;
  bool tracker_inject = false;

  bool p2p = false;
  std::vector<std::string> http_torrent_sources, http_stream_sources;
  bool allow_private_fetch = false;

  std::vector<std::string> search_providers;
  std::int64_t search_timeout = 0;

  std::string cache_backend;
  std::vector<std::string> cache_populate;
  std::int64_t cache_max_size = 0, cache_max_disk_mb = 0, cache_ttl = 0, cache_cleanup_interval = 0;
  bool cache_persistent = false;
  std::string redis_url, redis_password, redis_tls_ca, node_name;
  std::string log_level;
};

/// One row of the table of settings.
struct Setting {
  using Member =
      std::variant<std::string Config::*, std::int64_t Config::*, bool Config::*, std::vector<std::string> Config::*>;
  std::string name;  ///< of the environment and the key file; --lower-case on the command line
  Member member;
  std::string initial;                                ///< as it would be written
  std::string allowed;                                ///< for people
  std::string help;                                   ///< one line
  std::int64_t least = 0, most = 0;                   ///< of a number
  std::vector<std::string> choices;                   ///< of a text, if not all are right
  bool secret = false;                                ///< never shown
  bool (*valid)(std::string const& value) = nullptr;  ///< of a text, or an item of a list, that has a form
};

/// The one source of --help, the sample key file, the documentation's table, and the checks.
std::vector<Setting> const& settings_table();

/// A setting that is wrong: what() names it, its value, and what is allowed.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sets one; `where` says where it was found ("in the environment"). Throws ConfigError.
void set_setting(Config& config, Setting const& setting, std::string const& value, std::string const& where);
Config default_config();
/// Sets what the profile says of settings; those given explicitly come later and win.
void apply_profile(Config& config, std::string const& profile);

/// A key file of GLib's format with one group, [gst-torrent]. Throws ConfigError, for unknown keys too.
void read_key_file(Config& config, std::string const& path);
/// Every setting that is in the environment; other names are none of our business.
void read_environment(Config& config);

/// What the command line says.
struct CommandLine {
  Config config;       ///< key file, environment and options, later wins
  std::string answer;  ///< not empty: print this and end (--print-config, --version)
};
/// Throws ConfigError. --help prints and ends the process, as GLib does it.
CommandLine read_command_line(int argc, char** argv);

/// The value in force, as it would be written; "…" for secrets that are set.
std::string shown(Config const& config, Setting const& setting);
/// A value as it may be shown: what URLs in it have of users, passwords, API keys is "…".
std::string without_secrets(std::string const& value);
std::string sample_key_file();
/// The table of docs/configuration.md.
std::string settings_markdown();
