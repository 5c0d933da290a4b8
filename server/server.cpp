// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.hpp"

#include "api/library.hpp"
#include "api/metrics.hpp"
#include "api/routes.hpp"
#include "lib/fetch/address.hpp"
#include "search/web_provider.hpp"
#include "swarm/session.hpp"
#include "swarm_settings.hpp"

#include <gio/gio.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

using std::chrono::milliseconds;

/// Of the server beside its clients: peers, files of torrents, pipes.
constexpr int other_files = 512;

/// Of segments: half a day of films, in 2 MB.
constexpr std::size_t most_digests = 8192;

/// Viewers whose connection fails try again so soon.
constexpr std::chrono::seconds announce_interval{30};

constexpr milliseconds events_patience{200};

/// For the index to be kept once more as the server ends.
constexpr milliseconds index_patience{1000};

api::Options api_options(Config const& config) {
  api::Options options;
  options.first_byte_wait = milliseconds(config.first_byte_wait);
  options.read_timeout = milliseconds(config.read_timeout);
  options.torrent_timeout = milliseconds(config.torrent_timeout);
  options.idle_after = milliseconds(config.torrent_cleanup_interval);
  options.max_retries = static_cast<int>(config.torrent_max_retries);
  options.max_active = static_cast<int>(config.torrent_max_active);
  options.prefetch = config.prefetch;
  options.keep = config.torrent_keep;
  options.p2p = config.p2p;
  options.allow_private_fetch = config.allow_private_fetch;
  options.verify = config.torrent_verify == "strict" ? swarm::Verify::strict
                   : config.torrent_verify == "fast" ? swarm::Verify::fast
                                                     : swarm::Verify::trusted;
  options.share = config.p2p_share;
  options.ice_servers = config.ice_servers;
  options.transcode_video = config.hls_transcode == "video";
  options.shared_caches = config.api_token.empty();
  options.version = GST_TORRENT_VERSION;
  for (auto const& setting : settings_table()) options.in_force.emplace_back(setting.name, shown(config, setting));
  return options;
}

http::Options http_options(Config const& config) {
  http::Options options;
  options.host = config.host;
  options.port = static_cast<std::uint16_t>(config.port);
  options.tls_cert = config.tls_cert;
  options.tls_key = config.tls_key;
  options.name = "gst-torrent/" GST_TORRENT_VERSION;
  options.limits.connections = http::fit_connections(static_cast<int>(config.http_max_connections),
                                                     static_cast<int>(config.torrent_max_connections) + other_files);
  options.limits.connections_each = static_cast<int>(config.http_max_connections_per_address);
  options.limits.requests_per_second = static_cast<int>(config.http_max_requests);
  options.proxies = http::Proxies(config.trusted_proxies);
  options.limits.idle = std::chrono::seconds(config.http_idle_timeout);
  options.rules = {config.api_token, config.allowed_hosts, config.cors_origins, g_get_host_name()};
  return options;
}

fetch::Settings fetch_settings(Config const& config) {
  return {.allow_private = config.allow_private_fetch, .user_agent = "gst-torrent/" GST_TORRENT_VERSION};
}

/// Empty: there is no state.
std::string facts_folder(swarm::Session const& session) {
  auto const& state = session.settings().state_path;
  return state.empty() ? "" : state + "/hls";
}

hls::Producer::Limits hls_limits(Config const& config, swarm::Session const& session) {
  hls::Producer::Limits limits;
  limits.warm = static_cast<int>(config.hls_pipelines);
  if (config.p2p_share) limits.digests = most_digests;
  limits.codings = static_cast<int>(config.hls_max_transcodes);
  limits.threads = limits.warm + 4;
  limits.cache_bytes = static_cast<std::size_t>(config.hls_cache_mb) << 20;
  limits.cache_folder = absolute(config.hls_cache_path);
  limits.folder_bytes = config.hls_cache_disk_mb << 20;
  limits.version = GST_TORRENT_VERSION;
  limits.folder = facts_folder(session);
  return limits;
}

/// Torrents come from strangers, and so do the web seeds that they name.
swarm::Settings session_settings(Config const& config) {
  auto settings = swarm_settings(config);
  if (!config.allow_private_fetch)
    settings.web_seed_allowed = [](auto const& address) { return fetch::is_public(address); };
  return settings;
}

std::unique_ptr<cache::Backend> cache_backend(Config const& config, swarm::Settings const& in_force) {
  if (config.cache_backend == "redis") {
    auto const node =
        config.node_name.empty() ? std::string(g_get_host_name()) + ":" + in_force.download_path : config.node_name;
    return cache::redis_backend(config.redis_url, config.redis_password, config.redis_tls_ca, node);
  }
  if (config.cache_backend == "sqlite" && !in_force.state_path.empty())
    return cache::sqlite_backend(in_force.state_path + "/cache.sqlite");
  return cache::memory_backend();
}

/// Empty: there is no state.
std::string pin_file(swarm::Settings const& in_force) {
  return in_force.state_path.empty() ? "" : in_force.state_path + "/pins";
}

api::WebSources::Settings web_sources(Config const& config) {
  api::WebSources::Settings settings{config.http_torrent_sources, config.http_stream_sources};
  settings.allow_private = config.allow_private_fetch;
  if (!config.p2p) settings.head_start = milliseconds(0);
  return settings;
}

