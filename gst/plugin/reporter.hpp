// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells the application what happens while the streaming thread waits.
#pragma once

#include "plugin/buffering.hpp"
#include "plugin/progress.hpp"
#include "swarm/reader.hpp"
#include "swarm/torrent.hpp"

#include <gst/gst.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace plugin {

/// Posts BUFFERING, PROGRESS, torrent-metadata, torrent-stats and torrent-stalled from a thread of its own, from the
/// element's start to its stop. It alone posts them, so they come in order. Thread-safe; no lock is held while posting.
class Reporter {
 public:
  /// `element` must outlive it. The reader is only asked questions.
  Reporter(GstElement* element, std::shared_ptr<swarm::Torrent> torrent, std::shared_ptr<swarm::Reader> reader,
           std::int64_t read_ahead);
  /// Ends the thread, then what is open: PROGRESS by CANCELED, BUFFERING by 100.
  ~Reporter();
  Reporter(Reporter const&) = delete;
  Reporter& operator=(Reporter const&) = delete;

  void post_stats(bool on) { post_stats_ = on; }
  /// While a read waits: how much of what should lie ahead is there, in per cent. Else that of the last BUFFERING
  /// message, 100 if it is over.
  [[nodiscard]] int buffered_percent();

  /// The streaming thread begins to read up to `end` of the file; and has done so, with so many bytes (0 = none).
  void read_begins(std::int64_t end);
  void read_ends(std::int64_t bytes);
  /// The stream ended, was flushed or sought: what was buffered for is over.
  void interrupted();
  void failed(std::string const& what);

 private:
  using Clock = std::chrono::steady_clock;
  struct Events {
    std::optional<Clock::time_point> waiting_since;
    std::int64_t read_end = 0;
    std::int64_t bytes = 0;  // given in all
    bool over = false;
    std::optional<std::string> error;
  };

  void run();
  void look(Events const& events);
  void measure(Events const& events);
  void tell_metadata();
  void tell_progress(Events const& events);
  [[nodiscard]] Buffering::Moment moment_of(Events const& events) const;
  void tell_buffering(Events const& events);
  void tell_stalled(Events const& events);
  void tell_stats();
  void post(GstStructure* structure);
  void post(std::vector<Progress::Message> const& messages);
  void post_buffering(std::optional<int> percent);
  [[nodiscard]] Clock::time_point next_look() const;

  GstElement* const element_;
  std::shared_ptr<swarm::Torrent> const torrent_;
  std::shared_ptr<swarm::Reader> const reader_;
  std::int64_t const read_ahead_;
  std::atomic<bool> post_stats_ = false;
  std::atomic<int> percent_ = 100;
  std::atomic<std::int64_t> rate_ = 0;  ///< bytes/s that playing reads; 0: not known yet

  std::mutex mutex_;
  std::condition_variable changed_;
  Events events_;          // under mutex_
  bool news_ = false;      // under mutex_: the torrent changed
  bool stopping_ = false;  // under mutex_

  // Of the thread alone:
  Buffering buffering_;
  Progress progress_;
  bool metadata_told_ = false;
  bool error_told_ = false;
  std::optional<Clock::time_point> stalled_since_;
  // How fast the film is read while it plays and nothing is missing:
  Clock::time_point measured_at_{};
  std::int64_t measured_bytes_ = 0;  // of events_.bytes, when that was
  std::int64_t played_bytes_ = 0;
  std::chrono::duration<double> played_time_{0};
  Clock::time_point stats_due_{};

  swarm::Torrent::Watch watch_;
  std::thread thread_;
};

}  // namespace plugin
