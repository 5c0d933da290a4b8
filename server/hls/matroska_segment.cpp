// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/matroska_segment.hpp"

#include "hls/matroska_blocks.hpp"
#include "hls/search.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <string>
#include <string_view>

namespace hls {
namespace {

constexpr std::size_t most_cues = 1U << 20;
constexpr std::size_t most_seeks = 200;
constexpr int most_elements = 1000;
constexpr std::int64_t latest = INT64_C(1) << 60;

std::int64_t bounded(std::uint64_t value) { return static_cast<std::int64_t>(std::min<std::uint64_t>(value, latest)); }

class SegmentReader {
 public:
  explicit SegmentReader(ByteSource& source) : source_(source) {}

  MatroskaSegment read() {
    Cursor at(source_, 0, Cursor::to_end, 4096);
    auto const header = next_element(at);
    if (!header || header->id != ebml::header) throw damaged("This is no Matroska file.");
    at.seek(header->end);
    std::optional<Element> segment;
    for (int i = 0; i < 16 && (!segment || segment->id != ebml::segment); ++i) {
      if (segment) at.seek(segment->end);
      segment = next_element(at);
      if (!segment) break;
    }
    if (!segment || segment->id != ebml::segment) throw damaged("The Matroska file has no segment.");
    film_.begin = segment->begin;
    film_.end = segment->end;
    read_front();
    follow_seeks();
    std::sort(film_.head.begin(), film_.head.end(), [](auto const& a, auto const& b) { return a.start < b.start; });
    if (!film_.first_cluster) throw damaged("There is nothing to play in this Matroska file.");
    return std::move(film_);
  }

 private:
  struct Seek {
    std::uint32_t id;
    std::int64_t position;
  };

  /// All before the first cluster.
  void read_front() {
    Cursor at(source_, film_.begin, film_.end, 4096);
    for (int i = 0; i < most_elements; ++i) {
      auto const start = at.position();
      auto const element = next_element(at);
      if (!element) {
        // Rubbish, if only a byte of it as ffmpeg's live files have: the SeekHead knows what is behind.
        constexpr std::int64_t near = 1024 * 1024;
        if (auto const found = next_cluster(source_, start, std::min(start + near, film_.end))) {
          film_.first_cluster = *found;
          find_tracks(start, *found);
        }
        return;
      }
      if (element->id == ebml::cluster) {
        film_.first_cluster = element->start;
        return;
      }
      read_element(*element);
      at.seek(element->end);
    }
  }

  /// Behind rubbish.
  void find_tracks(std::int64_t from, std::int64_t to) {
    constexpr std::string_view name{"\x16\x54\xae\x6b", 4};
    (void)find_first(source_, from, to, name, [&](std::int64_t found) {
      Cursor at(source_, found, to, Cursor::small);
      auto const element = next_element(at);
      auto const child = element ? next_element(at) : std::nullopt;
      if (!child || (child->id != ebml::track_entry && child->id != ebml::crc)) return false;
      read_element(*element);
      return true;
    });
  }

  /// What lies behind the clusters, or was written after them. A SeekHead may name another one.
  void follow_seeks() {
    for (std::size_t i = 0; i < seeks_.size(); ++i) {
      auto const seek = seeks_[i];
      auto const wanted = (seek.id == ebml::cues && film_.cues.empty()) || (seek.id == ebml::tracks && !film_.track) ||
                          (seek.id == ebml::segment_information && !information_) || seek.id == ebml::seek_head ||
                          (seek.id == ebml::cluster && !film_.first_cluster);
      if (!wanted || seek.position >= film_.end) continue;
      Cursor at(source_, seek.position, film_.end, Cursor::small);
      auto const element = next_element(at);
      if (!element || element->id != seek.id) continue;
      if (element->id == ebml::cluster) film_.first_cluster = element->start;
      read_element(*element);
    }
  }

  void read_element(Element const& element) {
    if (std::find(read_.begin(), read_.end(), element.start) != read_.end()) return;
    switch (element.id) {
      case ebml::seek_head:
        read_seek_head(element);
        break;
      case ebml::segment_information:
        read_information(element);
        break;
      case ebml::tracks:
        read_tracks(element);
        break;
      case ebml::cues:
        read_cues(element);
        break;
      case ebml::tags:
        break;
      default:
        return;
    }
    read_.push_back(element.start);
    if (element.id != ebml::seek_head && element.id != ebml::cues) film_.head.push_back(element);
  }

