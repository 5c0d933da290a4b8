// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/live_session.hpp"

#include "swarm/catalog.hpp"
#include "swarm/file_storage.hpp"
#include "swarm/journal.hpp"
#include "swarm/live_session_core.hpp"
#include "swarm/lt_settings.hpp"
#include "swarm/metadata.hpp"
#include "swarm/settings_complete.hpp"
#include "swarm/tracker_list.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/announce_entry.hpp>
#include <libtorrent/extensions/ut_metadata.hpp>
#include <libtorrent/extensions/ut_pex.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/read_resume_data.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <future>
#include <set>
#include <thread>

namespace swarm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto stop_limit = milliseconds(1900);  // the promise is 2 s
constexpr auto resume_limit = milliseconds(500);
constexpr auto resume_interval = seconds(60);
constexpr auto session_save_interval = seconds(300);

lt::info_hash_t to_lt(InfoHash const& hash) {
  lt::info_hash_t result;
  if (hash.v1) result.v1 = lt::sha1_hash(reinterpret_cast<char const*>(hash.v1->data()));
  if (hash.v2) result.v2 = lt::sha256_hash(reinterpret_cast<char const*>(hash.v2->data()));
  return result;
}

Error the_end() { return {Errc::stopped, "The torrent session has stopped."}; }

}  // namespace

// ---- start and end ----

LiveSession::Core::Core(Settings const& s) : settings(s), trackers(s.trackers) {}
LiveSession::Core::~Core() = default;

void LiveSession::Core::start() {
  if (settings.storage == StorageKind::file) lock_folder(settings.download_path);
  services->log = Log(settings.log);
  open_state();
  auto const known = settings.restore ? services->state->keys() : std::vector<std::string>();
  sleepers = std::make_unique<Sleepers>(*services->state, known, settings.download_path);
  auto const sizes = buffers(settings.profile);
  services->disk = std::make_shared<Workers>(sizes.disk_threads);
  services->hashing = std::make_shared<Workers>(sizes.hash_threads);
  services->p2p = settings.p2p;
  services->web_seed_allowed = settings.web_seed_allowed;

  lt::session_params params;
  if (auto const saved = services->state->load_session()) {
    // Only the DHT's state: settings are ours to say anew.
    params = lt::read_session_params({saved->data(), static_cast<std::ptrdiff_t>(saved->size())},
                                     lt::session_handle::save_dht_state);
  }
  params.settings = lt_settings(settings);
  params.extensions.clear();  // each torrent brings its own, see add()
  StoreContext context{services->network, services->disk, services->hashing, {}, {}};
  context.max_queued_bytes = sizes.queued_bytes;
  context.owner = [weak = weak_from_this()](std::string const& token) -> std::shared_ptr<StorageOwner> {
    auto self = weak.lock();
    if (!self) return nullptr;
    std::lock_guard lock(self->mutex);
    for (auto const& torrent : self->torrents)
      if (torrent->token() == token) return torrent;
    return nullptr;
  };
  params.disk_io_constructor = [context](lt::io_context& io, lt::settings_interface const&, lt::counters&) {
    return make_store(io, context);
  };
  session = std::make_unique<lt::session>(std::move(params));
  session->set_peer_class_filter(lt_peer_classes());
  // Jobs on the network thread may outlive `session` by a moment, but not what the handle refers to.
  lt::session_handle handle = *session;
  services->drop = [handle](lt::torrent_handle const& torrent) mutable {
    if (handle.is_valid() && torrent.is_valid()) handle.remove_torrent(torrent);
  };
  services->put = [handle](lt::add_torrent_params params) mutable {
    if (handle.is_valid()) handle.async_add_torrent(std::move(params));
  };
  services->unban = [handle](std::vector<PeerAddress> const& banned) mutable {
    if (!handle.is_valid()) return;
    auto const filter = handle.get_ip_filter();
    auto blocking = filter;
    for (auto const& peer : banned) {
      boost::system::error_code error;
      auto const address = lt::make_address(peer.host, error);
      if (!error) blocking.add_rule(address, address, lt::ip_filter::blocked);
    }
    handle.set_ip_filter(blocking);  // drops what libtorrent remembers of them
    handle.set_ip_filter(filter);
  };
  alerts = std::make_unique<Alerts>(*session, *this);
}

