// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/payload.hpp"
#include "swarm/error.hpp"
#include "swarm/reader.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace support {

/// What a ScriptedReader shares with the test: the test holds it, the code under test owns the reader. Thread-safe.
///
///   auto script = std::make_shared<Script>(payload_file("film.mkv", 4 * MiB));
///   element.give(std::make_unique<ScriptedReader>(script));
///   script->open({0, 64 * KiB});                        // these bytes came
///   ASSERT_TRUE(eventually([&] { return script->waiting(); }));
///   script->open_all();
class Script {
 public:
  struct Calls {
    int reads = 0;
    int try_reads = 0;
    int wakes = 0;  ///< wake-ups that were called
    int cancels = 0;
    std::vector<std::int64_t> seeks;
    std::vector<std::optional<std::int64_t>> ends;  ///< set_end
    std::int64_t bytes = 0;                         ///< given in all
  };

  /// Nothing is there at first; with `ready`, everything. The file's index is told as given.
  explicit Script(Content content, bool ready = false, int file = 0);
  ~Script();

  /// Bytes that came from the swarm.
  void open(swarm::ByteRange range);
  void open_all();
  /// Takes them away again (evicted).
  void close(swarm::ByteRange range);
  /// False: what is there can be read, but available() tells of none of it, as its hashes are not known. True at first.
  void set_verified(bool verified);
  /// False: size and file are unknown and reads wait for metadata. True at first.
  void set_metadata(bool known);
  /// Reads that start at or beyond `position` throw this, at once, until clear_failures(). Earlier bytes are given.
  void fail(swarm::Error error, std::int64_t position = 0);
  void clear_failures();
  /// At most so many bytes per read.
  void set_chunk(std::size_t bytes);

  /// A reader blocks in read() now.
  [[nodiscard]] bool waiting() const;
  /// A try_read said `again` and no wake-up came since.
  [[nodiscard]] bool wake_pending() const;
  /// Readers on this script that live.
  [[nodiscard]] int readers() const;
  [[nodiscard]] Calls calls() const;
  [[nodiscard]] Content const& content() const;

 private:
  friend class ScriptedReader;
  struct State;
  std::shared_ptr<State> state_;
};

/// swarm::Reader with exactly its contract, but the bytes come when the test says so. Wake-ups are called on a thread
/// of its own, as the library does it.
class ScriptedReader final : public swarm::Reader {
 public:
  explicit ScriptedReader(std::shared_ptr<Script> script, swarm::ReaderOptions const& options = {});
  ~ScriptedReader() override;

  Result read(std::span<std::byte> into) override;
  Result try_read(std::span<std::byte> into) override;
  void on_wake(std::function<void()> wake) override;
  void seek(std::int64_t position) override;
  [[nodiscard]] std::int64_t position() const override;
  void set_end(std::optional<std::int64_t> end) override;
  [[nodiscard]] std::optional<std::int64_t> size() const override;
  [[nodiscard]] std::optional<int> file() const override;
  [[nodiscard]] std::vector<swarm::ByteRange> available() const override;
  void cancel() override;
  void uncancel() override;

 private:
  friend class Script;
  struct Waker;
  [[nodiscard]] std::optional<Result> give(std::span<std::byte> into);

  std::shared_ptr<Script> script_;
  std::shared_ptr<Script::State> state_;
  swarm::ReaderOptions options_;
  std::shared_ptr<Waker> waker_;
  std::thread thread_;
  std::int64_t position_ = 0;        ///< guarded by the state's mutex
  std::optional<std::int64_t> end_;  ///< likewise
  bool cancelled_ = false;           ///< likewise
};

}  // namespace support