std::vector<std::unique_ptr<search::Provider>> search_providers(Config const& config, api::App& app,
                                                                std::shared_ptr<http::Loop> const& loop) {
  std::vector<std::unique_ptr<search::Provider>> providers;
  for (auto const& source : search::parse_sources(config.search_providers))
    if (source.kind)
      providers.push_back(std::make_unique<search::WebProvider>(*app.providers_client, source));
    else
      providers.push_back(std::make_unique<search::Library>(api::library_of(app, loop)));
  return providers;
}

/// The download folder is one of them: it is where people put files.
std::vector<std::string> populated_folders(Config const& config, swarm::Settings const& in_force) {
  std::vector<std::string> folders{in_force.download_path};
  for (auto const& folder : config.cache_populate) {
    folders.push_back(absolute(folder));
    if (!g_file_test(folder.c_str(), G_FILE_TEST_IS_DIR))
      g_warning("CACHE_POPULATE: %s is no folder (yet); it is looked at again.", folder.c_str());
  }
  return folders;
}

cache::Verdicts verdicts(swarm::Settings const& in_force) {
  return cache::Verdicts(in_force.state_path.empty() ? "" : in_force.state_path + "/populated");
}

api::Cleaning::Settings cleaning_settings(Config const& config) {
  return {{config.cache_max_disk_mb * 1'000'000, config.cache_max_size, config.cache_ttl},
          std::chrono::seconds(config.cache_cleanup_interval)};
}

}  // namespace

Server::Server(Config const& config) : loop_(http::Loop::create()) {
  auto http = http_options(config);
  app_.options = api_options(config);
  app_.session = swarm::Session::create(session_settings(config));
  app_.producer = std::make_unique<hls::Producer>(hls_limits(config, *app_.session));
  app_.pictures = std::make_unique<hls::Pictures>(
      hls::Pictures::Limits{static_cast<std::size_t>(config.hls_cache_mb) << 16, facts_folder(*app_.session)});
  app_.fetch = std::make_unique<fetch::Client>(fetch_settings(config));
  app_.providers_client = std::make_unique<fetch::Client>(search::client_settings("gst-torrent/" GST_TORRENT_VERSION));
  app_.search =
      std::make_unique<search::Search>(search_providers(config, app_, loop_), milliseconds(config.search_timeout));
  app_.tracker_feed = std::make_unique<api::TrackerFeed>(
      loop_, *app_.providers_client, app_.session,
      api::TrackerFeed::Settings{config.torrent_trackers_from, config.torrent_trackers,
                                 app_.session->settings().state_path});
  app_.index = std::make_unique<cache::Index>(cache_backend(config, app_.session->settings()),
                                              pin_file(app_.session->settings()));
  app_.populated = std::make_unique<cache::Populated>(populated_folders(config, app_.session->settings()),
                                                      verdicts(app_.session->settings()));
  app_.web = std::make_unique<api::WebSources>(loop_, *app_.fetch, web_sources(config));
  app_.cleaning = std::make_unique<api::Cleaning>(
      app_.session, *app_.index, cleaning_settings(config),
      api::Cleaning::Told{
          [this](auto const& hash) {
            app_.producer->forget(hash);
            app_.pictures->forget(hash);
          },
          [this](cache::Key const& key, std::int64_t bytes) { app_.events->evicted(key.info_hash, key.file, bytes); }});
  app_.events = std::make_shared<api::Events>(app_.session, loop_);
  app_.metrics = std::make_shared<api::Metrics>();
  app_.started_at = static_cast<double>(g_get_real_time()) / G_USEC_PER_SEC;
  http.answered = [metrics = app_.metrics](http::Exchange const& exchange, int status) {
    metrics->answered(exchange, status);
  };
  app_.signalling = std::make_unique<api::Signalling>(loop_, tracker::Swarms::Limits{.interval = announce_interval});
  keep_files_ = config.cache_persistent;
  app_.port = [this] { return http_->port(); };
  app_.connections = [this] { return http_->connections(); };
  app_.addresses = [this] { return http_->lan_urls(); };
  app_.longest = [this] { return http_->pulse().longest(); };
  http_ = std::make_unique<http::Server>(http, http::Router(api::routes(app_)), loop_);
  upkeep_ = std::make_unique<api::Upkeep>(app_, loop_);
  for (auto const& warning : app_.session->status().warnings) g_warning("%s", warning.c_str());
}

void Server::reload_certificate() {
  try {
    http_->reload_certificate();
    g_message("The certificate has been read again");
  } catch (std::exception const& error) {
    g_warning("%s The old one stays in use.", error.what());
  }
}

/// Listeners are told that it is the end, if they take it in time.
void Server::end_events() {
  app_.events->close();
  bool late = false;
  auto const patience = http::Source::after(events_patience, [&] { late = true; });
  while (app_.events->heard() && !late) g_main_context_iteration(nullptr, TRUE);
}

Server::~Server() {
  // A Redis that does not answer is not waited for.
  std::jthread const patience([this](std::stop_token const& over) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    if (!std::condition_variable_any().wait_for(lock, over, index_patience, [&] { return over.stop_requested(); }))
      app_.index->cancel();
  });
  upkeep_.reset();
  end_events();
  app_.signalling.reset();
  http_.reset();
  app_.cleaning->cancel();
  loop_->stop();  // its tasks use the producer and the session
  app_.producer.reset();
  app_.pictures.reset();
  app_.jobs = {};  // readers end before the session
  if (!keep_files_) app_.cleaning->delete_unpinned();
  app_.session->stop();
  app_.index->exchange();
}