void LiveSession::Core::end() {
  // 1. What libtorrent knows of each torrent (peers, trackers, unfinished pieces).
  std::vector<std::shared_ptr<LiveTorrent>> all;
  {
    std::scoped_lock lock(adding, mutex);  // after the last one that came
    all = torrents;
  }
  for (auto const& torrent : all) {
    torrent->fail(the_end());
    {
      std::lock_guard lock(resume_mutex);
      ++resume_pending;
    }
    services->network->post([self = shared_from_this(), torrent] {
      auto const* handle = torrent->handle();
      if (handle && torrent->metadata())
        handle->save_resume_data(lt::torrent_handle::save_info_dict | lt::torrent_handle::only_if_modified);
      else
        self->on_resume_answered();
    });
  }
  {
    std::unique_lock lock(resume_mutex);
    resume_changed.wait_for(lock, resume_limit, [&] { return resume_pending <= 0; });
  }
  save_session();
  alerts.reset();
  // 2. libtorrent itself. Trackers are told for at most a second (stop_tracker_timeout).
  {
    auto const proxy = session->abort();  // its destructor waits for libtorrent's threads
    session.reset();
  }
  // 3. The last writes.
  services->disk->finish();
  services->hashing->finish();
  {
    std::lock_guard lock(mutex);
    torrents.clear();
  }
  folders.clear();
}

void LiveSession::Core::save_session() {
  try {
    auto const bytes = lt::write_session_params_buf(session->session_state(lt::session_handle::save_dht_state),
                                                    lt::session_handle::save_dht_state);
    services->state->save_session(bytes);
  } catch (std::exception const& error) {
    services->log(LogLevel::warning, std::string("The session's state can't be saved: ") + error.what());
  }
}

LiveSession::LiveSession(Settings const& settings)
    : settings_(complete(settings)), core_(std::make_shared<Core>(settings_)) {
  core_->start();
  core_->look_at_sleepers();
}

LiveSession::~LiveSession() { stop(); }

std::vector<std::string> LiveSession::trackers() const { return *core_->trackers.lock(); }

void LiveSession::set_trackers(std::vector<std::string> urls) { *core_->trackers.lock() = std::move(urls); }

void LiveSession::stop() {
  std::lock_guard lock(stopping_);
  if (std::exchange(stopped_, true)) return;
  {
    std::lock_guard lock(core_->mutex);
    core_->stopping = true;
  }
  core_->closed.notify_all();
  for (auto const& torrent : torrents()) static_cast<LiveTorrent&>(*torrent).fail(the_end());
  // libtorrent waits for its own threads; ours does not wait for ever. What is not over in time ends by itself and
  // keeps alive what it needs.
  std::promise<void> over;
  auto done = over.get_future();
  std::thread ending([core = core_, over = std::move(over)]() mutable {
    core->end();
    core.reset();
    over.set_value();
  });
  if (done.wait_for(stop_limit) == std::future_status::ready) {
    ending.join();
    return;
  }
  core_->services->log(LogLevel::warning, "The session took too long to stop; it ends in the background.");
  ending.detach();
}

// ---- torrents ----

void LiveSession::Core::open_state() {
  try {
    lock_folder(settings.state_path);
    services->state = std::make_unique<StateFolder>(settings.state_path);
  } catch (Error const& error) {
    // A system that is read-only can still play from memory.
    if (settings.storage == StorageKind::file || error.code() == Errc::in_use) throw;
    services->state = std::make_unique<StateFolder>(std::string());
    warnings.push_back(std::string(error.what()) + " Nothing will be remembered after the end.");
    services->log(LogLevel::warning, warnings.back());
  }
}

void LiveSession::Core::lock_folder(std::string const& folder) {
  auto& held = folders[folder];
  if (held) return;
  try {
    held = std::make_unique<FolderLock>(folder);
  } catch (...) {
    folders.erase(folder);
    throw;
  }
}

std::shared_ptr<LiveTorrent> LiveSession::Core::find(InfoHash const& hash) const {
  std::lock_guard lock(mutex);
  for (auto const& torrent : torrents)
    if (torrent->hash().same_torrent(hash)) return torrent;
  return nullptr;
}

std::shared_ptr<Torrent> LiveSession::Core::hold(LiveTorrent& torrent) {
  std::lock_guard lock(mutex);
  auto const found = std::ranges::find(torrents, &torrent, [](auto const& t) { return t.get(); });
  return found == torrents.end() ? nullptr : (*found)->held();
}

