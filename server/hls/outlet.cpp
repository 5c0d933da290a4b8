// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/outlet.hpp"

#include "glib/unique.hpp"
#include "hls/codec_data.hpp"
#include "hls/frame_samples.hpp"
#include "hls/key_picture.hpp"
#include "hls/track_caps.hpp"

#include <gst/audio/audio.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace hls {
namespace {

/// PCM comes in pieces of any size: cut anew, at multiples of this from time 0. If times are exact: where they are of
/// milliseconds, the pieces are left as they are, so that what lines them up sees how far off they are.
constexpr std::size_t pcm_samples = 1024;
constexpr std::int64_t second = 1'000'000'000;

std::size_t floor_mod(std::int64_t samples) {
  constexpr auto each = static_cast<std::int64_t>(pcm_samples);
  return static_cast<std::size_t>((samples % each + each) % each);
}
std::int64_t samples_at(Time time, int rate) {
  auto const scaled = static_cast<__int128>(time.count()) * rate;
  return static_cast<std::int64_t>((scaled + (scaled < 0 ? -second / 2 : second / 2)) / second);
}
Time time_at(std::int64_t samples, int rate) {
  auto const scaled = static_cast<__int128>(samples) * second;
  return Time(static_cast<std::int64_t>((scaled + (scaled < 0 ? -rate / 2 : rate / 2)) / rate));
}

/// Before a first frame has come parsers answer a gap with caps that they make up: the least that is possible (8000
/// Hz). Not where the container has told them all.
bool tells_itself(GstCaps* caps) {
  auto const* const structure = gst_caps_get_structure(caps, 0);
  return gst_structure_has_field(structure, "codec_data") || gst_structure_has_field(structure, "streamheader");
}

GstFlowReturn chain(GstPad* pad, GstObject*, GstBuffer* buffer) {
  auto const owned = glib::Ref<GstBuffer>::adopt(buffer);
  auto* const outlet = static_cast<Outlet*>(gst_pad_get_element_private(pad));
  auto* const tap = static_cast<Outlet::Tap*>(g_object_get_data(G_OBJECT(pad), "tap"));
  return tap->flow(*outlet, buffer);
}

gboolean take_event(GstPad* pad, GstObject*, GstEvent* event) {
  auto const owned = glib::Ref<GstEvent>::adopt(event);
  auto* const outlet = static_cast<Outlet*>(gst_pad_get_element_private(pad));
  auto* const tap = static_cast<Outlet::Tap*>(g_object_get_data(G_OBJECT(pad), "tap"));
  tap->event(*outlet, event);
  return TRUE;
}

}  // namespace

Outlet::Outlet(Tap& tap, GstPad* pad, char const* caps, bool exact_times)
    : pad_(glib::Ref<GstPad>::share(pad)), exact_times_(exact_times) {
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  auto const accepted = glib::Ref<GstCaps>::adopt(caps ? gst_caps_from_string(caps) : gst_caps_new_any());
  auto const shape =
      glib::Ref<GstPadTemplate>::sink(gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, accepted.get()));
  sink_ = glib::Ref<GstPad>::sink(gst_pad_new_from_template(shape.get(), "sink"));
  gst_pad_set_element_private(sink_.get(), this);
  g_object_set_data(G_OBJECT(sink_.get()), "tap", &tap);
  gst_pad_set_chain_function(sink_.get(), chain);
  gst_pad_set_event_function(sink_.get(), take_event);
  gst_pad_set_active(sink_.get(), TRUE);
}

Outlet::~Outlet() { gst_pad_set_active(sink_.get(), FALSE); }

std::string Outlet::stream() const {
  glib::Unique<gchar> const id(gst_pad_get_stream_id(pad_.get()));
  std::string const whole = id ? id.get() : "";
  return whole.substr(whole.find_last_of('/') + 1);
}

void Outlet::learn(GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &segment_);
      break;
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      refuse_encrypted(caps);
      caps_ = glib::Ref<GstCaps>::share(caps);
      if (tells_itself(caps)) follow_caps();
      break;
    }
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(event, &tags);
      if (gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_STREAM) read_tags(track, tags);
      break;
    }
    case GST_EVENT_STREAM_START: {
      GstStreamFlags flags = GST_STREAM_FLAG_NONE;
      gst_event_parse_stream_flags(event, &flags);
      track.is_default = flags & GST_STREAM_FLAG_SELECT;
      break;
    }
    default:
      break;
  }
}

void Outlet::learn_caps(GstCaps* caps) {
  refuse_encrypted(caps);
  auto const before = track;
  read_caps(track, caps);
  sample_bytes_ = 0;
  if (track.codec == Codec::pcm && exact_times_) {
    GstAudioInfo info;
    sample_bytes_ = gst_audio_info_from_caps(&info, caps) ? GST_AUDIO_INFO_BPF(&info) : track.channels;
    track.frame_samples = pcm_samples;
  }
  if (track.codec == Codec::vorbis) vorbis_.emplace(track);
  if (known_ &&
      (before.codec_data != track.codec_data || before.width != track.width || before.height != track.height ||
       before.sample_rate != track.sample_rate || before.channels != track.channels))
    changed = true;
}

/// Those of what comes now.
void Outlet::follow_caps() {
  if (auto const caps = std::exchange(caps_, {})) learn_caps(caps.get());
}

