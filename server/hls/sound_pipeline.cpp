// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_pipeline.hpp"

#include "hls/elements.hpp"
#include "hls/flac_head.hpp"
#include "hls/gated_source.hpp"
#include "hls/outlet.hpp"
#include "hls/sound_frames.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::size_t chunk = 32 * 1024;
/// FLAC: blocks have 4608 samples at most where they can be streamed (RFC 9639 7).
constexpr std::size_t longest_frame = 256 << 10;

/// GStreamer's parser between two bare pads: bytes go in on the reader's thread, and frames come out on it. No demuxer
/// seeks by times that it guesses from bit rates.
class Run final : private Outlet::Tap {
 public:
  Run(Container container, Track const& track) {
    parser_ = new_element(sound_parser(container));
    in_ = glib::Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC));
    auto const source = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(parser_.get(), "src"));
    auto const sink = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(parser_.get(), "sink"));
    outlet_ = std::make_unique<Outlet>(
        static_cast<Outlet::Tap&>(*this), source.get(),
        container == Container::adts ? "audio/mpeg,mpegversion=4,stream-format=raw" : nullptr, true);
    outlet_->track = track;
    gst_pad_link_full(source.get(), outlet_->sink(), GST_PAD_LINK_CHECK_NOTHING);
    gst_pad_set_active(in_.get(), TRUE);
    gst_element_set_state(parser_.get(), GST_STATE_PAUSED);
    gst_pad_link_full(in_.get(), sink.get(), GST_PAD_LINK_CHECK_NOTHING);
    gst_pad_push_event(in_.get(), gst_event_new_stream_start("sound"));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    gst_pad_push_event(in_.get(), gst_event_new_segment(&segment));
  }
  Run(Run const&) = delete;
  Run& operator=(Run const&) = delete;
  ~Run() {
    gst_pad_set_active(in_.get(), FALSE);
    gst_element_set_state(parser_.get(), GST_STATE_NULL);
  }

  /// False: nobody wants more.
  bool push(std::span<std::uint8_t const> bytes, bool discontinuous) {
    auto* const buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    if (discontinuous) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    return gst_pad_push(in_.get(), buffer) == GST_FLOW_OK;
  }
  void end() { gst_pad_push_event(in_.get(), gst_event_new_eos()); }

  /// Nobody: learns the track, up to its first frame.
  Demuxer::Taker* taker = nullptr;
  Time origin{};
  [[nodiscard]] Track const& track() const { return outlet_->track; }
  [[nodiscard]] bool learnt() const { return outlet_->has_frame; }

 private:
  GstFlowReturn flow(Outlet& outlet, GstBuffer* buffer) override {
    bool const header = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER);
    if (header) return GST_FLOW_OK;
    if (!outlet.has_frame) outlet.learn_frame(buffer);
    if (!taker) return GST_FLOW_EOS;
    if (stopped_) return GST_FLOW_EOS;
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = 0;
    for (auto& unit : outlet.units_of(buffer, false, true)) {
      auto const& now = outlet.track;
      // flacparse passes blocks of the header on that it has made itself, as if they were frames.
      if (now.codec == Codec::flac && unit.data.front() != 0xff) continue;
      auto const rate = now.sample_rate > 0 ? now.sample_rate : 48000;
      unit.pts = unit.dts = origin + Time(samples_ * 1'000'000'000 / rate);
      if (now.codec != Codec::flac && now.frame_samples > 0) {
        samples_ += now.frame_samples;
        unit.duration = Time(now.frame_samples * 1'000'000'000LL / rate);
      } else {  // FLAC: blocks may be of several sizes, and the last one is
        samples_ += (unit.duration.count() * rate + 500'000'000) / 1'000'000'000;
      }
      stopped_ = taker->take(now, std::move(unit)) != Demuxer::Take::more;
    }
    return stopped_ ? GST_FLOW_EOS : GST_FLOW_OK;
  }
  void event(Outlet& outlet, GstEvent* event) override { outlet.learn(event); }

  glib::Ref<GstElement> parser_;
  glib::Ref<GstPad> in_;
  std::unique_ptr<Outlet> outlet_;
  std::int64_t samples_ = 0;
  bool stopped_ = false;
};

