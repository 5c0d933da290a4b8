// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may use the Reader, and how they are thrown out of it.
#pragma once

#include "swarm/reader.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace plugin {

/// One Reader, at most one thread reading from it, and the ways to end that thread's wait. Thread-safe.
///
/// GstBaseSrc alone does not promise this: typefind calls getrange without the stream lock, so unlock(),
/// unlock_stop() and stop() may all run while create() is still on its way out. Here opening and detaching wait for
/// whoever is inside; those leave within milliseconds, since the Reader is cancelled.
class ReadGate {
 public:
  /// The right to read, for a scope. False if the gate is closed or has no reader.
  class Pass {
   public:
    explicit Pass(ReadGate& gate) : gate_(gate), reader_(gate.enter()) {}
    Pass(Pass const&) = delete;
    Pass& operator=(Pass const&) = delete;
    ~Pass() {
      if (reader_) gate_.leave();
    }
    explicit operator bool() const { return reader_ != nullptr; }
    [[nodiscard]] swarm::Reader& reader() const { return *reader_; }

   private:
    ReadGate& gate_;
    std::shared_ptr<swarm::Reader> reader_;
  };

  void attach(std::shared_ptr<swarm::Reader> reader);
  /// Cancels, waits for the one inside, and gives up the reader.
  void detach();
  /// For questions; null if none is attached.
  [[nodiscard]] std::shared_ptr<swarm::Reader> reader() const;

  /// Ends the read that waits and refuses all until open().
  void close();
  void open();
  [[nodiscard]] bool closed() const;
  /// Ends the reads that wait now; those that come later are let in as ever.
  void fail_pending();

 private:
  std::shared_ptr<swarm::Reader> enter();
  void leave();

  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::shared_ptr<swarm::Reader> reader_;
  int waiting_ = 0;  // threads that wait for the one inside to leave
  bool inside_ = false;
  bool closed_ = false;
  bool failing_ = false;  // cancelled by fail_pending(): undone when all that were pending have left
};

}  // namespace plugin
