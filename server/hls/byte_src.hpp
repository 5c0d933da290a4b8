// SPDX-License-Identifier: LGPL-2.1-or-later
// A ByteSource as a GStreamer source element, for pipelines of our own: its type is in no registry.
#pragma once

#include "hls/byte_source.hpp"

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

namespace hls {

/// Lets reads through to a ByteSource, and ends them: for a flush of the pipeline, or for good. The source itself is
/// never left cancelled. Thread-safe; one thread at a time reads.
class ByteGate {
 public:
  explicit ByteGate(std::shared_ptr<ByteSource> source) : source_(std::move(source)) {}

  /// nullopt: cancelled or failed.
  std::optional<std::size_t> read(std::int64_t offset, std::span<std::byte> into) noexcept;
  [[nodiscard]] std::int64_t size() const { return source_->size(); }

  void flush(bool flushing);
  void cancel();
  void uncancel();
  [[nodiscard]] bool cancelled() const;
  [[nodiscard]] bool failed() const;
  /// What the source threw, and forgets it; Cancelled that nobody here asked for is one, too.
  std::exception_ptr take_failure();

  /// For the watch over a pipeline: grows with each read; and whether one waits right now.
  [[nodiscard]] std::uint64_t progress() const { return progress_; }
  [[nodiscard]] bool reading() const { return reading_; }

 private:
  void end_read();  // under mutex_

  std::shared_ptr<ByteSource> const source_;
  mutable std::mutex mutex_;
  bool flushing_ = false;   // under mutex_
  bool cancelled_ = false;  // under mutex_
  bool ending_ = false;     // under mutex_: the source was cancelled by us, for the read that goes on
  std::exception_ptr failure_;
  std::atomic<bool> reading_ = false;
  std::atomic<std::uint64_t> progress_ = 0;
};

/// A floating reference. In pull mode, seekable.
[[nodiscard]] GstElement* new_byte_src(std::shared_ptr<ByteGate> gate);

}  // namespace hls
