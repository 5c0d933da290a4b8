// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/pipeline.hpp"

#include "glib/unique.hpp"
#include "hls/elements.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// While nothing is read and no frame comes, a pipeline has this long to think.
constexpr auto patience = 10s;
/// A stream that has told nothing by then, in the film's own time, is taken as its container describes it.
constexpr Time opening_stretch = 5s;
/// Bytes that are held while it opens: a stream that is announced may never come.
constexpr std::size_t most_held = std::size_t{64} << 20;
/// Beyond the key frame: demuxers round down.
constexpr Time nudge = 1500us;

bool is_iso(Container container) { return container == Container::iso || container == Container::fragmented_iso; }

/// Others round to milliseconds.
bool times_samples(Container container) {
  return is_iso(container) || container == Container::avi || container == Container::wav;
}

/// Streams are told of in the order of the film's header; where there is none, as their numbers say.
bool headerless(Container container) {
  return container == Container::mpeg_ts || container == Container::mpeg_ps || container == Container::flv;
}

/// Where the times begin that a demuxer is asked for, among those that it tells.
Time stream_zero(GstPad* pad) {
  auto* const event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
  if (!event) return Time::zero();
  GstSegment segment;
  gst_event_copy_segment(event, &segment);
  gst_event_unref(event);
  return Time(static_cast<std::int64_t>(segment.start - segment.time));
}

}  // namespace

Pipeline::Pipeline(std::shared_ptr<ByteGate> gate, Container container, bool hold, std::vector<std::string> streams)
    : gate_(std::move(gate)), container_(container), hold_(hold), streams_(std::move(streams)) {
  gate_->flush(false);
  build();
  gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  try {
    std::unique_lock lock(mutex_);
    wait_open(lock);
  } catch (...) {
    stop();
    throw;
  }
}

Pipeline::~Pipeline() { stop(); }

void Pipeline::stop() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  gate_->flush(true);
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void Pipeline::build() {
  pipeline_ = glib::Ref<GstElement>::sink(gst_pipeline_new(nullptr));
  auto const source = glib::Ref<GstElement>::sink(new_byte_src(gate_));
  demuxer_ = new_element(demuxer_of(container_));
  gst_bin_add_many(GST_BIN(pipeline_.get()), source.get(), demuxer_.get(), nullptr);
  gst_element_link(source.get(), demuxer_.get());
  g_signal_connect(demuxer_.get(), "pad-added", G_CALLBACK(pad_added), this);
  g_signal_connect(demuxer_.get(), "no-more-pads", G_CALLBACK(no_more_pads), this);
  auto* const bus = gst_element_get_bus(pipeline_.get());
  gst_bus_set_sync_handler(bus, message, this, nullptr);
  gst_object_unref(bus);
  // wavparse has its pad from the beginning, and nothing to add.
  if (auto* const pad = gst_element_get_static_pad(demuxer_.get(), "src")) {
    add(pad);
    gst_object_unref(pad);
    all_pads_ = true;
  }
}

void Pipeline::pad_added(GstElement*, GstPad* pad, Pipeline* self) { self->add(pad); }

void Pipeline::add(GstPad* pad) {
  {
    std::lock_guard lock(mutex_);
    if (phase_ != Phase::opening) return;
  }
  auto const caps = glib::Ref<GstCaps>::adopt([&] {
    auto* const current = gst_pad_get_current_caps(pad);
    return current ? current : gst_pad_query_caps(pad, nullptr);
  }());
  bool const described = gst_caps_is_fixed(caps.get());  // wavparse says what it has found later
  Parser const parser = described ? parser_of(gst_caps_get_structure(caps.get(), 0), container_) : Parser{};
  auto outlet = std::make_unique<Outlet>(static_cast<Outlet::Tap&>(*this), pad, parser.caps, times_samples(container_));
  auto out = glib::Ref<GstPad>::share(pad);
  try {
    if (described) outlet->learn_caps(caps.get());
    if (parser.element) {
      auto const element = new_element(parser.element);
      gst_bin_add(GST_BIN(pipeline_.get()), element.get());
      gst_element_sync_state_with_parent(element.get());
      auto const in = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(element.get(), "sink"));
      gst_pad_link_full(pad, in.get(), GST_PAD_LINK_CHECK_NOTHING);
      out = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(element.get(), "src"));
    }
  } catch (std::exception const& problem) {
    std::lock_guard lock(mutex_);
    if (error_.empty()) error_ = problem.what();
    changed_.notify_all();
    return;
  }
  auto* const sink = outlet->sink();
  {
    std::lock_guard lock(mutex_);
    outlets_.push_back(std::move(outlet));
  }
  gst_pad_link_full(out.get(), sink, GST_PAD_LINK_CHECK_NOTHING);
}

