// SPDX-License-Identifier: LGPL-2.1-or-later
// What is kept on disk about one torrent while it runs: its resume file and its journal. Internal.
#pragma once

#include "swarm/workers.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace swarm {

class Journal;
class FileStorage;
struct Services;

/// Each call returns at once; the work is done on the disk threads, one after the other. Thread-safe.
class Ledger : public std::enable_shared_from_this<Ledger> {
 public:
  /// journaled: pieces that the journal vouches for. anew: start the journal over.
  Ledger(std::shared_ptr<Services> services, std::vector<bool> journaled, bool anew);
  ~Ledger();

  /// The metadata are known: writes the resume file, then opens the journal. old_key: the torrent's name before.
  void open(std::string key, std::string old_key, std::vector<char> resume, std::shared_ptr<FileStorage> storage);
  /// Journals the piece, then calls `then` (also if the journal can't be written: the bytes are right all the same).
  void record(int piece, std::function<void()> then);
  /// Takes the pieces out of the journal, then their bytes from the disk. `done`: empty, or what went wrong.
  void discard(std::vector<int> pieces, std::function<void(std::string const& error)> done);
  /// Replaces the resume file.
  void save(std::string key, std::vector<char> resume);
  /// fdatasync of data, then a mark in the journal; only after 5 s or 64 MiB. What could not be written before is tried
  /// again every 5 s.
  void sync();
  /// Nothing is written afterwards. Then calls `then`.
  void close(std::function<void()> then);
  /// Removes both files; nothing is written afterwards. Then calls `then`.
  void forget(std::string key, std::function<void()> then);

 private:
  struct Unopened {
    std::string key, old_key;
    std::vector<char> resume;
  };
  void warn(char const* what, std::exception const& why);
  void open_journal();
  void write(int piece);
  void write_resume();
  void try_again();

  std::shared_ptr<Services> const services_;
  Workers::Serial serial_;

  // serial_
  std::shared_ptr<FileStorage> storage_;
  std::vector<bool> journaled_;
  bool const anew_;
  std::unique_ptr<Journal> journal_;
  bool closed_ = false;
  bool warned_ = false;
  std::optional<Unopened> unopened_;                                  ///< no journal yet
  std::optional<std::pair<std::string, std::vector<char>>> unsaved_;  ///< key and resume file
  std::set<int> missed_;                                              ///< verified, not in the journal
  std::chrono::steady_clock::time_point tried_;
  std::chrono::steady_clock::time_point synced_;
};

}  // namespace swarm
