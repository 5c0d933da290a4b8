// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/read_gate.hpp"

#include <utility>

namespace plugin {

// Reader::cancel and uncancel are called with the mutex held: they call nobody back, and their order matters.

std::shared_ptr<swarm::Reader> ReadGate::enter() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  left_.wait(lock, [&] { return !inside_ || closed_; });
  --waiting_;
  bool const refused = closed_ || failing_ || !reader_;
  if (!inside_ && waiting_ == 0 && failing_ && !closed_ && reader_) {
    failing_ = false;
    reader_->uncancel();
  }
  if (refused) {
    left_.notify_all();
    return nullptr;
  }
  inside_ = true;
  return reader_;
}

void ReadGate::leave() {
  std::lock_guard lock(mutex_);
  inside_ = false;
  if (failing_ && waiting_ == 0) {
    failing_ = false;
    if (!closed_ && reader_) reader_->uncancel();
  }
  left_.notify_all();
}

void ReadGate::attach(std::shared_ptr<swarm::Reader> reader) {
  std::lock_guard lock(mutex_);
  reader_ = std::move(reader);
  failing_ = false;
  if (closed_) reader_->cancel();
}

void ReadGate::detach() {
  std::shared_ptr<swarm::Reader> last;  // destroyed without the lock
  std::unique_lock lock(mutex_);
  if (reader_) reader_->cancel();
  last = std::exchange(reader_, nullptr);
  failing_ = false;
  left_.wait(lock, [&] { return !inside_; });
  lock.unlock();
}

std::shared_ptr<swarm::Reader> ReadGate::reader() const {
  std::lock_guard lock(mutex_);
  return reader_;
}

void ReadGate::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  if (reader_) reader_->cancel();
  left_.notify_all();
}

void ReadGate::open() {
  std::unique_lock lock(mutex_);
  left_.wait(lock, [&] { return !inside_; });
  closed_ = false;
  failing_ = false;
  if (reader_) reader_->uncancel();
}

bool ReadGate::closed() const {
  std::lock_guard lock(mutex_);
  return closed_ || !reader_;
}

void ReadGate::fail_pending() {
  std::lock_guard lock(mutex_);
  if (!inside_ || failing_) return;
  failing_ = true;
  reader_->cancel();
}

}  // namespace plugin
