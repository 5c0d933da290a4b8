// SPDX-License-Identifier: LGPL-2.1-or-later
// The one object that everything serves: a position in a file whose bytes come from somewhere else, later.
#pragma once

#include "swarm/types.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace swarm {

/// When bytes may be read.
enum class Verify {
  strict,   ///< when the hash of their whole piece is right
  fast,     ///< as they come. Wrong ones are found out later: read() then throws wrong_bytes
  trusted,  ///< strict; but after a jump, until the reader has caught up with what is verified, also as they come
            ///< from peers that have given much and nothing wrong
};

/// What is fetched for a reader.
enum class Fetch {
  first,    ///< what it reads, and what follows
  last,     ///< the same, once others have what they want
  nothing,  ///< it reads what is here; read() of anything else throws read_timeout at once
};

struct ReaderOptions {
  std::int64_t read_ahead = 32 * 1024 * 1024;         ///< bytes wanted ahead of the position, > 0
  std::chrono::milliseconds metadata_timeout{60000};  ///< of one read(); 0 = wait for ever
  std::chrono::milliseconds piece_timeout{60000};     ///< without a block of what a read() waits for; 0 = wait for ever
  Verify verify = Verify::strict;
  Fetch fetch = Fetch::first;
};

/// A byte source over one file. Its demand (what is downloaded for it) lives as long as it does.
///
/// Threads: one consumer at a time calls read, try_read and seek. cancel, uncancel, size, position, available and
/// the destructor of other readers may run on any thread at any time (*thread-safe*). The destructor must not run
/// during a read; it never blocks on the network.
class Reader {
 public:
  enum class Outcome {
    bytes,      ///< `size` > 0 bytes were read, position moved by as many
    again,      ///< try_read only: nothing there now; the wake-up will be called
    end,        ///< position is at or beyond the end of the file
    cancelled,  ///< cancel() was called
  };
  struct Result {
    Outcome outcome;
    std::size_t size = 0;
  };

  Reader() = default;
  Reader(Reader const&) = delete;
  Reader& operator=(Reader const&) = delete;
  virtual ~Reader() = default;

  /// Blocks until at least one byte is there (then gives what is there, at most into.size()), the end, a time-out
  /// or cancel() (noticed in < 10 ms). Waits for metadata first where they are missing.
  /// Throws Error: metadata_timeout, read_timeout, not_found (no such file in the torrent), no_space, permission,
  /// disk, bad_metadata, removed, stopped; wrong_bytes (once: reading may go on).
  virtual Result read(std::span<std::byte> into) = 0;

  /// The same without waiting for the swarm (it may read the disk: not for a main loop). After `again` the wake-up
  /// is called once, when a further try_read may give something else. Throws as read().
  virtual Result try_read(std::span<std::byte> into) = 0;

  /// Sets the wake-up for try_read; called on a thread of the library, which it must not block and from which it
  /// must not call into the library. After on_wake({}) returns, the former one is not running and never will.
  virtual void on_wake(std::function<void()> wake) = 0;

  /// Absolute position, >= 0; may be beyond the end (read then says `end`). Demand moves at once.
  virtual void seek(std::int64_t position) = 0;
  [[nodiscard]] virtual std::int64_t position() const = 0;

  /// The consumer will not read beyond this byte (exclusive); nothing is fetched beyond it for this reader.
  /// nullopt = the file's end (the default).
  virtual void set_end(std::optional<std::int64_t> end) = 0;

  /// The file's size in bytes; nullopt until the metadata are known.
  [[nodiscard]] virtual std::optional<std::int64_t> size() const = 0;
  /// The file's index in the torrent; nullopt until the metadata are known.
  [[nodiscard]] virtual std::optional<int> file() const = 0;
  /// Ranges that can be read now without waiting: sorted, merged.
  [[nodiscard]] virtual std::vector<ByteRange> available() const = 0;

  /// Ends a read that waits and all later ones with `cancelled`, until uncancel().
  virtual void cancel() = 0;
  virtual void uncancel() = 0;
};

}  // namespace swarm
