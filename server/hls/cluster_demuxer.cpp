// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cluster_demuxer.hpp"

#include "hls/byte_slice.hpp"
#include "hls/container_clock.hpp"
#include "hls/matroska_blocks.hpp"
#include "hls/matroska_segment.hpp"
#include "hls/pipeline.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace hls {
namespace {

/// What is searched for a cluster from end to end.
constexpr std::int64_t near = 512 * 1024;

using Place = std::pair<Time, std::int64_t>;

double seconds(Time time) { return std::chrono::duration<double>(time).count(); }

/// The bytes before the first cluster; what points to other places of the file gets a name that nobody knows, and is
/// jumped over (RFC 8794 6.1).
std::vector<std::byte> header_of(ByteSource& source, MatroskaSegment const& film) {
  auto header = read_bytes(source, 0, static_cast<std::size_t>(film.first_cluster));
  Cursor at(source, film.begin, film.first_cluster, Cursor::small);
  while (auto const element = next_element(at)) {
    constexpr std::int64_t last = 3;  // of the name
    if (element->id == ebml::seek_head || element->id == ebml::cues)
      header.at(static_cast<std::size_t>(element->start + last)) ^= std::byte{1};
    at.seek(element->end);
  }
  return header;
}

class ClusterDemuxer final : public Demuxer {
 public:
  ClusterDemuxer(std::shared_ptr<ByteSource> source, Time end)
      : source_(std::move(source)),
        film_(read_segment(*source_)),
        header_(header_of(*source_, film_)),
        end_(end),
        known_{{begin(film_.first_cluster), film_.first_cluster}} {
    Pipeline const pipeline(gate_at(film_.first_cluster), Container::matroska);
    tracks_ = pipeline.tracks();
    duration_ = pipeline.duration();
  }

  [[nodiscard]] std::vector<Track> const& tracks() const override { return tracks_; }
  [[nodiscard]] Time duration() const override { return duration_; }

  void read(Time from, std::vector<int> const& tracks, Taker& taker) override {
    struct Idle {  // ends the pipeline, too
      ClusterDemuxer& self;
      ~Idle() {
        std::shared_ptr<Pipeline> const old = self.put(nullptr);
        std::lock_guard lock(self.mutex_);
        self.gate_.reset();
      }
    };
    Idle const idle{*this};
    auto const gate = gate_at(cluster_before(from));
    {
      std::lock_guard lock(mutex_);
      gate_ = gate;
      if (std::exchange(cancelled_, false)) throw Cancelled();
    }
    auto const pipeline = std::make_shared<Pipeline>(gate, Container::matroska, true);
    put(pipeline);
    pipeline->read(from, tracks, taker);
  }

  void cancel() override {
    std::lock_guard lock(mutex_);
    if (!gate_) {
      cancelled_ = true;
      return;
    }
    gate_->cancel();
    if (pipeline_) pipeline_->wake();
  }
  void uncancel() override {
    std::lock_guard lock(mutex_);
    cancelled_ = false;
  }

 private:
  std::shared_ptr<ByteGate> gate_at(std::int64_t cluster) const {
    return std::make_shared<ByteGate>(std::make_shared<ByteSlice>(source_, cluster, film_.end, header_));
  }

  std::shared_ptr<Pipeline> put(std::shared_ptr<Pipeline> pipeline) {
    std::lock_guard lock(mutex_);
    return std::exchange(pipeline_, std::move(pipeline));
  }

  /// The last one that begins before `time`. Begins with what earlier searches have found, and guesses by turns that
  /// the film has as many bytes everywhere.
  std::int64_t cluster_before(Time time) {
    auto const after = known_.lower_bound(time);
    if (after == known_.begin()) return film_.first_cluster;
    Place found = *std::prev(after), end = after == known_.end() ? Place(end_, film_.end) : Place(*after);
    for (bool guess = true; end.second - found.second > near; guess = !guess) {
      auto const share =
          guess
              ? std::clamp(seconds(time - found.first) / std::max(seconds(end.first - found.first), 0.001), 0.02, 0.98)
              : 0.5;
      auto const middle =
          found.second + static_cast<std::int64_t>(share * static_cast<double>(end.second - found.second));
      auto const cluster = next_cluster(*source_, middle, end.second);
      if (cluster && begin(*cluster) < time)
        found = {begin(*cluster), *cluster};
      else
        end.second = middle;
    }
    for (auto next = next_cluster(*source_, found.second + 1, end.second); next && begin(*next) < time;
         next = next_cluster(*source_, *next + 1, end.second))
      found = {begin(*next), *next};
    known_.insert(found);
    return found.second;
  }

  [[nodiscard]] Time begin(std::int64_t cluster) const {
    return ticks(cluster_time(*source_, cluster).value_or(0), 1'000'000'000, film_.scale);
  }

  std::shared_ptr<ByteSource> const source_;
  MatroskaSegment const film_;
  std::vector<std::byte> const header_;
  Time const end_;
  std::map<Time, std::int64_t> known_;  ///< where clusters begin
  std::vector<Track> tracks_;
  Time duration_{};
  std::mutex mutex_;
  std::shared_ptr<ByteGate> gate_;      // under mutex_: of the read that goes on
  std::shared_ptr<Pipeline> pipeline_;  // under mutex_
  bool cancelled_ = false;              // under mutex_
};

}  // namespace

std::unique_ptr<Demuxer> open_by_clusters(std::shared_ptr<ByteSource> source, Time end) {
  return std::make_unique<ClusterDemuxer>(std::move(source), end);
}

}  // namespace hls
