// SPDX-License-Identifier: LGPL-2.1-or-later
// The C++ object behind the element: a Reader seen as a GstBaseSrc.
#pragma once

#include "plugin/config.hpp"
#include "plugin/read_gate.hpp"
#include "plugin/reporter.hpp"
#include "plugin/session_source.hpp"
#include "swarm/error.hpp"
#include "swarm/torrent.hpp"

#include <gst/base/gstbasesrc.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace plugin {

/// Owned by the GObject. Thread-safe, as GstBaseSrc calls it: start, stop and seek never together with each other,
/// create on streaming threads, everything else at any time. What throws says so; nothing waits for the swarm but
/// create().
class TorrentSrc {
 public:
  explicit TorrentSrc(GstBaseSrc* element) : element_(element) {}

  [[nodiscard]] Config config() const;
  template <class Change>
  void configure(Change&& change) {
    std::lock_guard lock(mutex_);
    change(config_);
  }
  /// Empty = none. Throws swarm::Error; the former URI is gone then.
  void set_uri(std::string const& uri);
  /// A property that may change at any time, applied to what is open.
  void apply_limits();
  void apply_keep();
  void apply_stats();

  /// Finds session and torrent and opens a reader. Throws swarm::Error.
  void start();
  /// The torrent lives on for a grace period.
  void stop();
  /// The element goes to NULL: the session may end, but not on this thread.
  void close();
  void unlock();
  void unlock_stop();
  /// False: a seek to a place that depends on the size, which is not known yet. The base class would go elsewhere.
  bool may_take(GstEvent* event) const;
  /// Moves demand at once; the next create() reads there.
  void seek(GstSegment const& segment);
  void fail_pending_reads();

  /// Blocks until bytes are there, unlock() or a time-out. In pull mode it gives all of `length` up to the end of
  /// the file, in push mode, forwards, what can be had without waiting again. Errors are posted.
  GstFlowReturn create(std::uint64_t offset, std::uint64_t length, GstBuffer** buffer) noexcept;

  [[nodiscard]] std::optional<std::int64_t> size() const;
  /// Asks the base class where it knows best.
  bool query(GstQuery* query);
  /// Transfer full.
  [[nodiscard]] GstStructure* stats() const;

 private:
  struct Open {
    SessionLease lease;
    std::shared_ptr<swarm::Torrent> torrent;
    std::shared_ptr<Reporter> reporter;
  };
  [[nodiscard]] Open opened() const;
  [[nodiscard]] GstElement* element() const { return GST_ELEMENT(element_); }
  [[nodiscard]] bool pulled() const;
  [[nodiscard]] bool wants_all() const;
  void take_back(swarm::Torrent& torrent, Config const& config);

  GstFlowReturn read(swarm::Reader& reader, std::uint64_t offset, std::uint64_t length, GstBuffer** buffer);
  void tell_size(swarm::Reader const& reader);
  void tell_file(swarm::Reader const& reader, swarm::Torrent const& torrent);

  GstBaseSrc* const element_;
  ReadGate gate_;
  mutable std::mutex mutex_;
  Config config_;                          // under mutex_
  std::optional<swarm::Error> uri_error_;  // under mutex_: why there is no URI
  Open open_;                              // under mutex_
  /// What this element has set of a torrent, which outlives a stop.
  struct Left {
    swarm::InfoHash torrent;
    int download_limit = 0, upload_limit = 0;
    std::optional<swarm::FileChoice> keep;
  };
  std::vector<Left> left_;             // under mutex_
  std::atomic<bool> damaged_ = false;  // the last read found a file shorter than it was
  bool told_ = false;                  // of the streaming thread: this start's file is known
};

}  // namespace plugin
