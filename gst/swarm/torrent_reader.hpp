// SPDX-License-Identifier: LGPL-2.1-or-later
// The Reader of a LiveTorrent. Internal.
#pragma once

#include "swarm/demand.hpp"
#include "swarm/guarded.hpp"
#include "swarm/locator.hpp"
#include "swarm/reader.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

namespace swarm {

class LiveTorrent;
class Layout;

/// Lock order: none; each of its locks is taken alone.
class TorrentReader final : public Reader {
 public:
  TorrentReader(std::shared_ptr<LiveTorrent> torrent, FileChoice choice, ReaderOptions const& options);
  ~TorrentReader() override;

  Result read(std::span<std::byte> into) override;
  Result try_read(std::span<std::byte> into) override;
  void on_wake(std::function<void()> wake) override;
  void seek(std::int64_t position) override;
  [[nodiscard]] std::int64_t position() const override { return position_; }
  void set_end(std::optional<std::int64_t> end) override;
  [[nodiscard]] std::optional<std::int64_t> size() const override;
  [[nodiscard]] std::optional<int> file() const override;
  [[nodiscard]] std::vector<ByteRange> available() const override;
  void cancel() override;
  void uncancel() override;

  // For the torrent; any thread.
  void wake();
  void on_block(int piece);
  void on_verified(int piece);
  void on_failed(int piece);
  /// Nullopt while the file is not known, or if nothing is to be fetched.
  [[nodiscard]] std::optional<ReaderWants> wants(double trusted_share) const;
  /// How long a consumer has been blocked on one piece.
  [[nodiscard]] std::chrono::milliseconds waiting_for() const;
  [[nodiscard]] int waiting_piece() const { return waiting_piece_; }  ///< < 0: for none

 private:
  using Clock = std::chrono::steady_clock;
  struct Attempt {
    std::optional<Result> result;  // none: wait
    bool has_metadata = false;
  };

  Attempt attempt(std::span<std::byte> into);
  /// Resolves the file once the metadata are there. Throws Error(not_found).
  bool bind();
  /// End of what may be read at `position`.
  std::int64_t readable_until(std::int64_t position, std::int64_t limit);
  /// Where to stop for now of what could be read from `position` until there.
  std::int64_t held_back(std::int64_t position, std::int64_t until);
  [[nodiscard]] Verify verify_at(std::int64_t position) const;
  /// The piece that bytes there wait for: another one, if they are held back.
  int missing_at(std::int64_t position);
  void begin_waiting(int piece);
  void end_waiting();

  std::shared_ptr<LiveTorrent> const torrent_;
  FileChoice const choice_;
  ReaderOptions const options_;

  std::atomic<std::int64_t> position_ = 0;
  std::atomic<int> file_ = -1;
  std::atomic<std::int64_t> size_ = -1;
  std::atomic<bool> cancelled_ = false;
  std::atomic<int> waiting_piece_ = -1;  // -1: not waiting; -2: for anything
  std::atomic<Clock::time_point> waiting_since_;
  std::atomic<Clock::time_point> block_came_{Clock::time_point{}};  ///< of the piece that is waited for
  /// It came with wrong bytes, since read() began: more of them is no reason to wait.
  std::atomic<bool> failed_ = false;
  std::atomic<bool> armed_ = false;  // try_read said `again`

  std::mutex mutex_;  // guards changes_
  std::condition_variable changed_;
  std::uint64_t changes_ = 0;

  std::atomic<std::int64_t> jumped_to_ = 0;
  std::atomic<bool> caught_up_ = false;  // since the jump: bytes were verified when they were read
  std::atomic<bool> wrong_ = false;      // bytes that were read early have failed
  Guarded<std::map<int, bool>> early_;   // pieces looked into early, not verified since; true: bytes were read

  struct Reading {
    Readahead readahead;
    std::optional<std::int64_t> end;
    std::int64_t told = -1;  // position that demand knows of
  };
  Guarded<Reading> reading_;

  std::mutex wake_mutex_;  // held while wake_ runs
  std::function<void()> wake_;
};

}  // namespace swarm