void Outlet::learn_frame(GstBuffer* buffer) {
  follow_caps();
  has_frame = known_ = true;
  GstMapInfo map;
  if (track.kind == Kind::text || track.codec == Codec::pcm || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  if (track.kind == Kind::audio) track.frame_samples = samples_in(track, {map.data, map.size});
  if (track.codec_data.empty()) track.codec_data = codec_data_from(track, Bytes(map.data, map.data + map.size));
  gst_buffer_unmap(buffer, &map);
}

void Outlet::hear(Time time) {
  constexpr Time step = std::chrono::seconds(1);  // a longer one is damage, or a joint
  if (!first) first = last_ = time;
  if (time < last_ && last_ - time < step) return;  // shown in another order than it comes
  heard += std::clamp<Time>(time - last_, Time::zero(), step);
  last_ = time;
}

void Outlet::flushed() {
  next_.reset();
  rest_.clear();
  if (vorbis_) vorbis_->jump();
  ended = fed = false;
  gst_segment_init(&segment_, GST_FORMAT_TIME);
}

std::optional<Time> Outlet::time_of(GstClockTime time, bool stream_time) const {
  if (!GST_CLOCK_TIME_IS_VALID(time)) return std::nullopt;
  if (!stream_time || segment_.format != GST_FORMAT_TIME) return Time(static_cast<std::int64_t>(time));
  guint64 position = 0;
  int const sign = gst_segment_to_stream_time_full(&segment_, GST_FORMAT_TIME, time, &position);
  if (sign == 0) return std::nullopt;
  return Time(sign * static_cast<std::int64_t>(position));
}

std::vector<AccessUnit> Outlet::units_of(GstBuffer* buffer, bool stream_time, bool trust_keys) {
  std::vector<AccessUnit> units;
  follow_caps();
  // Headers of Ogg, Vorbis, FLAC: in the caps already. Video parsers flag key frames so.
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) && track.kind != Kind::video) return units;
  auto const size = gst_buffer_get_size(buffer);
  if (size == 0 || GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP)) return units;
  AccessUnit unit;
  auto const pts = time_of(GST_BUFFER_PTS(buffer), stream_time);
  auto const dts = time_of(GST_BUFFER_DTS(buffer), stream_time);
  if (!pts && !dts && !next_) return units;
  // AVI tells only the order of decoding: the same, without B-frames.
  unit.pts = pts ? *pts : dts ? *dts : *next_;
  unit.dts = dts.value_or(unit.pts);
  // What a parser counts on from an earlier picture's time is the order of decoding, in MPEG systems.
  unit.timed = pts || (dts && trust_keys);
  if (GST_BUFFER_DURATION_IS_VALID(buffer))
    unit.duration = Time(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)));
  unit.data.resize(size);
  gst_buffer_extract(buffer, 0, unit.data.data(), size);
  unit.key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (track.kind == Kind::video && unit.key && !trust_keys)
    unit.key = is_key_picture(track.codec, unit.data).value_or(true);
  auto length = unit.duration;
  if (track.kind == Kind::audio && track.frame_samples > 0 && track.sample_rate > 0)
    length = time_at(track.frame_samples, track.sample_rate);
  // Of the packets in one block of Matroska, only the first has a time.
  if (vorbis_ && track.sample_rate > 0) length = time_at(vorbis_->samples_in(unit.data), track.sample_rate);
  next_ = unit.pts + length;
  if (sample_bytes_ > 0)
    split_pcm(unit, units);
  else
    units.push_back(std::move(unit));
  return units;
}

void Outlet::split_pcm(AccessUnit const& unit, std::vector<AccessUnit>& units) {
  if (track.sample_rate <= 0) return;
  int const rate = track.sample_rate;
  auto const each = static_cast<std::size_t>(sample_bytes_);
  auto position = samples_at(unit.pts, rate);
  auto const expected = rest_begin_ + static_cast<std::int64_t>(rest_.size() / each);
  if (!rest_.empty() && std::abs(position - expected) <= 1)
    position = expected;
  else
    rest_.clear();
  for (std::size_t at = 0; at + each <= unit.data.size();) {
    if (rest_.empty()) rest_begin_ = position;
    auto const into = floor_mod(position);
    auto const count = std::min(pcm_samples - into, (unit.data.size() - at) / each);
    auto const from = unit.data.begin() + static_cast<std::ptrdiff_t>(at);
    rest_.insert(rest_.end(), from, from + static_cast<std::ptrdiff_t>(count * each));
    at += count * each;
    position += static_cast<std::int64_t>(count);
    if (floor_mod(position) != 0) continue;
    // What a seek landed in the middle of is whole only when it is read from before.
    bool const whole = floor_mod(rest_begin_) == 0 || (first && samples_at(*first, rate) == rest_begin_);
    if (whole) units.push_back(rest());
    rest_.clear();
  }
}

AccessUnit Outlet::rest() {
  AccessUnit unit;
  if (rest_.empty()) return unit;
  unit.pts = unit.dts = time_at(rest_begin_, track.sample_rate);
  unit.duration = time_at(static_cast<std::int64_t>(rest_.size()) / sample_bytes_, track.sample_rate);
  unit.key = true;
  unit.data = std::exchange(rest_, {});
  return unit;
}

}  // namespace hls
