// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/byte_src.hpp"

#include <utility>

namespace hls {

std::optional<std::size_t> ByteGate::read(std::int64_t offset, std::span<std::byte> into) noexcept {
  {
    std::lock_guard lock(mutex_);
    if (flushing_ || cancelled_) return std::nullopt;
    reading_ = true;
  }
  std::optional<std::size_t> got;
  std::exception_ptr failure;
  try {
    got = source_->read(offset, into);
  } catch (...) {
    failure = std::current_exception();
  }
  ++progress_;
  std::lock_guard lock(mutex_);
  reading_ = false;
  bool const ended = std::exchange(ending_, false);
  if (ended) source_->uncancel();
  if (failure && !ended) failure_ = failure;
  return got;
}

void ByteGate::end_read() {
  if (!reading_ || ending_) return;
  ending_ = true;
  source_->cancel();
}

void ByteGate::flush(bool flushing) {
  std::lock_guard lock(mutex_);
  flushing_ = flushing;
  if (flushing) end_read();
}

void ByteGate::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  end_read();
}

void ByteGate::uncancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = false;
}

bool ByteGate::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

bool ByteGate::failed() const {
  std::lock_guard lock(mutex_);
  return failure_ != nullptr;
}

std::exception_ptr ByteGate::take_failure() {
  std::lock_guard lock(mutex_);
  return std::exchange(failure_, nullptr);
}

}  // namespace hls
