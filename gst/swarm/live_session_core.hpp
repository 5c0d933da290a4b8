// SPDX-License-Identifier: LGPL-2.1-or-later
// Internal: what the files live_session*.cpp share.
#pragma once

#include "swarm/file_storage.hpp"
#include "swarm/live_session.hpp"
#include "swarm/sleepers.hpp"

#include <libtorrent/fwd.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace swarm {

struct LiveSession::Core final : AlertListener, std::enable_shared_from_this<LiveSession::Core> {
  using Clock = std::chrono::steady_clock;

  explicit Core(Settings const& s);
  ~Core() override;

  void start();
  std::shared_ptr<LiveTorrent> add(Locator const& locator, AddOptions const& options);
  /// `restored`: nobody has asked for it yet, so it rests unless something is to be kept that is not here.
  std::shared_ptr<LiveTorrent> add(lt::add_torrent_params params, InfoHash const& hash, Remembered const& remembered,
                                   bool restored, std::optional<std::int64_t> ram_budget = {});
  std::shared_ptr<LiveTorrent> find(InfoHash const& hash) const;
  /// For the application; null if it has left meanwhile.
  std::shared_ptr<Torrent> hold(LiveTorrent& torrent);
  /// False: somebody else did, or it is to sleep and is held.
  bool take_out(LiveTorrent const& torrent, LiveTorrent::Removal how, std::function<void(std::string const&)> done);
  void lock_folder(std::string const& folder);
  void open_state();
  /// Takes a torrent of the state folder into libtorrent; null if that can't be.
  std::shared_ptr<LiveTorrent> wake(std::string const& key);
  /// The same for whoever wants it now: it has its metadata, if they are known at all.
  std::shared_ptr<LiveTorrent> find_awake(InfoHash const& hash);
  /// Looks at the next sleeper; one that was being downloaded is woken on a disk thread. False: there is none left.
  bool look_at_sleeper();
  /// Looks at some sleepers on a disk thread, wakes those that were being downloaded, and goes on with the rest.
  void look_at_sleepers();
  void save_session();
  void end();

  // AlertListener
  std::shared_ptr<LiveTorrent> torrent_of(lt::torrent_handle const& handle) override;
  void on_listening(int port) override { listen_port = port; }
  void on_listen_failed(std::string const& why) override;
  void on_dht_nodes(int nodes) override { dht_nodes = nodes; }
  void on_resume_answered() override;
  void on_alerts_dropped() override;
  void on_tick() override;

  Settings const settings;
  Guarded<std::vector<std::string>> trackers;                  ///< added to public torrents
  std::map<std::string, std::unique_ptr<FolderLock>> folders;  // add() and then end(), never both
  std::shared_ptr<Services> services = std::make_shared<Services>();
  std::unique_ptr<lt::session> session;
  std::unique_ptr<Alerts> alerts;

  std::mutex adding;  // one add() or wake() at a time
  std::unique_ptr<Sleepers> sleepers;

  mutable std::mutex mutex;  // guards the next three
  std::vector<std::shared_ptr<LiveTorrent>> torrents;
  std::set<std::string> closing;  // keys of torrents on their way out
  std::vector<std::string> warnings;
  std::condition_variable closed;

  std::atomic<int> listen_port = 0;
  std::atomic<int> dht_nodes = 0;
  std::atomic<bool> stopping = false;

  std::mutex resume_mutex;
  std::condition_variable resume_changed;
  int resume_pending = 0;

  // alert thread
  Clock::time_point last_second = Clock::now();
  Clock::time_point last_resume = Clock::now();
  Clock::time_point last_session_save = Clock::now();
  bool utp = false;
};

}  // namespace swarm