std::shared_ptr<Torrent> LiveSession::add(Locator const& locator, AddOptions const& options) {
  if (locator.hash.empty()) throw Error(Errc::bad_input, "There is no info hash.", "Give a magnet link or a .torrent.");
  core_->find_awake(locator.hash);
  std::lock_guard lock(core_->adding);  // and so nothing falls asleep
  if (core_->stopping) throw the_end();
  auto known = core_->find(locator.hash);
  // libtorrent has one place for both, and nobody can give metadata for a hash that is cut short.
  if (known && !known->metadata() && known->hash().shortens(locator.hash)) {
    core_->take_out(*known, LiveTorrent::Removal::forgotten, {});
    known = nullptr;
  }
  if (auto const& torrent = known) {
    torrent->add_sources(locator);
    if (options.keep) torrent->set_keep(options.keep);
    if (!options.save_path.empty() && normal_path(options.save_path) != torrent->save_path())
      core_->services->log(LogLevel::warning, torrent->name() + " is stored in " + torrent->save_path() +
                                                  " already; the other folder is not used");
    if (options.storage && (*options.storage == StorageKind::ram) != torrent->in_ram())
      core_->services->log(LogLevel::warning, torrent->name() + " is held in " +
                                                  (torrent->in_ram() ? "memory" : "files") + " already; that stays so");
    return torrent->held();
  }
  return core_->add(locator, options)->held();
}

std::shared_ptr<LiveTorrent> LiveSession::Core::add(Locator const& locator, AddOptions const& options) {
  auto const key = locator.hash.key();
  {
    std::unique_lock lock(mutex);
    bool const over = closed.wait_for(lock, seconds(5), [&] { return stopping || !closing.contains(key); });
    if (stopping) throw the_end();
    if (!over) throw Error(Errc::in_use, "The torrent is still being removed.", "Try again in a few seconds.");
  }
  lt::add_torrent_params params;
  Remembered remembered;
  if (auto const saved = services->state->load_resume(key)) read_resume(*saved, params, remembered);
  if (locator.metainfo && !params.ti) {
    lt::error_code error;
    auto const& bytes = *locator.metainfo;
    params.ti = std::make_shared<lt::torrent_info>(
        lt::span<char const>(bytes.data(), static_cast<std::ptrdiff_t>(bytes.size())), error, lt::from_span);
    if (error) throw Error(Errc::bad_input, "The .torrent can't be read: " + error.message() + '.');
  }
  params.info_hashes = params.ti ? params.ti->info_hashes() : to_lt(locator.hash);
  auto add_missing = [](auto& list, auto const& more) {
    for (auto const& item : more)
      if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  };
  add_missing(remembered.trackers, locator.trackers);
  add_missing(params.url_seeds, locator.web_seeds);
  for (auto const& peer : locator.peers) remembered.add_peer(peer);
  if (params.name.empty()) params.name = locator.name;
  // What is remembered of another folder is no help here; the journal notices by the files.
  remembered.save_path = options.save_path.empty() ? settings.download_path : normal_path(options.save_path);
  if (options.keep) remembered.keep = options.keep;
  remembered.paused = false;
  std::optional<std::int64_t> ram_budget;
  if (options.storage.value_or(settings.storage) == StorageKind::ram)
    ram_budget = options.ram_budget.value_or(settings.ram_budget);
  return add(std::move(params), locator.hash, remembered, false, ram_budget);
}

