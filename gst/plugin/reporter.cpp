// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/reporter.hpp"

#include "plugin/log.hpp"
#include "plugin/messages.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace plugin {

using std::chrono::milliseconds;

static constexpr milliseconds tick{100};       // while something may have to be told
static constexpr milliseconds slow_tick{500};  // while all is well
static constexpr milliseconds stall{5000};     // a read that waits longer is a stall
static constexpr milliseconds stats_every{1000};

Reporter::Reporter(GstElement* element, std::shared_ptr<swarm::Torrent> torrent, std::shared_ptr<swarm::Reader> reader,
                   std::int64_t read_ahead)
    : element_(element), torrent_(std::move(torrent)), reader_(std::move(reader)), read_ahead_(read_ahead) {
  watch_ = torrent_->watch([this] {
    std::lock_guard lock(mutex_);
    news_ = true;
    changed_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

Reporter::~Reporter() {
  watch_.reset();
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  try {
    post(progress_.finish(std::nullopt));
    post_buffering(buffering_.finish());
  } catch (std::exception const& e) {
    GST_WARNING_OBJECT(element_, "the last messages could not be posted: %s", e.what());
  }
}

void Reporter::read_begins(std::int64_t end) {
  std::lock_guard lock(mutex_);
  events_.waiting_since = Clock::now();
  events_.read_end = end;
  events_.over = false;
}

void Reporter::read_ends(std::int64_t bytes) {
  std::lock_guard lock(mutex_);
  events_.waiting_since.reset();
  bool const first = events_.bytes == 0 && bytes > 0;
  events_.bytes += bytes;
  if (!first) return;
  news_ = true;
  changed_.notify_all();
}

void Reporter::interrupted() {
  std::lock_guard lock(mutex_);
  events_.over = true;
  events_.waiting_since.reset();
  news_ = true;
  changed_.notify_all();
}

void Reporter::failed(std::string const& what) {
  std::lock_guard lock(mutex_);
  events_.error = what;
  events_.over = true;
  events_.waiting_since.reset();
  news_ = true;
  changed_.notify_all();
}

Reporter::Clock::time_point Reporter::next_look() const {
  bool const busy = !progress_.complete() || buffering_.active() || stalled_since_ || events_.waiting_since;
  auto const next = Clock::now() + (busy ? tick : slow_tick);
  return post_stats_ ? std::min(next, stats_due_) : next;
}

void Reporter::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    news_ = false;
    auto const events = events_;
    lock.unlock();
    try {
      look(events);
    } catch (std::exception const& e) {
      GST_WARNING_OBJECT(element_, "nothing can be told of the torrent: %s", e.what());
    }
    lock.lock();
    changed_.wait_until(lock, next_look(), [&] { return news_ || stopping_; });
  }
}

void Reporter::look(Events const& events) {
  tell_metadata();
  tell_progress(events);
  measure(events);
  tell_buffering(events);
  tell_stalled(events);
  tell_stats();
}

void Reporter::tell_metadata() {
  if (metadata_told_) return;
  auto const metadata = torrent_->metadata();
  if (!metadata) return;
  metadata_told_ = true;
  post(metadata_structure(*metadata, reader_->file()));
}

void Reporter::tell_progress(Events const& events) {
  if (events.error && !error_told_) {
    error_told_ = true;
    post(progress_.finish(events.error));
  }
  if (progress_.complete() || error_told_) return;
  auto const status = torrent_->status();
  Progress::Moment moment;
  moment.trackers = static_cast<int>(status.trackers.size());
  for (auto const& tracker : status.trackers)
    if (tracker.state == swarm::TrackerStatus::State::failed) {
      ++moment.trackers_failed;
      moment.tracker_error = tracker.message;
    }
  moment.tracker_answered = status.phases.tracker.has_value();
  moment.metadata = metadata_told_;
  moment.peers = status.peers;
  moment.first_block = events.bytes > 0;
  post(progress_.update(moment));
}

static bool is_playing(GstElement* element) {
  GST_OBJECT_LOCK(element);
  bool const playing = GST_STATE(element) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK(element);
  return playing;
}

void Reporter::measure(Events const& events) {
  auto const now = Clock::now();
  auto const last = std::exchange(measured_at_, now);
  auto const bytes = events.bytes - std::exchange(measured_bytes_, events.bytes);
  bool const waits = events.waiting_since && now - *events.waiting_since >= tick;
  if (last == Clock::time_point{} || buffering_.active() || waits || !is_playing(element_)) return;
  played_bytes_ += bytes;
  played_time_ += now - last;
  if (played_time_ >= std::chrono::seconds(2))
    rate_ = static_cast<std::int64_t>(static_cast<double>(played_bytes_) / played_time_.count());
}

Buffering::Moment Reporter::moment_of(Events const& events) const {
  Buffering::Moment moment;
  moment.now = Clock::now();
  moment.waiting_since = events.waiting_since;
  moment.playing = is_playing(element_);
  moment.read_ahead = read_ahead_;
  moment.over = events.over;
  moment.rate = rate_;
  auto const position = reader_->position();
  if (auto size = reader_->size()) {
    moment.remaining = std::max<std::int64_t>(*size - position, 0);
    for (auto const& range : reader_->available())
      if (range.begin <= position && position < range.end) moment.ahead = range.end - position;
  }
  if (events.waiting_since) moment.missing = std::max<std::int64_t>(events.read_end - position, 0);
  return moment;
}

void Reporter::tell_buffering(Events const& events) {
  if (buffering_.active() || events.waiting_since) post_buffering(buffering_.update(moment_of(events)));
}

int Reporter::buffered_percent() {
  Events events;
  {
    std::lock_guard lock(mutex_);
    events = events_;
  }
  if (!reader_->size()) return 0;
  auto const moment = moment_of(events);
  if (!moment.waiting_since || moment.now - *moment.waiting_since < tick) return percent_;
  return static_cast<int>(std::clamp<std::int64_t>(100 * moment.ahead / Buffering::target(moment), 0, 99));
}

void Reporter::tell_stalled(Events const& events) {
  auto const since = events.waiting_since;
  if (stalled_since_ && stalled_since_ != since) {
    auto const waited = std::chrono::duration_cast<milliseconds>(Clock::now() - *stalled_since_);
    stalled_since_.reset();
    post(stalled_structure(false, reader_->position(), waited, torrent_->status().peers));
  }
  if (since && !stalled_since_ && Clock::now() - *since >= stall) {
    stalled_since_ = since;
    post(stalled_structure(true, reader_->position(), stall, torrent_->status().peers));
  }
}

void Reporter::tell_stats() {
  auto const now = Clock::now();
  if (!post_stats_ || now < stats_due_) return;
  stats_due_ = now + stats_every;
  post(stats_structure(*torrent_, reader_.get()));
}

void Reporter::post(GstStructure* structure) {
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), structure));
}

void Reporter::post(std::vector<Progress::Message> const& messages) {
  for (auto const& m : messages)
    gst_element_post_message(element_, gst_message_new_progress(GST_OBJECT(element_), m.type, m.code, m.text.c_str()));
}

void Reporter::post_buffering(std::optional<int> percent) {
  if (!percent) return;
  percent_ = *percent;
  GST_INFO_OBJECT(element_, "buffering %d %%", *percent);
  auto* message = gst_message_new_buffering(GST_OBJECT(element_), *percent);
  auto const status = torrent_->status();
  gst_message_set_buffering_stats(message, GST_BUFFERING_DOWNLOAD,
                                  static_cast<gint>(std::min<gint64>(status.download_rate, G_MAXINT)), -1, -1);
  gst_element_post_message(element_, message);
}

}  // namespace plugin
