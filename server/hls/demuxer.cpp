// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/demuxer.hpp"

#include "hls/cluster_demuxer.hpp"
#include "hls/elements.hpp"
#include "hls/pipeline.hpp"
#include "hls/sound_pipeline.hpp"
#include "hls/ts_demuxer.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace hls {
namespace {

/// Its times are reckoned from all clock references that were seen so far, also those that are damaged: only a new
/// pipeline says the same whatever was read before.
bool learns_times(Container container) { return container == Container::mpeg_ps; }

/// From the beginning up to that time a film is read without a seek. In the first fragment qtdemux takes a decoding
/// time of 0 for none, and after a seek believes mfra instead, which tells when a picture is shown: all of the fragment
/// is late. mpegpsdemux begins behind the first pack: half a second is missing.
Time first_sought(Timeline const& timeline, Time begin) {
  constexpr Time rounding = std::chrono::milliseconds(1);
  if (timeline.container == Container::mpeg_ps) return begin + 2 * rounding;
  // These seek to the first key frame in the index at least: sound that comes long before it is lost.
  constexpr Time long_before = std::chrono::milliseconds(500);
  if (timeline.container == Container::matroska || timeline.container == Container::flv) return begin - long_before;
  if (timeline.container != Container::fragmented_iso) return Time::min();
  auto const& keys = timeline.key_frames;
  if (keys.empty()) return std::max(begin, timeline.start) + 2 * rounding;
  auto const second = std::find_if(keys.begin(), keys.end(),
                                   [&](KeyFrame const& key) { return key.position != keys.front().position; });
  return second == keys.end() ? Time::max() : second->time - rounding;
}

/// Keeps a pipeline warm; a failure, or caps that change, cost a new one.
class WarmDemuxer final : public Demuxer {
 public:
  WarmDemuxer(std::shared_ptr<ByteGate> gate, Timeline const& timeline)
      : gate_(std::move(gate)), container_(timeline.container) {
    pipeline_ = std::make_shared<Pipeline>(gate_, container_);
    tracks_ = pipeline_->tracks();
    streams_ = pipeline_->streams();
    first_sought_ = first_sought(timeline, pipeline_->begin());
  }

  [[nodiscard]] std::vector<Track> const& tracks() const override { return tracks_; }
  [[nodiscard]] std::vector<std::string> streams() const override { return streams_; }

  void read(Time from, std::vector<int> const& tracks, Taker& taker) override {
    try {
      (void)gate_->take_failure();  // of an earlier read
      if (from < first_sought_) {
        drop();  // two of them would stop each other by the gate
        replace(std::make_shared<Pipeline>(gate_, container_, true));
        current()->read(from, tracks, taker);
        drop();
        return;
      }
      auto const pipeline = current();
      pipeline->read(from, tracks, taker);
      // What parsers have learnt elsewhere must not get into a later stretch.
      if (pipeline->changed() || learns_times(container_)) drop();
    } catch (...) {
      // Also when cancelled: what a demuxer makes of a search that was broken off it may say at any time later.
      drop();
      gate_->uncancel();
      throw;
    }
  }

  void cancel() override {
    gate_->cancel();
    std::lock_guard lock(mutex_);  // held, so that the pipeline never ends here: that takes its time
    if (pipeline_) pipeline_->wake();
  }
  void uncancel() override { gate_->uncancel(); }

 private:
  std::shared_ptr<Pipeline> current() {
    std::unique_lock lock(mutex_);
    if (!pipeline_) {
      lock.unlock();
      auto fresh = std::make_shared<Pipeline>(gate_, container_);
      lock.lock();
      pipeline_ = std::move(fresh);
    }
    return pipeline_;
  }
  void replace(std::shared_ptr<Pipeline> with) {
    std::lock_guard lock(mutex_);
    std::swap(pipeline_, with);
  }
  void drop() {
    std::shared_ptr<Pipeline> old;  // ends after the lock
    std::lock_guard lock(mutex_);
    old = std::exchange(pipeline_, nullptr);
  }

  std::shared_ptr<ByteGate> const gate_;
  Container const container_;
  std::mutex mutex_;
  std::shared_ptr<Pipeline> pipeline_;  // under mutex_
  std::vector<Track> tracks_;
  std::vector<std::string> streams_;
  Time first_sought_{};
};

}  // namespace

std::unique_ptr<Demuxer> Demuxer::open(std::shared_ptr<ByteSource> source, Container container) {
  Timeline timeline;
  timeline.container = container;
  return open(std::move(source), timeline);
}

std::unique_ptr<Demuxer> Demuxer::open(std::shared_ptr<ByteSource> source, Timeline const& timeline) {
  if (!gst_is_initialized()) gst_init(nullptr, nullptr);
  auto const container = timeline.container;
  bool const guessed = timeline.precision == Timeline::Precision::nominal;
  if (container == Container::matroska && guessed) return open_by_clusters(std::move(source), timeline.end);
  if (container == Container::mpeg_ts) return open_by_pictures(std::move(source), timeline.end);
  if (sound_parser(container)) return open_sound(std::move(source), container, timeline.key_frames);
  if (!demuxer_of(container)) throw DemuxFailed("There is no way to take this kind of file apart.");
  return std::make_unique<WarmDemuxer>(std::make_shared<ByteGate>(std::move(source)), timeline);
}

}  // namespace hls
