// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes exactly the access units of a segment out of a film: every one in one segment only, whatever was read before.
#pragma once

#include "hls/cut.hpp"
#include "hls/demuxer.hpp"
#include "hls/segments.hpp"
#include "hls/timeline.hpp"

#include <exception>

namespace hls {

/// What has to be known of a film before any of its segments is cut; learnt once, always in the same way, so that it is
/// a function of the file alone. Kept with the timeline.
struct Measures {
  Time reorder{};           ///< DTS = sorted PTS - this
  Time frame{};             ///< length of a picture
  std::vector<Time> first;  ///< by track id: PTS of its first access unit; origin of the grid of sound
  Time longest_gop{};       ///< seen in samples; nominal grid
  friend bool operator==(Measures const&, Measures const&) = default;
};
[[nodiscard]] Measures measure(Demuxer& demuxer, Timeline const& timeline);
/// Of the first picture, or of sound that is heard before it.
[[nodiscard]] Time begin_of(Timeline const& timeline, Measures const& measures);
/// What players take for the film's beginning: sound that comes half a second before the first picture, or more. Less
/// is an encoder's delay.
[[nodiscard]] Time playlist_begin(Timeline const& timeline, Measures const& measures);

/// The demuxer's tracks, with what only the timeline knows of them.
[[nodiscard]] std::vector<Track> tracks_of(Demuxer const& demuxer, Timeline const& timeline);

enum class Next;
struct Stretch;
class Gathering;

class Cutter {
 public:
  Cutter(Timeline const& timeline, Measures const& measures, std::vector<Segment> const& segments);

  /// Segment `index` of these tracks (a video one or none, any number of sound ones). Where its first key frame can't
  /// be read, it begins with a later one; where none can, with a still picture: what is damaged costs a few seconds,
  /// no player the film. Throws as Demuxer::read(); DemuxFailed if there is nothing at all to show.
  [[nodiscard]] Cut cut(Demuxer& demuxer, std::size_t index, std::vector<int> const& tracks) const;
  /// Sound of [begin - before, end + after), for what is coded anew: decoders have a memory.
  [[nodiscard]] Samples sound(Demuxer& demuxer, std::size_t index, int track, Time before, Time after) const;
  /// Pictures for PictureCoder::code(): from a key frame before the segment to some pictures behind it, in file order;
  /// PTS may be unknown_time.
  [[nodiscard]] Samples pictures(Demuxer& demuxer, std::size_t index, int track) const;
  /// All cues that are shown at some time within segment `index`, also those that began long before, if the container
  /// tells of them.
  [[nodiscard]] Samples text(Demuxer& demuxer, std::size_t index, int track) const;

 private:
  [[nodiscard]] Stretch stretch_of(std::size_t index) const;
  [[nodiscard]] Cut gather(Demuxer& demuxer, Stretch stretch, std::vector<int> const& tracks) const;
  std::exception_ptr read(Demuxer& demuxer, Time from, std::vector<int> const& tracks, Stretch const& stretch,
                          Gathering& gathering) const;
  [[nodiscard]] std::optional<Time> after_damage(Time reached, Stretch const& stretch) const;
  [[nodiscard]] Next behind(Gathering const& gathering, Stretch const& stretch) const;
  void read_earlier(Demuxer& demuxer, Stretch const& stretch, Time before, std::vector<int> const& read,
                    Samples& text) const;
  void stand_in(Demuxer& demuxer, std::size_t index, Samples& video) const;

  Timeline timeline_;
  Measures measures_;
  std::vector<Segment> segments_;
};

}  // namespace hls
