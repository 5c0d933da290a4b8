// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/facts.hpp"

#include "hls/byte_slice.hpp"

#include <algorithm>
#include <functional>

namespace hls {

Track const* Facts::track(int id) const {
  auto const found = std::find_if(tracks.begin(), tracks.end(), [&](Track const& t) { return t.id == id; });
  return found == tracks.end() ? nullptr : &*found;
}

Track const* Facts::video() const { return pictures_of(tracks); }

PictureCoder const& Facts::coder(int id) const { return coders->of(*track(id)); }

std::optional<swarm::ByteRange> Facts::place(std::size_t segment) const {
  auto const& keys = timeline.key_frames;
  auto const at = [&](Time time) {
    auto const key =
        std::lower_bound(keys.begin(), keys.end(), time, [](KeyFrame const& k, Time t) { return k.time < t; });
    return key == keys.end() ? file_size : key->position;
  };
  if (keys.empty()) return std::nullopt;
  swarm::ByteRange const range{at(segments[segment].begin), at(segments[segment].end)};
  if (range.end <= range.begin) return std::nullopt;
  return range;
}

namespace {

/// What an index tells holds while the film is fetched and when all of it is here: only where there is none at all is
/// the film scanned.
Timeline timeline_of(ByteSource& source, Container container, bool scan) {
  try {
    return read_timeline(source, container);
  } catch (NotIndexed const& why) {
    if (!scan || why.why != NotIndexed::Why::no_index) throw;
    return read_timeline(source, container, true);
  }
}

std::shared_ptr<Facts> learn_one(std::shared_ptr<ByteSource> const& source, Container container, bool scan,
                                 std::unique_ptr<Demuxer>& demuxer) {
  auto facts = std::make_shared<Facts>();
  facts->timeline = timeline_of(*source, container, scan);
  demuxer = Demuxer::open(source, facts->timeline);
  facts->tracks = tracks_of(*demuxer, facts->timeline);
  facts->measures = measure(*demuxer, facts->timeline);
  facts->segments = plan(facts->timeline);
  facts->file_size = source->size();
  return facts;
}

std::shared_ptr<ByteSource> slice(std::shared_ptr<ByteSource> const& source, TsPart const& part) {
  return std::make_shared<ByteSlice>(source, part.begin, part.end,
                                     std::make_shared<std::vector<std::byte> const>(part.tables));
}

struct Recording {
  TsPart part;
  std::shared_ptr<Facts> facts;
};

/// Those that can be played.
std::vector<Recording> learn_each(std::shared_ptr<ByteSource> const& source, std::vector<TsPart> parts) {
  std::vector<Recording> recordings;
  for (auto& part : parts) {
    try {
      std::unique_ptr<Demuxer> demuxer;
      auto facts = learn_one(slice(source, part), Container::mpeg_ts, false, demuxer);
      recordings.push_back({std::move(part), std::move(facts)});
    } catch (NotIndexed const&) {
      continue;  // a joint of joints, in which no picture is whole
    } catch (DemuxFailed const&) {
      continue;
    }
  }
  auto const has_video = [](Recording const& each) { return each.facts->video() != nullptr; };
  if (std::any_of(recordings.begin(), recordings.end(), has_video)) std::erase_if(recordings, std::not_fn(has_video));
  return recordings;
}

/// One after the other, on the first one's clock.
std::shared_ptr<Facts const> learn_joined(std::shared_ptr<ByteSource> const& source, std::vector<TsPart> parts) {
  auto recordings = learn_each(source, std::move(parts));
  if (recordings.empty()) throw DemuxFailed("There is neither a picture nor sound in this file: it may be incomplete.");
  auto const& first = *recordings.front().facts;
  auto film = std::make_shared<Facts>();
  film->timeline = first.timeline;
  film->measures = first.measures;
  film->tracks = first.tracks;
  film->file_size = source->size();
  auto& timeline = film->timeline;
  timeline.end = timeline.start;
  auto& measures = film->measures;
  for (auto const& each : recordings) {
    timeline.grid = std::max(timeline.grid, each.facts->timeline.grid);
    measures.longest_gop = std::max(measures.longest_gop, each.facts->measures.longest_gop);
    measures.reorder = std::max(measures.reorder, each.facts->measures.reorder);
  }
  for (auto& [part, own] : recordings) {
    // Of one length, so that decoding goes on over the joints without a gap.
    own->measures.reorder = measures.reorder;
    auto const shift = timeline.end - own->timeline.start;
    film->reels.push_back({std::move(part), shift, film->segments.size(), own});
    for (auto const& segment : own->segments)
      film->segments.push_back({segment.begin + shift, segment.end + shift, segment.bytes});
    timeline.end = film->segments.back().end;
  }
  return film;
}

}  // namespace

Reel const* Facts::reel(std::size_t segment) const {
  auto const after = std::upper_bound(reels.begin(), reels.end(), segment,
                                      [](std::size_t index, Reel const& reel) { return index < reel.first; });
  return after == reels.begin() ? nullptr : &*std::prev(after);
}

std::shared_ptr<Facts const> learn(std::shared_ptr<ByteSource> const& source, std::string const& name, bool scan,
                                   std::unique_ptr<Demuxer>& demuxer) {
  auto const container = container_of(*source, name);
  if (container == Container::mpeg_ts)
    if (auto parts = ts_parts(*source); parts.size() > 1) return learn_joined(source, std::move(parts));
  return learn_one(source, container, scan, demuxer);
}

std::unique_ptr<Demuxer> open(std::shared_ptr<ByteSource> const& source, Facts const& facts, std::size_t segment) {
  auto const* const reel = facts.reel(segment);
  return reel ? Demuxer::open(slice(source, reel->part), reel->facts->timeline) : Demuxer::open(source, facts.timeline);
}

}  // namespace hls
