// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/facts.hpp"

#include <algorithm>

namespace hls {

Track const* Facts::track(int id) const {
  auto const found = std::find_if(tracks.begin(), tracks.end(), [&](Track const& t) { return t.id == id; });
  return found == tracks.end() ? nullptr : &*found;
}

Track const* Facts::video() const {
  auto const found = std::find_if(tracks.begin(), tracks.end(), [](Track const& t) { return t.kind == Kind::video; });
  return found == tracks.end() ? nullptr : &*found;
}

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

}  // namespace

std::shared_ptr<Facts const> learn(std::shared_ptr<ByteSource> const& source, std::string const& name, bool scan,
                                   std::unique_ptr<Demuxer>& demuxer) {
  auto facts = std::make_shared<Facts>();
  auto const container = container_of(*source, name);
  facts->timeline = timeline_of(*source, container, scan);
  demuxer = Demuxer::open(source, facts->timeline);
  facts->tracks = demuxer->tracks();
  complete(facts->tracks, facts->timeline);
  facts->measures = measure(*demuxer, facts->timeline);
  facts->segments = plan(facts->timeline);
  facts->file_size = source->size();
  return facts;
}

}  // namespace hls
