// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of `source ! demuxer ! parsers`, from its opening to its first failure.
#pragma once

#include "hls/byte_src.hpp"
#include "hls/demuxer.hpp"
#include "hls/outlet.hpp"

#include <gst/gst.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hls {

/// read() by one thread at a time; the gate's cancel() and wake() are thread-safe.
///
/// One lock, for what the pipeline's threads and the reader share. It is held while a Taker takes, never while a seek
/// is made: some demuxers search the film within that call.
class Pipeline final : private Outlet::Tap {
 public:
  /// `hold`: what comes while it opens is kept; the only read() that may follow begins with it, without any seek.
  /// `streams`: of an earlier pipeline on the same film, where not all of them may begin: tracks keep their ids.
  /// Throws DemuxFailed, Cancelled, what the source threw.
  Pipeline(std::shared_ptr<ByteGate> gate, Container container, bool hold = false,
           std::vector<std::string> streams = {});
  ~Pipeline();

  [[nodiscard]] std::vector<Track> tracks() const;
  /// By the tracks' ids.
  [[nodiscard]] std::vector<std::string> streams() const;
  /// PTS of what came first.
  [[nodiscard]] Time begin() const;
  void read(Time from, std::vector<int> const& tracks, Demuxer::Taker& taker);
  /// After the gate was cancelled.
  void wake();
  /// Caps have changed: parsers know now what they would not know if they were new.
  [[nodiscard]] bool changed() const;

 private:
  enum class Phase { opening, idle, reading };

  GstFlowReturn flow(Outlet& outlet, GstBuffer* buffer) override;
  void event(Outlet& outlet, GstEvent* event) override;
  static void pad_added(GstElement*, GstPad* pad, Pipeline* self);
  static void no_more_pads(GstElement*, Pipeline* self);
  static GstBusSyncReply message(GstBus*, GstMessage* message, gpointer self);

  void add(GstPad* pad);
  void build();
  void wait_open(std::unique_lock<std::mutex>& lock);
  GstFlowReturn open_with(Outlet& outlet, GstBuffer* buffer, std::unique_lock<std::mutex>& lock);
  void release(std::unique_lock<std::mutex>& lock);
  void stop();
  void settle();  // under mutex_: which tracks there are
  [[nodiscard]] bool opened() const;
  void hand(Outlet& outlet, GstBuffer* buffer);
  void give(Outlet& outlet, AccessUnit&& unit);
  [[nodiscard]] bool finished() const;
  [[nodiscard]] bool awaited() const;
  template <class Ready>
  void wait(std::unique_lock<std::mutex>& lock, Ready ready);
  void check();  // under mutex_: throws why it can't go on
  void prepare(std::vector<int> const& tracks, Demuxer::Taker& taker);
  void seek(Time to);

  std::shared_ptr<ByteGate> const gate_;
  Container const container_;
  glib::Ref<GstElement> pipeline_, demuxer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Phase phase_ = Phase::opening;                  // under mutex_
  std::vector<std::unique_ptr<Outlet>> outlets_;  // under mutex_; settle() sorts
  std::size_t settled_ = 0;                       // outlets that are tracks
  Time zero_{};                                   // seeks are reckoned from there; settle() learns it
  bool all_pads_ = false;
  bool const hold_;
  std::vector<std::string> const streams_;
  bool closing_ = false;                                        // under mutex_
  std::vector<std::pair<Outlet*, glib::Ref<GstBuffer>>> held_;  // under mutex_
  std::size_t held_bytes_ = 0;                                  // of it
  std::string error_;                                           // under mutex_
  Demuxer::Taker* taker_ = nullptr;                             // under mutex_
};

}  // namespace hls
