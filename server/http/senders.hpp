// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/disk_file.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace http {

/// A range of a file on its way into a socket, on one of the Senders' threads.
class Sending {
 public:
  /// Takes the socket, which should be a duplicate: whoever has the other one may close it at any time. `over` is
  /// called once, on a sender thread, when file and socket are closed: did all bytes go? `moved` is told there, now and
  /// then, how far it is.
  Sending(int socket, std::unique_ptr<DiskFile> file, swarm::ByteRange range, std::function<void(bool all)> over,
          std::function<void(std::int64_t position)> moved);
  Sending(Sending const&) = delete;
  Sending& operator=(Sending const&) = delete;
  ~Sending();

  /// Ends the connection, and with it the sending. Thread-safe.
  void abort();

 private:
  friend class Senders;
  enum class Turn { all, some, broken };
  Turn turn();
  void close();

  std::mutex mutex_;  ///< guards socket_ against abort() while it is being closed
  int socket_;
  std::unique_ptr<DiskFile> file_;
  std::int64_t at_, end_;
  std::function<void(bool all)> over_;
  std::function<void(std::int64_t position)> moved_;
  bool watched_ = false;
};

/// Threads that send files by sendfile, so that neither a cold disk nor a fast client holds up the main loop. Each
/// client gets a portion, then it is the next one's turn. Bytes never come into our memory. *Thread-safe*.
class Senders {
 public:
  explicit Senders(int threads = 2);
  /// Ends all that is under way, without a call of `over`.
  ~Senders();

  void send(std::shared_ptr<Sending> sending);

 private:
  class Thread;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace http
