// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.hpp"
#include "lib/redis/connection.hpp"
#include "search/source.hpp"
#include "swarm/settings.hpp"

#include <gio/gio.h>

#include <algorithm>

namespace {

constexpr std::int64_t day = 24 * 3600;

std::string joined(std::vector<std::string> const& list) {
  std::string text;
  for (auto const& item : list) text += (text.empty() ? "" : ",") + item;
  return text;
}

Setting number(char const* name, std::int64_t Config::*member, std::int64_t initial, std::int64_t least,
               std::int64_t most, char const* help) {
  return {name,  member, std::to_string(initial), std::to_string(least) + " … " + std::to_string(most), help,
          least, most};
}

Setting flag(char const* name, bool Config::*member, bool initial, char const* help) {
  return {name, member, initial ? "true" : "false", "true, false", help};
}

Setting list(char const* name, std::vector<std::string> Config::*member, std::string initial, char const* help) {
  return {name, member, std::move(initial), "a list, separated by commas or spaces", help};
}

Setting text(char const* name, std::string Config::*member, char const* initial, char const* allowed,
             char const* help) {
  return {name, member, initial, allowed, help};
}

Setting choice(char const* name, std::string Config::*member, char const* initial, std::vector<std::string> choices,
               char const* help) {
  Setting made{name, member, initial, joined(choices), help};
  std::replace(made.allowed.begin(), made.allowed.end(), ',', ' ');
  made.choices = std::move(choices);
  return made;
}

/// "0.0.0.0:6881,[::]:6881"; a device's name may stand for an address.
bool listen_addresses(std::string const& value) {
  return !value.empty() && g_regex_match_simple(
                               "^([^\\s,:\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}"
                               "(,([^\\s,:\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5})*$",
                               value.c_str(), GRegexCompileFlags{}, GRegexMatchFlags{});
}

bool network(std::string const& value) {
  auto* mask = g_inet_address_mask_new_from_string(value.c_str(), nullptr);
  bool const valid = mask != nullptr;
  g_clear_object(&mask);
  return valid;
}

/// What a browser sends as Origin: no path, no port that goes without saying, no other character than of ASCII.
bool origin(std::string const& value) {
  auto const matches = [&](char const* pattern) {
    return g_regex_match_simple(pattern, value.c_str(), G_REGEX_CASELESS, GRegexMatchFlags{});
  };
  return value == "*" || value == "null" || value == "file://" ||
         (matches(R"re(^[a-z][a-z0-9+.-]*://([a-z0-9._~-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$)re") &&
          !matches("^(http://.*:80|https://.*:443)$"));
}

bool host_name(std::string const& value) {
  return value == "*" ||
         g_regex_match_simple(R"re(^[a-zA-Z0-9._:\[\]-]+$)re", value.c_str(), GRegexCompileFlags{}, GRegexMatchFlags{});
}

bool url_template(std::string const& value) {
  if (!g_regex_match_simple("^https?://[^\\s]*\\{(infoHash|INFOHASH)\\}", value.c_str(), GRegexCompileFlags{},
                            GRegexMatchFlags{}))
    return false;
  g_autofree char* filled = g_strdelimit(g_strdup(value.c_str()), "{}", '0');
  return g_uri_is_valid(filled, G_URI_FLAGS_ENCODED_PATH, nullptr);
}

bool ice_server(std::string const& value) {
  return g_regex_match_simple(
      R"re(^(stuns?:|turns?:[^\s@:]+:[^\s@]+@)([^\s@:/?\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?)re"
      R"re((\?transport=(udp|tcp))?$)re",
      value.c_str(), GRegexCompileFlags{}, GRegexMatchFlags{});
}

bool redis_address(std::string const& value) {
  try {
    redis::parse_url(value);
    return true;
  } catch (redis::Error const&) {
    return false;
  }
}

bool url_or_file(std::string const& value) {
  return value.find("://") == std::string::npos || ((value.starts_with("http://") || value.starts_with("https://")) &&
                                                    g_uri_is_valid(value.c_str(), G_URI_FLAGS_ENCODED, nullptr));
}

bool search_provider(std::string const& value) {
  try {
    search::parse_source(value);
    return true;
  } catch (search::Error const&) {
    return false;
  }
}

Setting formed(Setting setting, bool (*valid)(std::string const&)) {
  setting.valid = valid;
  return setting;
}

/// Each item of a list.
Setting formed(Setting setting, bool (*valid)(std::string const&), char const* allowed) {
  setting.allowed = allowed;
  return formed(std::move(setting), valid);
}

Setting secret(Setting setting) {
  setting.secret = true;
  return setting;
}

}  // namespace