std::shared_ptr<LiveTorrent> LiveSession::Core::add(lt::add_torrent_params params, InfoHash const& hash,
                                                    Remembered const& remembered, bool restored,
                                                    std::optional<std::int64_t> ram_budget) {
  if (!ram_budget) lock_folder(remembered.save_path);
  LiveTorrent::Known known{.hash = hash,
                           .name = params.name,
                           .remembered = remembered,
                           .info = params.ti,
                           .ram_budget = ram_budget,
                           .rest = restored && !remembered.keep ? Rest::idle : Rest::none};
  bool is_private = false;
  if (params.ti) {
    // Throws for hostile metadata, before libtorrent sees them.
    auto const metadata = make_metadata(*params.ti);
    known.hash = metadata->hash;
    is_private = metadata->is_private;
    auto const key = known.hash.key();
    Journal::Loaded loaded;
    bool files = false;
    if (!ram_budget) {
      FileStorage const storage(remembered.save_path + '/' + key, metadata->layout);
      loaded = Journal::load(services->state->journal_path(key), storage);
      files = storage.any_file();
    }
    known.journal_anew = loaded.doubtful || loaded.have.empty();
    // An empty bitfield of full length means: nothing is there, and no file needs to be hashed to know it.
    params.have_pieces.clear();
    if (!loaded.have.empty() || !files) params.have_pieces.resize(metadata->layout.piece_count(), false);
    if (!loaded.have.empty()) {
      for (std::size_t p = 0; p < loaded.have.size(); ++p)
        if (loaded.have[p]) {
          params.have_pieces.set_bit(lt::piece_index_t(static_cast<int>(p)));
          params.unfinished_pieces.erase(lt::piece_index_t(static_cast<int>(p)));
        }
    } else {
      params.unfinished_pieces.clear();
    }
    known.verified = std::move(loaded.have);
    if (restored && remembered.keep && is_whole(metadata->layout, *remembered.keep, known.verified))
      known.rest = Rest::idle;
  }
  for (auto const& peer : remembered.peers) {
    boost::system::error_code error;
    auto const address = lt::make_address(peer.host, error);
    if (!error) params.peers.emplace_back(address, peer.port);
  }
  params.trackers = remembered.trackers;
  params.tracker_tiers.assign(params.trackers.size(), 0);
  auto const injected = *trackers.lock();  // a loop would not hold the lock
  if (!is_private && settings.inject_trackers)
    for (auto const& url : injected)
      if (is_for_sessions(url) &&
          std::find(params.trackers.begin(), params.trackers.end(), url) == params.trackers.end()) {
        params.trackers.push_back(url);
        params.tracker_tiers.push_back(1);  // behind its own
      }
  params.flags = lt::torrent_flags::default_flags;
  params.flags &= ~(lt::torrent_flags::auto_managed | lt::torrent_flags::paused | lt::torrent_flags::need_save_resume);
  if (remembered.paused || known.rest != Rest::none) params.flags |= lt::torrent_flags::paused;
  if (params.ti) {
    // What is remembered or was asked for holds those of the .torrent, mostly, and libtorrent would have them twice.
    params.flags |= lt::torrent_flags::override_web_seeds;
    for (auto const& seed : params.ti->web_seeds()) {
      auto& seeds = seed.type == lt::web_seed_entry::url_seed ? params.url_seeds : params.http_seeds;
      if (std::find(seeds.begin(), seeds.end(), seed.url) == seeds.end()) seeds.push_back(seed.url);
    }
  }
  if (!settings.p2p) {
    params.trackers.clear();
    params.peers.clear();
    params.flags |= lt::torrent_flags::override_trackers | lt::torrent_flags::disable_dht |
                    lt::torrent_flags::disable_lsd | lt::torrent_flags::disable_pex;
  }
  params.file_priorities.clear();
  params.piece_priorities.clear();

  auto const key = known.hash.key();
  auto torrent = std::make_shared<LiveTorrent>(services, std::move(known));
  // libtorrent hands the path back when it wants the storage: the torrent itself says where its files go.
  params.save_path = torrent->token();
  params.extensions.clear();
  params.extensions.push_back(make_wire(torrent, torrent->peers()));
  // Not libtorrent's smart ban: it keeps pointers to peers that Amnesty makes libtorrent forget, and bans whoever is
  // there next. Who sends wrong bytes is found by fetching the piece again from one peer alone.
  params.extensions.push_back(lt::create_ut_metadata_plugin);
  if (settings.pex) params.extensions.push_back(lt::create_ut_pex_plugin);
  {
    std::lock_guard lock(mutex);
    torrents.push_back(torrent);
  }
  if (!params.ti && !ram_budget) {
    try {
      services->state->save_resume(key, write_resume(params, remembered));
    } catch (Error const& error) {
      services->log(LogLevel::warning, std::string("The torrent can't be remembered: ") + error.what());
    }
  }
  torrent->put(std::move(params));
  return torrent;
}

std::vector<std::shared_ptr<Torrent>> LiveSession::torrents() const {
  std::lock_guard lock(core_->mutex);
  return {core_->torrents.begin(), core_->torrents.end()};
}

bool LiveSession::remove(InfoHash const& hash, bool delete_files, std::function<void(std::string const&)> done) {
  auto const how = delete_files ? LiveTorrent::Removal::with_files : LiveTorrent::Removal::forgotten;
  while (auto const torrent = core_->find_awake(hash))
    if (core_->take_out(*torrent, how, done)) return true;
  return false;
}