void Pipeline::no_more_pads(GstElement*, Pipeline* self) {
  std::lock_guard lock(self->mutex_);
  self->all_pads_ = true;
  self->changed_.notify_all();
}

GstBusSyncReply Pipeline::message(GstBus*, GstMessage* message, gpointer pointer) {
  auto const owned = glib::Ref<GstMessage>::adopt(message);
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) return GST_BUS_DROP;
  auto* const self = static_cast<Pipeline*>(pointer);
  glib::Unique<GError> error;
  {
    GError* raw = nullptr;
    gst_message_parse_error(message, &raw, nullptr);
    error.reset(raw);
  }
  // A parser that got no whole frame says so right before it hands on the end. That is no damage where a read begins
  // close to the film's end, or a track has ended before.
  bool const parser = GST_MESSAGE_SRC(message) != GST_OBJECT_CAST(self->demuxer_.get());
  if (parser && g_error_matches(error.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)) return GST_BUS_DROP;
  std::lock_guard lock(self->mutex_);
  if (self->error_.empty()) self->error_ = error->message;
  self->changed_.notify_all();
  return GST_BUS_DROP;
}

/// All is known that is going to be. Only of the film's bytes and their order, never of time that has passed.
bool Pipeline::opened() const {
  bool complete = all_pads_, any = false, ended = !outlets_.empty();
  for (auto const& outlet : outlets_) {
    bool const silent = outlet->track.kind == Kind::text || outlet->track.codec == Codec::unknown;
    if (!outlet->ended && !silent && !outlet->has_frame) complete = false;
    any |= outlet->has_frame;
    ended &= outlet->ended;
    if (outlet->heard >= opening_stretch) return true;
  }
  return (complete && any) || ended;
}

void Pipeline::settle() {
  if (headerless(container_))
    std::stable_sort(outlets_.begin(), outlets_.end(),
                     [](auto const& a, auto const& b) { return a->stream() < b->stream(); });
  bool const known = !streams_.empty();
  auto const place = [&](Outlet const& outlet) {
    return std::find(streams_.begin(), streams_.end(), outlet.stream()) - streams_.begin();
  };
  auto const settles = [&](std::unique_ptr<Outlet> const& outlet) {
    return known ? place(*outlet) < std::ssize(streams_) : outlet->track.codec != Codec::unknown;
  };
  settled_ =
      static_cast<std::size_t>(std::stable_partition(outlets_.begin(), outlets_.end(), settles) - outlets_.begin());
  for (std::size_t i = 0; i < settled_; ++i)
    outlets_[i]->track.id = static_cast<int>(known ? place(*outlets_[i]) : static_cast<std::ptrdiff_t>(i));
  for (auto& outlet : outlets_) {
    // Tags wait for a stream's first frame, which subtitles may not have for an hour.
    for (guint i = 0; auto* const event = gst_pad_get_sticky_event(outlet->demuxer_pad(), GST_EVENT_TAG, i); ++i) {
      outlet->learn(event);
      gst_event_unref(event);
    }
    if (auto* const start = gst_pad_get_sticky_event(outlet->demuxer_pad(), GST_EVENT_STREAM_START, 0)) {
      outlet->learn(start);
      gst_event_unref(start);
    }
    outlet->done = true;
    // matroskademux reckons seeks from its first block.
    if (container_ == Container::matroska) zero_ = std::max(zero_, stream_zero(outlet->demuxer_pad()));
  }
  phase_ = Phase::idle;
  changed_.notify_all();
}