  void read_seek_head(Element const& head) {
    Cursor at(source_, head.begin, head.end, 1024);
    each_element(at, head, [&](Element const& entry) {
      if (entry.id != ebml::seek) return true;
      Seek seek{0, -1};
      each_element(at, entry, [&](Element const& child) {
        if (child.id == ebml::seek_id) seek.id = static_cast<std::uint32_t>(unsigned_of(at, child));
        if (child.id == ebml::seek_position) seek.position = bounded(unsigned_of(at, child));
        return true;
      });
      if (seek.position >= 0 && seeks_.size() < most_seeks) seeks_.push_back({seek.id, film_.begin + seek.position});
      return true;
    });
  }

  void read_information(Element const& information) {
    information_ = true;
    Cursor at(source_, information.begin, information.end, 1024);
    each_element(at, information, [&](Element const& child) {
      if (child.id == ebml::timestamp_scale) film_.scale = std::max<std::int64_t>(bounded(unsigned_of(at, child)), 1);
      if (child.id == ebml::duration) film_.duration = float_of(at, child);
      return true;
    });
    if (!std::isfinite(film_.duration) || film_.duration < 0 || film_.duration > 1e18) film_.duration = 0;
  }

  void read_tracks(Element const& tracks) {
    Cursor at(source_, tracks.begin, tracks.end, 4096);
    each_element(at, tracks, [&](Element const& entry) {
      if (entry.id != ebml::track_entry) return true;
      constexpr std::int64_t longest = 64;
      std::uint64_t number = 0, type = 0, frame = 0, forced = 0;
      std::string codec;
      each_element(at, entry, [&](Element const& child) {
        if (child.id == ebml::track_number) number = unsigned_of(at, child);
        if (child.id == ebml::track_type) type = unsigned_of(at, child);
        if (child.id == ebml::default_duration) frame = unsigned_of(at, child);
        if (child.id == ebml::flag_forced) forced = unsigned_of(at, child);
        if (child.id == ebml::codec)
          codec = at.text(static_cast<std::size_t>(std::min(child.end - child.begin, longest)));
        return true;
      });
      constexpr std::uint64_t video = 1, audio = 2, subtitles = 17;
      if (type == subtitles && forced == 1) film_.forced.push_back(bounded(number));
      if (type != video && type != audio) return true;
      // A cover may be a film track, too.
      auto const rank = type == audio ? 3 : codec == "V_MJPEG" ? 2 : codec == "V_MS/VFW/FOURCC" ? 1 : 0;
      if (rank < rank_) {
        rank_ = rank;
        film_.track = number;
        film_.video = type == video;
        film_.frame = bounded(frame);
      }
      return true;
    });
  }

  void read_cues(Element const& cues) {
    Cursor at(source_, cues.begin, cues.end);
    film_.cues_at = cues.start;
    each_element(at, cues, [&](Element const& point) {
      if (point.id != ebml::cue_point) return true;
      std::int64_t time = -1;
      auto const first = film_.cues.size();
      each_element(at, point, [&](Element const& child) {
        if (child.id == ebml::cue_time) time = bounded(unsigned_of(at, child));
        if (child.id == ebml::cue_track_positions) read_cue_positions(at, child);
        return film_.cues.size() < most_cues;
      });
      for (auto i = first; i < film_.cues.size(); ++i) film_.cues[i].time = time;
      if (time < 0) film_.cues.resize(first);
      return film_.cues.size() < most_cues;
    });
  }

  void read_cue_positions(Cursor& at, Element const& positions) {
    MatroskaCue cue;
    cue.cluster = -1;
    each_element(at, positions, [&](Element const& child) {
      if (child.id == ebml::cue_track) cue.track = unsigned_of(at, child);
      if (child.id == ebml::cue_cluster_position) cue.cluster = film_.begin + bounded(unsigned_of(at, child));
      if (child.id == ebml::cue_relative_position) cue.inside = bounded(unsigned_of(at, child));
      if (child.id == ebml::cue_duration) cue.duration = bounded(unsigned_of(at, child));
      return true;
    });
    if (cue.cluster >= 0 && cue.cluster < film_.end) film_.cues.push_back(cue);
  }

  ByteSource& source_;
  MatroskaSegment film_;
  std::vector<Seek> seeks_;
  std::vector<std::int64_t> read_;
  bool information_ = false;
  int rank_ = INT_MAX;  ///< of film_.track
};

}  // namespace

MatroskaSegment read_segment(ByteSource& source) { return SegmentReader(source).read(); }

}  // namespace hls