bool LiveSession::Core::take_out(LiveTorrent const& which, LiveTorrent::Removal how,
                                 std::function<void(std::string const&)> done) {
  auto const key = which.key();
  std::shared_ptr<LiveTorrent> torrent;
  {
    std::lock_guard lock(mutex);
    auto const found = std::ranges::find(torrents, &which, [](auto const& t) { return t.get(); });
    if (found == torrents.end() || (how == LiveTorrent::Removal::asleep && which.is_held())) return false;
    torrent = *found;
    torrents.erase(found);
    closing.insert(key);
  }
  torrent->remove(how, [core = shared_from_this(), key, done = std::move(done)](std::string const& error) {
    {
      std::lock_guard lock(core->mutex);
      core->closing.erase(key);
    }
    core->closed.notify_all();
    if (done) done(error);
  });
  return true;
}

SessionStatus LiveSession::status() const {
  SessionStatus status;
  for (auto const& torrent : torrents()) {
    auto const t = torrent->status();
    ++status.torrents;
    status.peers += t.peers;
    status.download_rate += t.download_rate;
    status.upload_rate += t.upload_rate;
  }
  status.torrents += static_cast<int>(core_->sleepers->count());
  status.dht_enabled = settings_.dht;
  status.dht_nodes = core_->dht_nodes;
  status.listen_port = core_->listen_port;
  std::lock_guard lock(core_->mutex);
  status.warnings = core_->warnings;
  return status;
}

// ---- from alerts ----

std::shared_ptr<LiveTorrent> LiveSession::Core::torrent_of(lt::torrent_handle const& handle) {
  std::lock_guard lock(mutex);
  for (auto const& torrent : torrents)
    if (torrent->is(handle)) return torrent;
  return nullptr;
}

void LiveSession::Core::on_listen_failed(std::string const& why) {
  services->log(LogLevel::warning, why);
  std::lock_guard lock(mutex);
  if (std::find(warnings.begin(), warnings.end(), why) == warnings.end()) warnings.push_back(why);
}

void LiveSession::Core::on_resume_answered() {
  {
    std::lock_guard lock(resume_mutex);
    if (resume_pending > 0) --resume_pending;
  }
  resume_changed.notify_all();
}

void LiveSession::Core::on_alerts_dropped() {
  // Verified pieces, metadata and failures of the disk do not come by alert. The figures do: ask for all of them.
  services->log(LogLevel::warning, "libtorrent dropped alerts; figures are asked for anew");
  std::lock_guard lock(mutex);
  for (auto const& torrent : torrents)
    services->network->post([self = shared_from_this(), torrent] {
      if (auto const* handle = torrent->handle()) torrent->on_status(handle->status());
    });
}

void LiveSession::Core::on_tick() {
  auto const now = Clock::now();
  std::vector<std::shared_ptr<LiveTorrent>> all;
  {
    std::lock_guard lock(mutex);
    all = torrents;
  }
  bool const lonely =
      settings.p2p && std::any_of(all.begin(), all.end(), [&](auto const& t) { return t->lonely(now); });
  if (lonely != utp && !stopping) {
    utp = lonely;
    session->apply_settings(lt_outgoing_utp(utp));
    for (auto const& torrent : all)
      if (torrent->lonely(now)) torrent->try_peers_again();
  }
  bool const second = now - last_second >= seconds(1);
  auto const due = std::count_if(all.begin(), all.end(), [](auto const& t) { return t->figures_due(); });
  if (second || due > 0) session->post_torrent_updates();
  if (!second) return;
  last_second = now;
  if (settings.dht) session->post_session_stats();
  for (auto const& torrent : all) {
    torrent->watchdog();
    torrent->sync_to_disk();
  }
  if (now - last_resume >= resume_interval) {
    last_resume = now;
    for (auto const& torrent : all)
      services->network->post([torrent] {
        auto const* handle = torrent->handle();
        if (handle && torrent->metadata())
          handle->save_resume_data(lt::torrent_handle::save_info_dict | lt::torrent_handle::only_if_modified);
      });
  }
  if (settings.dht && now - last_session_save >= session_save_interval) {
    last_session_save = now;
    save_session();
  }
}

}  // namespace swarm