void Pipeline::wait_open(std::unique_lock<std::mutex>& lock) {
  wait(lock, [this] { return phase_ != Phase::opening; });
  if (phase_ == Phase::opening) throw DemuxFailed("No sound or picture was found in the file.");
  if (settled_ == 0) throw DemuxFailed("The file has neither sound nor picture that is known.");
}

/// Throws also when the pipeline does nothing any more.
template <class Ready>
void Pipeline::wait(std::unique_lock<std::mutex>& lock, Ready ready) {
  auto seen = gate_->progress();
  auto since = std::chrono::steady_clock::now();
  while (!ready()) {
    check();
    changed_.wait_for(lock, 25ms);  // a pipeline that is not open yet isn't woken by a cancel
    auto const now = std::chrono::steady_clock::now();
    if (auto const progress = gate_->progress(); progress != seen || gate_->reading()) {
      seen = progress;
      since = now;
    } else if (now - since > patience && !ready()) {
      check();
      throw DemuxFailed("The film can't be read here: nothing comes out of its bytes.");
    }
  }
}

void Pipeline::check() {
  if (gate_->cancelled()) throw Cancelled();
  if (auto const failure = gate_->take_failure()) std::rethrow_exception(failure);
  if (!error_.empty()) throw DemuxFailed(error_);
}

GstFlowReturn Pipeline::flow(Outlet& outlet, GstBuffer* buffer) {
  std::unique_lock lock(mutex_);
  if (phase_ == Phase::opening) return open_with(outlet, buffer, lock);
  if (outlet.done) return awaited() ? GST_FLOW_OK : GST_FLOW_EOS;
  outlet.fed = true;
  hand(outlet, buffer);
  return outlet.done ? GST_FLOW_EOS : GST_FLOW_OK;
}

/// Demuxers remember, over a flush, that pads answered EOS: were the first answer after it EOS, too, the film would be
/// over for them before those that are wanted have come.
bool Pipeline::awaited() const {
  if (phase_ != Phase::reading || is_iso(container_)) return false;
  bool waits = false;
  for (auto const& outlet : outlets_) {
    if (outlet->wanted && outlet->fed) return false;
    waits = waits || (outlet->wanted && !outlet->done);
  }
  return waits;
}

GstFlowReturn Pipeline::open_with(Outlet& outlet, GstBuffer* buffer, std::unique_lock<std::mutex>& lock) {
  if (GST_BUFFER_PTS_IS_VALID(buffer)) outlet.hear(Time(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))));
  bool const header = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) && outlet.track.kind == Kind::audio;
  if (!outlet.has_frame && !header) outlet.learn_frame(buffer);
  if (hold_) {
    held_.emplace_back(&outlet, glib::Ref<GstBuffer>::share(buffer));
    held_bytes_ += gst_buffer_get_size(buffer);
  }
  if (opened() || held_bytes_ > most_held) settle();
  if (phase_ == Phase::opening) return GST_FLOW_OK;
  if (hold_) release(lock);
  return outlet.done ? GST_FLOW_EOS : GST_FLOW_OK;
}

/// The pipeline stands still until it is read.
void Pipeline::release(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return phase_ == Phase::reading || closing_; });
  for (auto const& [outlet, buffer] : std::exchange(held_, {}))
    if (!closing_ && !outlet->done) hand(*outlet, buffer.get());
}

void Pipeline::hand(Outlet& outlet, GstBuffer* buffer) {
  bool const trust =
      container_ != Container::mpeg_ts && container_ != Container::mpeg_ps && container_ != Container::fragmented_iso;
  for (auto& unit : outlet.units_of(buffer, is_iso(container_), trust)) {
    if (outlet.done) break;
    give(outlet, std::move(unit));
  }
}

void Pipeline::give(Outlet& outlet, AccessUnit&& unit) {
  switch (taker_->take(outlet.track, std::move(unit))) {
    case Demuxer::Take::more:
      return;
    case Demuxer::Take::enough:
      outlet.done = true;
      break;
    case Demuxer::Take::stop:
      for (auto& each : outlets_) each->done = true;
      break;
  }
  if (finished()) changed_.notify_all();
}