class SoundDemuxer final : public Demuxer {
 public:
  SoundDemuxer(std::shared_ptr<ByteSource> source, Container container, std::vector<KeyFrame> index)
      : source_(std::move(source)), container_(container), index_(std::move(index)) {
    if (index_.empty()) index_.push_back({Time{}, behind_id3(source_)});
    if (container == Container::flac) read_header();
    Run run(container_, {});
    pour(run, index_.front().position, [&] { return run.learnt(); });
    if (!run.learnt()) throw DemuxFailed("No sound was found in the file.");
    auto track = run.track();
    track.kind = Kind::audio;
    track.is_default = true;
    tracks_.push_back(std::move(track));
  }

  [[nodiscard]] std::vector<Track> const& tracks() const override { return tracks_; }

  void read(Time from, std::vector<int> const& tracks, Taker& taker) override {
    if (tracks.empty()) return;
    auto const after = std::upper_bound(index_.begin(), index_.end(), from,
                                        [](Time time, KeyFrame const& key) { return time < key.time; });
    auto const near = after == index_.begin() ? after : after - 1;
    auto const start = container_ == Container::flac ? flac_start(near->position, from) : *near;
    Run run(container_, tracks_[0]);
    run.taker = &taker;
    run.origin = start.time;
    pour(run, start.position, [] { return false; });
  }

  void cancel() override { source_.cancel(); }
  void uncancel() override { source_.uncancel(); }

 private:
  template <class Enough>
  void pour(Run& run, std::int64_t at, Enough enough) {
    bool discontinuous = false;
    if (!header_.empty()) {
      discontinuous = at != static_cast<std::int64_t>(header_.size());
      if (!run.push(header_, true)) return;
    }
    std::vector<std::uint8_t> bytes(chunk);
    while (auto const got = source_.read(at, std::as_writable_bytes(std::span(bytes)))) {
      if (!run.push(std::span(bytes).first(got), discontinuous) || enough()) return;
      discontinuous = false;
      at += static_cast<std::int64_t>(got);
    }
    run.end();
  }

  /// FLAC's frames tell their time themselves: the first one from about `position` on that isn't later than `from`.
  KeyFrame flac_start(std::int64_t position, Time from) {
    auto const front = index_.front().position;
    if (stream_.rate <= 0) return {Time{}, front};
    if (first_frame_.empty()) {
      first_frame_.resize(4);
      source_.read(front, std::as_writable_bytes(std::span(first_frame_)));
    }
    for (; position > front; position -= std::int64_t{longest_frame}) {
      auto const window = read_bytes(source_, position, longest_frame);
      for (std::size_t i = 0; i < window.size(); ++i) {
        if (!alike(std::span(window).subspan(i), std::as_bytes(std::span(first_frame_)))) continue;
        auto const frame = flac_frame(std::span(window).subspan(i), stream_);
        if (!frame) continue;
        Time const time(static_cast<std::int64_t>(static_cast<__int128>(frame->begin) * 1'000'000'000 / stream_.rate));
        if (time <= from) return {time, position + static_cast<std::int64_t>(i)};
        break;
      }
    }
    return {Time{}, front};
  }

  /// FLAC: "fLaC" and STREAMINFO, as its last block (RFC 9639 8.1). The parser wants nothing of the others.
  void read_header() {
    auto head = flac_head(source_);
    if (!head) return;
    if (index_.size() == 1 && index_[0].position < head->frames) index_[0].position = head->frames;
    stream_ = head->stream;
    header_ = {'f', 'L', 'a', 'C', 0x80, 0, 0, static_cast<std::uint8_t>(head->stream_info.size())};
    header_.insert(header_.end(), head->stream_info.begin(), head->stream_info.end());
  }

  GatedSource source_;
  Container const container_;
  std::vector<KeyFrame> index_;
  Bytes header_;
  FlacStream stream_;
  Bytes first_frame_;  ///< how its header begins
  std::vector<Track> tracks_;
};

}  // namespace

std::unique_ptr<Demuxer> open_sound(std::shared_ptr<ByteSource> source, Container container,
                                    std::vector<KeyFrame> index) {
  return std::make_unique<SoundDemuxer>(std::move(source), container, std::move(index));
}

}  // namespace hls
