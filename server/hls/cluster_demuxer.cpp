// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cluster_demuxer.hpp"

#include "hls/container_clock.hpp"
#include "hls/matroska_blocks.hpp"
#include "hls/matroska_segment.hpp"
#include "hls/place_search.hpp"
#include "hls/slice_demuxer.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

/// What is searched for a cluster from end to end.
constexpr std::int64_t near = 512 * 1024;

/// What is searched for the next one: more is damage.
constexpr std::int64_t far = std::int64_t{64} * 1024 * 1024;

/// What the demuxer has to know before the first cluster. What points to other places of the file, and fonts, covers
/// and chapters, which are no business of its, are left out.
ByteSlice::Head head_of(ByteSource& source, MatroskaSegment const& film) {
  constexpr std::int64_t most = std::int64_t{4} * 1024 * 1024;
  std::vector<std::byte> head;
  auto const add = [&](std::int64_t begin, std::int64_t end) {
    if (end - begin > most - static_cast<std::int64_t>(head.size()))
      throw DemuxFailed("The Matroska file's header is damaged.");
    auto const bytes = read_bytes(source, begin, static_cast<std::size_t>(end - begin));
    head.insert(head.end(), bytes.begin(), bytes.end());
  };
  add(0, film.begin);
  for (auto const& element : film.head) add(element.start, element.end);
  return std::make_shared<std::vector<std::byte> const>(std::move(head));
}

class ClusterDemuxer final : public SliceDemuxer {
 public:
  ClusterDemuxer(std::shared_ptr<ByteSource> source, Time end)
      : SliceDemuxer(std::move(source), Container::matroska),
        film_(read_segment(searched())),
        head_(head_of(searched(), film_)),
        search_({begin(film_.first_cluster), film_.first_cluster}, {end, film_.end},
                [this](std::int64_t from, std::int64_t to) { return cluster_at(from, to); }) {
    open(slice(head_, film_.first_cluster, film_.end));
  }

  void read(Time from, std::vector<int> const& tracks, Taker& taker) override {
    read_slice(slice(head_, cluster_before(from), film_.end), tracks, taker);
  }

 private:
  /// The last one that begins before `time`.
  std::int64_t cluster_before(Time time) {
    auto found = search_.before(time, Time::zero(), near);
    for (auto next = cluster_at(found.position + 1, film_.end); next && next->time < time;
         next = cluster_at(found.position + 1, film_.end))
      found = *next;
    return found.position;
  }

  [[nodiscard]] std::optional<Place> cluster_at(std::int64_t from, std::int64_t to) const {
    auto const cluster = next_cluster(searched(), from, std::min(to, from + far));
    return cluster ? std::optional(Place(begin(*cluster), *cluster)) : std::nullopt;
  }

  [[nodiscard]] Time begin(std::int64_t cluster) const {
    return ticks(cluster_time(searched(), cluster).value_or(0), 1'000'000'000, film_.scale);
  }

  MatroskaSegment const film_;
  ByteSlice::Head const head_;
  PlaceSearch search_;
};

}  // namespace

std::unique_ptr<Demuxer> open_by_clusters(std::shared_ptr<ByteSource> source, Time end) {
  return std::make_unique<ClusterDemuxer>(std::move(source), end);
}

}  // namespace hls