bool Pipeline::finished() const {
  return std::all_of(outlets_.begin(), outlets_.end(), [](auto const& outlet) {
    return !outlet->wanted || (outlet->armed && (outlet->done || outlet->ended));
  });
}

void Pipeline::event(Outlet& outlet, GstEvent* event) {
  std::unique_lock lock(mutex_);
  try {
    outlet.learn(event);
  } catch (std::exception const& problem) {
    if (error_.empty()) error_ = problem.what();
  }
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
    outlet.flushed();
    outlet.armed = phase_ == Phase::reading;
    outlet.done = !outlet.armed || !outlet.wanted;
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
    outlet.ended = true;
    if (phase_ == Phase::opening && opened()) {
      settle();
      if (hold_) release(lock);
    }
    if (phase_ == Phase::reading && !outlet.done)
      if (auto last = outlet.rest(); !last.data.empty()) give(outlet, std::move(last));
  }
  changed_.notify_all();
}

std::vector<Track> Pipeline::tracks() const {
  std::lock_guard lock(mutex_);
  std::vector<Track> tracks;
  for (std::size_t i = 0; i < settled_; ++i) tracks.push_back(outlets_[i]->track);
  return tracks;
}

std::vector<std::string> Pipeline::streams() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> streams;
  for (std::size_t i = 0; i < settled_; ++i) streams.push_back(outlets_[i]->stream());
  return streams;
}

Time Pipeline::begin() const {
  std::lock_guard lock(mutex_);
  Time begin{};
  for (std::size_t i = settled_; i-- > 0;)
    if (outlets_[i]->first && outlets_[i]->track.kind != Kind::text) begin = std::max(begin, *outlets_[i]->first);
  return begin;
}

bool Pipeline::changed() const {
  std::lock_guard lock(mutex_);
  return std::any_of(outlets_.begin(), outlets_.end(), [](auto const& outlet) { return outlet->changed; });
}

void Pipeline::read(Time from, std::vector<int> const& tracks, Demuxer::Taker& taker) {
  prepare(tracks, taker);
  struct Idle {  // whatever happens, nobody calls the taker after this
    Pipeline& self;
    ~Idle() {
      std::lock_guard guard(self.mutex_);
      for (auto& outlet : self.outlets_) outlet->done = true;
      self.phase_ = Phase::idle;
      self.taker_ = nullptr;
    }
  };
  Idle const idle{*this};
  if (!hold_) seek(from);
  std::unique_lock lock(mutex_);
  wait(lock, [this] { return finished(); });
  // What the source threw looks like the film's end to some demuxers.
  if (gate_->failed() || gate_->cancelled()) check();
}

void Pipeline::prepare(std::vector<int> const& tracks, Demuxer::Taker& taker) {
  std::lock_guard lock(mutex_);
  check();
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    auto& outlet = *outlets_[i];
    outlet.wanted = i < settled_ && std::find(tracks.begin(), tracks.end(), outlet.track.id) != tracks.end();
    outlet.done = !hold_ || !outlet.wanted;
    outlet.armed = hold_;
  }
  taker_ = &taker;
  phase_ = Phase::reading;
  changed_.notify_all();
}

void Pipeline::seek(Time to) {
  Time const position = to <= zero_ ? Time::zero() : to - zero_ + nudge;
  auto const flags = is_iso(container_) ? GST_SEEK_FLAG_ACCURATE : GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE;
  auto const all = tracks();
  auto const* const pictures = pictures_of(all);
  auto* const pad = outlets_[pictures ? static_cast<std::size_t>(pictures - all.data()) : 0]->demuxer_pad();
  auto* const event = gst_event_new_seek(1.0, GST_FORMAT_TIME, static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | flags),
                                         GST_SEEK_TYPE_SET, position.count(), GST_SEEK_TYPE_NONE,
                                         static_cast<gint64>(GST_CLOCK_TIME_NONE));
  bool const sought = gst_pad_send_event(pad, event);
  std::lock_guard lock(mutex_);
  if (sought) return;
  check();
  throw DemuxFailed("The place can't be found in the film.");
}

void Pipeline::wake() {
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

}  // namespace hls