void apply_profile(Config& config, std::string const& profile) {
  struct Row {
    std::string_view profile;
    std::int64_t connections, ram_mb, hls_cache_mb, hls_pipelines;
  };
  constexpr Row rows[] = {{"tv", 30, 64, 16, 2}, {"desktop", 100, 256, 64, 4}, {"server", 200, 512, 128, 8}};
  for (auto const& row : rows)
    if (row.profile == profile) {
      config.torrent_max_connections = row.connections;
      config.torrent_ram_mb = row.ram_mb;
      config.hls_cache_mb = row.hls_cache_mb;
      config.hls_pipelines = row.hls_pipelines;
    }
}

std::vector<Setting> const& settings_table() {
  using C = Config;
  static std::vector<Setting> const table = {
      text("HOST", &C::host, "", "an address or name of this machine; empty = all interfaces", "address to listen on"),
      number("PORT", &C::port, 7000, 0, 65535, "port to listen on; 0 = a free one, which is printed"),
      secret(text("API_TOKEN", &C::api_token, "", "any text",
                  "token that every client must show; empty = only local addresses may come in")),
      formed(list("ALLOWED_HOSTS", &C::allowed_hosts, "",
                  "host names that the server goes by, beside local ones; * = any"),
             host_name, "names (films.example.com), separated by commas or spaces"),
      formed(list("CORS_ORIGINS", &C::cors_origins, "", "origins whose pages may use the API; * = any"), origin,
             "https://ui.example.com, http://ui.example.com:8080 (no path, no port 443 or 80 of its own), separated by "
             "commas or spaces"),
      formed(list("TRUSTED_PROXIES", &C::trusted_proxies, "",
                  "addresses and networks (10.0.0.0/8) of proxies that are believed about whom they speak for"),
             network, "addresses and networks, separated by commas or spaces"),
      text("TLS_CERT", &C::tls_cert, "", "path of a PEM file", "certificate chain; makes the server speak HTTPS"),
      text("TLS_KEY", &C::tls_key, "", "path of a PEM file", "key of the certificate; empty = in TLS_CERT"),
      number("HTTP_MAX_CONNECTIONS", &C::http_max_connections, 1024, 1, 100000, "HTTP connections at a time"),
      number("HTTP_MAX_CONNECTIONS_PER_ADDRESS", &C::http_max_connections_per_address, 256, 0, 100000,
             "of them from one address that is neither this machine's 127.0.0.1 nor a trusted proxy; 0 = no limit"),
      number("HTTP_MAX_REQUESTS", &C::http_max_requests, 500, 0, 1000000,
             "requests a second of one client in the long run, ten times as many at once; 0 = no limit"),
      number("HTTP_IDLE_TIMEOUT", &C::http_idle_timeout, 60, 1, day,
             "seconds after which a connection without a whole request is closed"),
      number("FIRST_BYTE_WAIT", &C::first_byte_wait, 30000, 1, day * 1000,
             "ms that a stream waits for its first bytes before it answers 504"),
      number("READ_TIMEOUT", &C::read_timeout, 60000, 0, day * 1000,
             "ms without a byte after which a stream is cut short; 0 = never"),

      number("TORRENT_TIMEOUT", &C::torrent_timeout, 60000, 1, day * 1000,
             "ms that a request waits for peers and metadata (a stream: at most FIRST_BYTE_WAIT)"),
      number("TORRENT_MAX_RETRIES", &C::torrent_max_retries, 3, 0, 100,
             "times that a failed torrent is started again, and peers are looked for anew, after 1, 2, 4 … s"),
      choice("TORRENT_PROFILE", &C::torrent_profile, "server", {"tv", "desktop", "server"},
             "size of the machine: sets buffers, TORRENT_MAX_CONNECTIONS, TORRENT_RAM_MB, HLS_CACHE_MB and "
             "HLS_PIPELINES where they are not given"),
      number("TORRENT_MAX_CONNECTIONS", &C::torrent_max_connections, 200, 1, 65535,
             "peers at a time (profile desktop: 100, tv: 30)"),
      number(
          "TORRENT_MAX_ACTIVE", &C::torrent_max_active, 25, 0, 100000,
          "torrents with their swarms at a time, but for those that are watched; others wait for their turn; 0 = any "
          "number"),
      number("TORRENT_DOWNLOAD_LIMIT", &C::torrent_download_limit, 0, 0, G_MAXINT32, "bytes/s; 0 = no limit"),
      number("TORRENT_UPLOAD_LIMIT", &C::torrent_upload_limit, 0, 0, G_MAXINT32, "bytes/s; 0 = no limit"),
      number("TORRENT_CLEANUP_INTERVAL", &C::torrent_cleanup_interval, 1800000, 0, 365 * day * 1000,
             "ms without a client after which a torrent's networking ends (files stay); 0 = never"),
      text("TORRENT_DOWNLOAD_PATH", &C::torrent_download_path, "", "a folder; empty = $XDG_CACHE_HOME/gst-torrent",
           "folder of the downloads"),
      text("STATE_PATH", &C::state_path, "",
           "a folder; empty = $XDG_STATE_HOME/gst-torrent, or one in it for each TORRENT_DOWNLOAD_PATH",
           "folder of what is known about them"),
      choice("TORRENT_STORAGE", &C::torrent_storage, "file", {"file", "ram"},
             "where torrents are held; ram: nothing is written, what was seen is given up for what comes"),
      number("TORRENT_RAM_MB", &C::torrent_ram_mb, 512, 1, 1000000,
             "2^20 bytes for each torrent that is held in memory (profile desktop: 256, tv: 64)"),
      flag("TORRENT_KEEP", &C::torrent_keep, true, "download the chosen file to its end, even when nobody watches"),
      flag("PREFETCH", &C::prefetch, false,
           "of a series, fetch the next part when the present one is here and 80 % seen, and nobody else needs the "
           "line"),
      choice(
          "TORRENT_VERIFY", &C::torrent_verify, "trusted", {"strict", "trusted", "fast"},
          "what a stream may give out: verified pieces; after a jump also blocks of peers that proved right; blocks as "
          "they come"),
      number("HLS_CACHE_MB", &C::hls_cache_mb, 128, 0, 1000000,
             "2^20 bytes of segments that are kept in memory (profile desktop: 64, tv: 16)"),
      text("HLS_CACHE_PATH", &C::hls_cache_path, "", "a folder; empty = in memory only",
           "folder in which segments are kept, too; they survive a restart"),
      number("HLS_CACHE_DISK_MB", &C::hls_cache_disk_mb, 2000, 0, 1000000000,
             "2^20 bytes of segments that are kept there"),
      number("HLS_PIPELINES", &C::hls_pipelines, 8, 1, 256,
             "films' demuxers that stay open between two segments (profile desktop: 4, tv: 2)"),
      choice(
          "HLS_TRANSCODE", &C::hls_transcode, "off", {"off", "video"},
          "what HLS may code anew beside sound; video: pictures that a client can't play, which takes a fast machine"),
      number("HLS_MAX_TRANSCODES", &C::hls_max_transcodes, 1, 1, 64, "segments whose pictures are coded at a time"),
      flag("P2P_SHARE", &C::p2p_share, false,
           "browsers that watch the same film share its segments, and see each other's addresses (docs/sharing.md)"),
      secret(formed(list("ICE_SERVERS", &C::ice_servers, "", "servers that help them to reach each other"), ice_server,
                    "stun:host:port, turn:user:password@host:port, separated by commas or spaces")),
      formed(text("TORRENT_LISTEN", &C::torrent_listen, "0.0.0.0:6881,[::]:6881", "address:port, separated by commas",
                  "where peers may connect; port 0 = a free one"),
             listen_addresses),
      flag("TORRENT_DHT", &C::torrent_dht, true, "find peers by the distributed hash table"),
      flag("TORRENT_LSD", &C::torrent_lsd, true, "find peers in the local network"),
      flag("TORRENT_PEX", &C::torrent_pex, true, "let peers tell of other peers"),
      flag("TORRENT_PORT_MAPPING", &C::torrent_port_mapping, true, "ask the router for a port (UPnP, NAT-PMP)"),
      list("TORRENT_TRACKERS", &C::torrent_trackers, joined(swarm::Settings::default_trackers()),
           "announce URLs that are added to public torrents"),
      formed(
          text("TORRENT_TRACKERS_FROM", &C::torrent_trackers_from, "", "an http or https URL, or a file; empty = none",
               "a list of more such URLs, one a line, read at the start and once a day; what is no list changes "
               "nothing"),
          url_or_file),
      flag("TRACKER_INJECT", &C::tracker_inject, true, "add them"),

      flag("P2P", &C::p2p, true,
           "off: no port, no tracker, no peer; only what is on disk and what web servers have (docs/no-p2p.md)"),
      formed(
          list("HTTP_TORRENT_SOURCES", &C::http_torrent_sources, "",
               "URLs of .torrent files with {infoHash} (or {INFOHASH}, in capitals), asked when the swarm is slow to "
               "give the metadata"),
          url_template, "URLs (http, https) with {infoHash}, separated by commas or spaces"),
      formed(list("HTTP_STREAM_SOURCES", &C::http_stream_sources, "",
                  "URLs of files with {infoHash} and {fileIndex}: streaming services, read beside the swarm"),
             url_template, "URLs (http, https) with {infoHash}, separated by commas or spaces"),
      flag("ALLOW_PRIVATE_FETCH", &C::allow_private_fetch, false,
           "URLs that clients give may lead to this machine and the networks behind it, too"),

      formed(
          list("SEARCH_PROVIDERS", &C::search_providers, "library",
               "whom /search asks: what is here, ApiBay (https://apibay.org if no URL is given), Jackett or Prowlarr, "
               "pages of The Pirate Bay in place of an ApiBay that fails"),
          search_provider, "library, apibay, apibay=URL, torznab=URL, tpb=URL, separated by commas or spaces"),
      number("SEARCH_TIMEOUT", &C::search_timeout, 8000, 100, 120000,
             "ms after which a search is answered with what has come"),

      choice("CACHE_BACKEND", &C::cache_backend, "memory", {"memory", "sqlite", "redis"},
             "where it is kept when which file was used; redis: shared by several servers"),
      list("CACHE_POPULATE", &C::cache_populate, "",
           "folders of films whose names hold an info hash: served without a swarm, never written to"),
      number("CACHE_TTL", &C::cache_ttl, 3600, 0, 100 * 365 * day,
             "seconds after which a file that nobody used is deleted, but for pinned and popular ones; 0 = never"),
      number("CACHE_MAX_SIZE", &C::cache_max_size, 1000, 1, 100000000, "files on disk; those used least lately go"),
      number("CACHE_MAX_DISK_MB", &C::cache_max_disk_mb, 5000, 1, 1000000000,
             "10^6 bytes on disk; a twentieth of the disk stays free in any case"),
      number("CACHE_CLEANUP_INTERVAL", &C::cache_cleanup_interval, 300, 0, 365 * day,
             "seconds between two cleanings; 0 = only when a limit is passed"),
      flag("CACHE_PERSISTENT", &C::cache_persistent, true, "files stay when the server ends; false: only pinned ones"),
      formed(
          text("REDIS_URL", &C::redis_url, "redis://localhost:6379", "redis://[[user]:password@]host[:port][/database]",
               "server for CACHE_BACKEND=redis; rediss:// with TLS"),
          redis_address),
      secret(text("REDIS_PASSWORD", &C::redis_password, "", "any text", "its password")),
      text("REDIS_TLS_CA", &C::redis_tls_ca, "", "path of a PEM file",
           "who may have signed its certificate; empty = whom this machine trusts"),
      text("NODE_NAME", &C::node_name, "", "any text; empty = the machine's name and the download folder",
           "name of this server among those that share a Redis"),
      choice("LOG_LEVEL", &C::log_level, "info", {"debug", "info", "warn", "error"}, "least that is logged"),
  };
  return table;
}

