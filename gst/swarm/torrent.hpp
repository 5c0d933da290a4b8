// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/layout.hpp"
#include "swarm/locator.hpp"
#include "swarm/reader.hpp"
#include "swarm/types.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace swarm {

/// What the info dictionary says; never changes once it is there.
struct Metadata {
  InfoHash hash;  ///< both hashes for a hybrid
  std::string name;
  Layout layout;
  bool is_private = false;                    ///< BEP 27
  std::optional<std::int64_t> creation_date;  ///< Unix seconds; only from a .torrent
};

/// How long each phase took since the torrent was opened; nullopt while it has not happened.
struct Phases {
  std::optional<std::chrono::milliseconds> tracker;  ///< first answer of a tracker
  std::optional<std::chrono::milliseconds> connect;  ///< first handshake with a peer
  std::optional<std::chrono::milliseconds> metadata;
  std::optional<std::chrono::milliseconds> first_block;
  std::optional<std::chrono::milliseconds> first_piece;  ///< first verified piece
};

struct TrackerStatus {
  std::string url;
  enum class State { waiting, working, failed } state = State::waiting;
  int seeds = -1;  ///< of the last answer; -1 unknown
  int peers = -1;
  std::string message;  ///< of the tracker, or why it failed
};

/// A moment's picture; a copy.
struct TorrentStatus {
  enum class State { connecting, connected, downloading, complete, paused, error };
  State state = State::connecting;
  std::string error;               ///< what() + advice of the failure, for `error`
  int peers = 0;                   ///< connected
  int seeds = 0;                   ///< of them
  std::int64_t download_rate = 0;  ///< bytes/s of payload
  std::int64_t upload_rate = 0;
  int download_limit = 0;  ///< bytes/s; 0 = none
  int upload_limit = 0;
  std::int64_t downloaded = 0;  ///< payload bytes since the torrent was first added
  std::int64_t uploaded = 0;
  std::int64_t wanted = 0;  ///< bytes of the kept file and of those that are read (else of all files); 0 until metadata
  std::int64_t wanted_done = 0;  ///< of them verified
  int pieces_done = 0;
  double availability = 0;  ///< copies of the rarest piece among the connected peers
  int retries = 0;          ///< how often it was tried again: peers looked for anew, a failure forgiven
  std::vector<TrackerStatus> trackers;
  Phases phases;
};

/// Why a torrent is without networking that nobody has paused.
enum class Rest {
  none,  ///< it has networking
  idle,  ///< nobody wants it
  turn,  ///< others come first: it waits for its turn
};

/// Where a reader reads, and what is fetched for it now.
struct ReadingPlace {
  int file = 0;
  std::int64_t position = 0;  ///< bytes into the file
  PieceRange window;          ///< empty: nothing, it has not begun or wants no more
};

/// A torrent of a Session. It lives from Session::add until the last shared_ptr is gone; after Session::remove its
/// readers fail with Error(removed). Thread-safe; nothing here blocks on the network.
class Torrent : public std::enable_shared_from_this<Torrent> {
 public:
  virtual ~Torrent() = default;

  [[nodiscard]] virtual InfoHash hash() const = 0;
  /// hash().key(), which is also the folder's name.
  [[nodiscard]] virtual std::string key() const = 0;
  /// From the metadata; before that from the magnet, else the key.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Null until known.
  [[nodiscard]] virtual std::shared_ptr<Metadata const> metadata() const = 0;
  [[nodiscard]] virtual TorrentStatus status() const = 0;
  /// Throws the torrent's failure, if there is one (disk full, bad metadata, removed).
  virtual void check() const = 0;

  /// Opens a reader at position 0; the file is resolved when the metadata are known. Never waits. A torrent that
  /// had failed or gone idle starts again, unless nothing is to be fetched for it.
  virtual std::unique_ptr<Reader> open(FileChoice const& choice, ReaderOptions const& options = {}) = 0;

  /// Verified ranges of a file, and their sum. Empty until the metadata are known. Throws Error(not_found).
  [[nodiscard]] virtual std::vector<ByteRange> available(int file) const = 0;
  [[nodiscard]] virtual std::int64_t downloaded(int file) const = 0;
  /// By piece; empty until the metadata are known.
  [[nodiscard]] virtual std::vector<bool> verified_pieces() const = 0;
  /// One of each reader whose file is known.
  [[nodiscard]] virtual std::vector<ReadingPlace> reading_places() const = 0;
  /// Path of the file on disk; it is whole if downloaded(file) == its size. Empty until the metadata are known.
  [[nodiscard]] virtual std::string path_on_disk(int file) const = 0;

  /// Download the chosen file to its end, ranked below every reader; nullopt = only what readers want.
  virtual void set_keep(std::optional<FileChoice> choice) = 0;
  [[nodiscard]] virtual std::optional<FileChoice> keep() const = 0;
  /// Stops and starts networking on somebody's word, which is remembered; who waits for its turn goes on waiting. A new
  /// reader starts it again.
  virtual void set_paused(bool paused) = 0;
  [[nodiscard]] virtual bool paused() const = 0;
  /// The same on nobody's word: what is paused stays so, and nothing is remembered.
  virtual void set_rest(Rest rest) = 0;
  [[nodiscard]] virtual Rest rest() const = 0;
  /// Bytes/s, 0 = none.
  virtual void set_limits(int download, int upload) = 0;
  /// Asks trackers and the DHT again, at once; counted in TorrentStatus::retries.
  virtual void look_for_peers() = 0;
  /// Adds announce URLs, peers and web seeds that are not known yet; and the metadata, if `more.metainfo` has them and
  /// they are missing.
  virtual void add_sources(Locator const& more) = 0;

  /// Files that have readers now.
  [[nodiscard]] virtual std::vector<int> files_in_use() const = 0;
  /// Deletes what is on disk of a file, but for pieces that other files there need, and keeps it no more. Fetched again
  /// as soon as a reader wants it. Calls `done` (any thread) with an empty string or what went wrong: also if the file
  /// is in use, or the torrent in memory.
  virtual void evict(int file, std::function<void(std::string const& error)> done) = 0;

  /// Whether a file on this machine is the torrent's `file`, by all hashes that can be told without other files.
  /// nullopt: not known (no metadata yet, a file smaller than a piece among others, stopped). Reads and hashes all of
  /// it.
  [[nodiscard]] virtual std::optional<bool> matches(int file, std::string const& path, std::stop_token stop) const = 0;

  /// Number of live readers, and when the last one left or its networking began (steady clock).
  [[nodiscard]] virtual int readers() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point last_used() const = 0;

  /// Calls back whenever metadata, state, failure or removal change, on a thread of the library, which it must not
  /// block and from which it must not call into the library. Dropping the token ends it: when its destructor has
  /// returned, the function is not running and never will.
  using Watch = std::shared_ptr<void>;
  [[nodiscard]] virtual Watch watch(std::function<void()> changed) = 0;
};

}  // namespace swarm
