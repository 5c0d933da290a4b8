// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cluster_demuxer.hpp"

#include "hls/byte_slice.hpp"
#include "hls/container_clock.hpp"
#include "hls/matroska_blocks.hpp"
#include "hls/matroska_segment.hpp"
#include "hls/pipeline.hpp"
#include "hls/place_search.hpp"
#include "hls/slice_reader.hpp"

#include <utility>

namespace hls {
namespace {

/// What is searched for a cluster from end to end.
constexpr std::int64_t near = 512 * 1024;

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
        reader_(source_),
        film_(read_segment(*source_)),
        header_(header_of(*source_, film_)),
        search_({begin(film_.first_cluster), film_.first_cluster}, {end, film_.end},
                [this](std::int64_t from, std::int64_t to) { return cluster_at(from, to); }) {
    Pipeline const pipeline(std::make_shared<ByteGate>(slice(film_.first_cluster)), Container::matroska);
    tracks_ = pipeline.tracks();
    streams_ = pipeline.streams();
    duration_ = pipeline.duration();
  }

  [[nodiscard]] std::vector<Track> const& tracks() const override { return tracks_; }
  [[nodiscard]] Time duration() const override { return duration_; }

  void read(Time from, std::vector<int> const& tracks, Taker& taker) override {
    reader_.read(slice(cluster_before(from)), Container::matroska, streams_, tracks, taker);
  }

  void cancel() override { reader_.cancel(); }
  void uncancel() override { reader_.uncancel(); }

 private:
  [[nodiscard]] std::shared_ptr<ByteSource> slice(std::int64_t cluster) const {
    return std::make_shared<ByteSlice>(source_, cluster, film_.end, header_);
  }

  /// The last one that begins before `time`.
  std::int64_t cluster_before(Time time) {
    auto found = search_.before(time, Time::zero(), near);
    for (auto next = cluster_at(found.position + 1, film_.end); next && next->time < time;
         next = cluster_at(found.position + 1, film_.end))
      found = *next;
    return found.position;
  }

  [[nodiscard]] std::optional<Place> cluster_at(std::int64_t from, std::int64_t to) const {
    auto const cluster = next_cluster(reader_.searched(), from, to);
    return cluster ? std::optional(Place(begin(*cluster), *cluster)) : std::nullopt;
  }

  [[nodiscard]] Time begin(std::int64_t cluster) const {
    return ticks(cluster_time(reader_.searched(), cluster).value_or(0), 1'000'000'000, film_.scale);
  }

  std::shared_ptr<ByteSource> const source_;
  SliceReader reader_;
  MatroskaSegment const film_;
  std::vector<std::byte> const header_;
  PlaceSearch search_;
  std::vector<Track> tracks_;
  std::vector<std::string> streams_;
  Time duration_{};
};

}  // namespace

std::unique_ptr<Demuxer> open_by_clusters(std::shared_ptr<ByteSource> source, Time end) {
  return std::make_unique<ClusterDemuxer>(std::move(source), end);
}

}  // namespace hls
