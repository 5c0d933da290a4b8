// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/locator.hpp"
#include "swarm/settings.hpp"
#include "swarm/torrent.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace swarm {

struct SessionStatus {
  int torrents = 0;  ///< awake or asleep
  int peers = 0;
  std::int64_t download_rate = 0;  ///< bytes/s of payload
  std::int64_t upload_rate = 0;
  bool dht_enabled = false;
  int dht_nodes = 0;
  int listen_port = 0;                ///< the port that is really open; 0 = none
  std::vector<std::string> warnings;  ///< what does not work (a port that is taken …), one sentence each
};

/// A torrent that nobody has wanted in this session, or for long: this is all that is in memory of it, and libtorrent
/// does not know it.
struct SleepingTorrent {
  struct File {
    int index = 0;
    std::string path;  ///< in the folder
    std::int64_t size = 0;
    std::int64_t downloaded = 0;  ///< verified bytes
  };
  InfoHash hash;
  std::string name;         ///< the key until its state was read
  std::string folder;       ///< of its files on disk
  std::vector<File> files;  ///< without padding; empty until its state was read, or if its metadata are not known
  std::int64_t wanted = 0;  ///< as in TorrentStatus
  std::int64_t wanted_done = 0;
  bool goes_on = false;  ///< it was being downloaded: wakes by itself
};

struct AddOptions {
  std::string save_path;               ///< folder under which the torrent's own folder is made; empty = download_path
  std::optional<FileChoice> keep;      ///< see Torrent::set_keep
  std::optional<StorageKind> storage;  ///< nullopt = the session's
  std::optional<std::int64_t> ram_budget;  ///< bytes; nullopt = the session's
};

/// The swarm's only session: one libtorrent session, its ports, DHT and disk threads, and all torrents.
/// Thread-safe. What adds, finds, removes and puts to sleep, and the constructor may do short disk I/O and round
/// trips to the network thread: not for a main loop that must never wait; everything else answers from mirrored state.
class Session {
 public:
  /// Starts. Torrents that the state folder knows sleep, but for those that were being downloaded. Throws Error: in_use
  /// (another process has the folder), permission, no_space, disk, bad_input (settings).
  static std::shared_ptr<Session> create(Settings const& settings);
  /// The process's shared session if one lives, else a new one made with `settings`. Throws as create().
  static std::shared_ptr<Session> shared(Settings const& settings);

  virtual ~Session() = default;

  /// Adds the torrent, or gives the one that is there (new trackers and peers are added to it; a different
  /// save_path is only logged). Throws Error: bad_input, in_use, permission, disk, stopped.
  virtual std::shared_ptr<Torrent> add(Locator const& locator, AddOptions const& options = {}) = 0;
  /// By v1 or v2 hash; null if unknown. One that sleeps is woken, which is disk I/O as add() is; without networking,
  /// until somebody reads.
  [[nodiscard]] virtual std::shared_ptr<Torrent> find(InfoHash const& hash) const = 0;
  /// Those that are awake.
  [[nodiscard]] virtual std::vector<std::shared_ptr<Torrent>> torrents() const = 0;
  /// find() may have to wake it.
  [[nodiscard]] virtual bool asleep(InfoHash const& hash) const = 0;
  /// In order of their keys.
  [[nodiscard]] virtual std::vector<std::shared_ptr<SleepingTorrent const>> sleeping() const = 0;
  /// Puts a torrent that is paused or rests, has no readers, and that nobody holds since add() or find(), to sleep; one
  /// of torrents() throws Error(removed) then. False: not so, in memory, unknown, or being saved: ask again in a
  /// second.
  virtual bool put_to_sleep(InfoHash const& hash) = 0;
  /// Forgets the torrent and its state; its readers fail with Error(removed). Calls `done` (any thread) when files
  /// are closed, and deleted if asked, with an empty string or what went wrong. False if unknown.
  virtual bool remove(InfoHash const& hash, bool delete_files,
                      std::function<void(std::string const& error)> done = {}) = 0;

  [[nodiscard]] virtual SessionStatus status() const = 0;
  [[nodiscard]] virtual Settings const& settings() const = 0;
  /// Announce URLs that public torrents get from now on, if the settings want any; at first those of the settings. Of
  /// ws and wss, which are for browsers, only links know.
  [[nodiscard]] virtual std::vector<std::string> trackers() const = 0;
  virtual void set_trackers(std::vector<std::string> urls) = 0;

  /// Saves everything and ends within 2 s whatever happens; every reader fails with Error(stopped). Runs at
  /// destruction too.
  virtual void stop() = 0;
};

}  // namespace swarm