std::string shown(Config const& config, Setting const& setting) {
  struct Text {
    Config const& c;
    std::string operator()(std::string Config::*m) const { return c.*m; }
    std::string operator()(std::int64_t Config::*m) const { return std::to_string(c.*m); }
    std::string operator()(bool Config::*m) const { return c.*m ? "true" : "false"; }
    std::string operator()(std::vector<std::string> Config::*m) const { return joined(c.*m); }
  };
  auto const value = std::visit(Text{config}, setting.member);
  if (setting.secret) return value.empty() ? "" : "…";
  return without_secrets(value);
}

std::string without_secrets(std::string const& value) {
  auto const hide = [](std::string const& text, char const* what, char const* by) {
    g_autoptr(GRegex) regex = g_regex_new(what, GRegexCompileFlags{}, GRegexMatchFlags{}, nullptr);
    g_autofree char* hidden = g_regex_replace(regex, text.c_str(), -1, 0, by, GRegexMatchFlags{}, nullptr);
    return hidden ? std::string(hidden) : std::string("…");
  };
  auto const without_users = hide(value, "(?<=://)[^/@\\s]*@", "…@");
  return hide(without_users, "([?&][^=&\\s,]*=)(?!\\{)[^&\\s,]+", "\\1…");
}

std::string sample_key_file() {
  std::string text =
      "# Settings of gst-torrent-server: --config FILE, else $XDG_CONFIG_HOME/gst-torrent.conf, else\n"
      "# /etc/gst-torrent.conf. The environment overrides this file, the command line both.\n\n[gst-torrent]\n";
  for (auto const& setting : settings_table())
    text += "\n# " + setting.help + "\n# (" + setting.allowed + ")\n#" + setting.name + "=" + setting.initial + "\n";
  return text;
}

std::string settings_markdown() {
  std::string text = "| name | default | allowed | what it is |\n| --- | --- | --- | --- |\n";
  for (auto const& setting : settings_table()) {
    auto initial = setting.name == "TORRENT_TRACKERS" ? "a built-in list" : setting.initial;
    text += "| `" + setting.name + "` | " + (initial.empty() ? "" : "`" + initial + "`") + " | " + setting.allowed +
            " | " + setting.help + " |\n";
  }
  return text;
}
