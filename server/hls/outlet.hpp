// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of one stream of a pipeline: a bare pad whose chain function makes access units.
#pragma once

#include "glib/ref.hpp"
#include "hls/film.hpp"
#include "hls/vorbis_lengths.hpp"

#include <gst/gst.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hls {

/// Not thread-safe: whoever owns it locks (see Tap).
class Outlet {
 public:
  /// What its owner does with what comes, on a thread of the pipeline.
  class Tap {
   public:
    virtual GstFlowReturn flow(Outlet& outlet, GstBuffer* buffer) = 0;
    virtual void event(Outlet& outlet, GstEvent* event) = 0;

   protected:
    ~Tap() = default;
  };

  /// `pad`: of the demuxer; `caps`: what must come out of the parser; nullptr = anything. `exact_times`: the container
  /// has them to the sample.
  Outlet(Tap& tap, GstPad* pad, char const* caps, bool exact_times);
  Outlet(Outlet const&) = delete;
  Outlet& operator=(Outlet const&) = delete;
  ~Outlet();

  [[nodiscard]] GstPad* sink() const { return sink_.get(); }
  [[nodiscard]] GstPad* demuxer_pad() const { return pad_.get(); }
  /// "video_0"; and what comes behind the last slash of the stream's id.
  [[nodiscard]] std::string stream() const;

  /// Keeps what events tell of the stream.
  void learn(GstEvent* event);
  void learn_caps(GstCaps* caps);
  /// And what its first frame tells.
  void learn_frame(GstBuffer* buffer);

  /// `stream_time`: ISO media, whose edit lists are in the segment. Nothing: no access unit (headers, holes).
  [[nodiscard]] std::vector<AccessUnit> units_of(GstBuffer* buffer, bool stream_time, bool trust_keys);
  /// PCM: what is left at the end; no bytes = nothing.
  [[nodiscard]] AccessUnit rest();
  void flushed();

  Track track;
  bool has_frame = false;
  bool changed = false;  ///< its caps are not those of its beginning
  bool wanted = false;
  bool armed = false;         ///< flushed for the read that goes on
  bool fed = false;           ///< something came since then
  bool done = true;           ///< has all that it needs: answers EOS
  bool ended = false;         ///< EOS came
  std::optional<Time> first;  ///< of the times that came since open
  Time heard{};               ///< how much of the film they were

  /// While it opens.
  void hear(Time time);

 private:
  [[nodiscard]] std::optional<Time> time_of(GstClockTime time, bool stream_time) const;
  void follow_caps();
  void split_pcm(AccessUnit const& unit, std::vector<AccessUnit>& units);

  glib::Ref<GstPad> pad_, sink_;
  glib::Ref<GstCaps> caps_;  // of the parser, for what comes next
  GstSegment segment_;
  std::optional<Time> next_;  // where the last unit ended
  Time last_{};               // heard
  std::optional<VorbisLengths> vorbis_;
  bool const exact_times_;
  int sample_bytes_ = 0;         // PCM that is cut anew: of one sample in all channels
  Bytes rest_;                   // PCM: a unit that is not whole yet
  std::int64_t rest_begin_ = 0;  // in samples
  bool known_ = false;           // tracks are told: what changes now is a change
};

}  // namespace hls
