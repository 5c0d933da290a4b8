// SPDX-License-Identifier: LGPL-2.1-or-later
// Sorts out, from what a demuxer gives, what belongs to one stretch of the film; and tells whether all of it was seen.
#pragma once

#include "hls/cut.hpp"
#include "hls/demuxer.hpp"

#include <optional>
#include <vector>

namespace hls {

/// What is looked for. Times as in Segment.
struct Stretch {
  Time begin{}, end{};
  Time after = Time::max();  ///< nominal: the end of the stretch that follows
  bool first = false;        ///< also all that comes before `begin`
  bool last = false;         ///< also all that comes after
  bool nominal = false;
  /// The key frame at `begin` can't be read: any later one will do.
  bool damaged = false;
  Time picture{};  ///< about the length of one
  /// The container finds each track's samples by itself; else they come as they lie in the file.
  bool by_track = false;
};

class Gathering final : public Demuxer::Taker {
 public:
  /// `tracks`: those that are wanted, each with the origin of its grid; `clock`: id of a track that tells how far it
  /// is when those that are wanted say nothing; -1 = none.
  Gathering(Stretch const& stretch, std::vector<Track> const& tracks, std::vector<Time> const& origins, int clock);

  Demuxer::Take take(Track const& track, AccessUnit&& unit) override;
  void begin(Time time) override;

  /// The film ended, or could not be read on, before the clock came to the stretch's end.
  [[nodiscard]] bool broken() const { return clock_ >= 0 && !lost_ && !over_; }
  /// How far the clock came; nullopt: nowhere.
  [[nodiscard]] std::optional<Time> reached() const { return reached_; }
  /// It is read on from a key frame there: nothing is taken twice, no picture without those that it needs.
  void resume(Time from);

  /// Nothing can have been missed at the beginning. False: read again from earlier on.
  [[nodiscard]] bool whole() const;
  /// Nominal: no key frame was there, nor what was before it. It is somewhere before.
  [[nodiscard]] bool needs_key_frame() const;
  /// The picture that it has to begin with was there.
  [[nodiscard]] bool has_picture() const;
  /// When the picture is shown that the next stretch begins with, if it was seen.
  [[nodiscard]] std::optional<Time> next() const { return next_; }
  /// It is known that nothing behind that one is shown before it.
  [[nodiscard]] bool next_is_closed() const { return next_is_closed_; }
  [[nodiscard]] Cut give();

 private:
  struct Lane {
    Samples samples;
    Track head;  ///< as the film begins
    Time origin{};
    bool earlier = false;  ///< something before the beginning
    bool inside = false;   ///< video: the first picture was met
    /// Video: something so far before the beginning was seen that no picture of the stretch can have been missed.
    bool decodable = false;
    bool keyed = false;              ///< video: begins with a key frame
    std::optional<std::size_t> cut;  ///< video: where it ends if no key frame comes in time
    Time behind_cut{};
    bool done = false;
    bool told = false;  ///< its format at the beginning of the stretch
    int now_rate = 0;   ///< of the sound kept last
    bool torn = false;  ///< video: something is missing, up to a key frame after `last`
    Time last = Time::min();
  };

  void take_video(Lane& lane, AccessUnit&& unit);
  bool begins(Lane& lane, AccessUnit const& unit);
  bool ends(Lane& lane, AccessUnit const& unit);
  void end_at_cut(Lane& lane);
  void take_sound(Lane& lane, AccessUnit&& unit);
  void take_text(Lane& lane, AccessUnit&& unit);
  void keep(Lane& lane, Track const& track, AccessUnit&& unit);
  [[nodiscard]] bool at(Time pts, Time line) const;

  Stretch const stretch_;
  std::vector<Lane> lanes_;
  int const clock_;
  std::optional<Time> next_;
  bool next_is_closed_ = false;
  bool lost_ = false;  ///< the key frame can't come any more
  bool over_ = false;  ///< the clock was seen at the end
  std::optional<Time> reached_;
  Track const* now_ = nullptr;
};

}  // namespace hls
