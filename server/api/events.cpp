// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/events.hpp"

#include "api/app.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"

#include <glib.h>

#include <algorithm>

namespace api {
namespace {

constexpr std::chrono::milliseconds interval{1000};
constexpr int keep_alive_ticks = 15;
/// How long it goes on without a listener, and what it remembers for one who comes back.
constexpr int most_lonely_ticks = 60;
constexpr std::size_t most_remembered = 1000;

std::string framed(std::string const& id, std::string_view event, std::string const& data) {
  std::string text;
  if (!id.empty()) text += "id: " + id + "\n";
  return text + "event: " + std::string(event) + "\ndata: " + data + "\n\n";
}

}  // namespace

Events::Events(std::shared_ptr<swarm::Session> session, std::shared_ptr<http::Loop> loop)
    : session_(std::move(session)),
      loop_(std::move(loop)),
      epoch_(std::to_string(g_get_real_time() / G_TIME_SPAN_MILLISECOND) + "-") {}

void Events::listen(http::Exchange& exchange, std::string const& last_id) {
  http::Response head;
  head.set("Content-Type", "text/event-stream").set("Cache-Control", "no-store").set("X-Accel-Buffering", "no");
  if (exchange.request().head()) return exchange.reply_head(head, 0);
  if (!last_id.empty()) {
    bool const ours = last_id.starts_with(epoch_);
    auto const number = ours ? g_ascii_strtoll(last_id.c_str() + epoch_.size(), nullptr, 10) : 0;
    bool const remembered =
        ours && timer_.active() && (said_.empty() ? number == last_ : number + 1 >= said_.front().number);
    // Else it may have missed something, and has to ask for the whole picture.
    if (!remembered) head.body += framed(epoch_ + std::to_string(last_), "reset", "{}");
    for (auto const& event : said_)
      if (remembered && event.number > number) head.body += event.text;
  }
  // From here on, should it be cut off before a first event.
  head.body += "retry: 2000\nid: " + epoch_ + std::to_string(last_) + "\n\n";
  listeners_.push_back(exchange.weak_from_this());
  lonely_ticks_ = 0;
  if (timer_.active() && compared_) return exchange.open(head);
  // Whoever has the head may rely on it that he hears of all that happens from now on.
  beginners_.emplace_back(exchange.weak_from_this(), std::move(head));
  if (timer_.active()) return;
  compared_ = false;
  timer_ = http::Source::every(interval, [this] { tick(); });
  tick();
}

bool Events::heard() {
  std::erase_if(listeners_, [](auto const& weak) {
    auto const exchange = weak.lock();
    return !exchange || exchange->over();
  });
  return !listeners_.empty();
}

void Events::tick() {
  if (heard()) {
    lonely_ticks_ = 0;
  } else if (++lonely_ticks_ > most_lonely_ticks) {
    timer_.stop();
    said_.clear();
    before_.clear();
    asleep_.clear();
    return;
  }
  if (++ticks_ % keep_alive_ticks == 0)
    for (auto const& weak : listeners_)
      if (auto const exchange = weak.lock()) exchange->say(": still here\n\n");
  if (std::exchange(looking_, true)) return;
  loop_->run([session = session_, weak = weak_from_this(), loop = std::weak_ptr(loop_), first = !compared_] {
    auto const look = std::make_shared<Look>(look_at(*session, first));
    if (auto to = loop.lock())
      to->post([weak, look] {
        if (auto const self = weak.lock()) self->compare(std::move(*look));
      });
  });
}

Events::Look Events::look_at(swarm::Session const& session, bool sleepers) {
  Look look;
  for (auto const& torrent : session.torrents()) {
    auto const status = torrent->status();
    look.torrents[torrent->key()] = {summary(*torrent, status).text(), torrent->metadata() != nullptr,
                                     status.state == swarm::TorrentStatus::State::complete,
                                     status.state == swarm::TorrentStatus::State::error};
  }
  if (sleepers)
    for (auto const& torrent : session.sleeping()) look.asleep.insert(torrent->hash.key());
  return look;
}

void Events::compare(Look&& look) {
  looking_ = false;
  auto& now = look.torrents;
  // The first picture is what there was before anybody listened.
  if (!std::exchange(compared_, true)) {
    before_ = std::move(now);
    asleep_ = std::move(look.asleep);
    for (auto const& [weak, head] : std::exchange(beginners_, {}))
      if (auto const exchange = weak.lock()) exchange->open(head);
    return;
  }
  for (auto const& [key, seen] : now) {
    auto const place = before_.find(key);
    bool const is_new = place == before_.end();
    if (!is_new && place->second.text == seen.text && place->second.known == seen.known) continue;
    auto const was = is_new ? Seen{} : place->second;
    if (is_new && asleep_.erase(key) == 0) note("added", seen.text);
    if (seen.known && !was.known) note("metadata", seen.text);
    if (seen.failed && !was.failed)
      note("error", seen.text);
    else if (seen.complete && !was.complete)
      note("complete", seen.text);
    else if (!is_new)
      note("progress", seen.text);
  }
  for (auto const& [key, seen] : before_) {
    if (now.contains(key)) continue;
    if (session_->asleep(*swarm::InfoHash::parse(key)))
      asleep_.insert(key);
    else
      note("removed", json::Object().set("infoHash", key).text());
  }
  before_ = std::move(now);
  tell();
}

void Events::evicted(std::string const& info_hash, int file, std::int64_t bytes) {
  loop_->post([weak = weak_from_this(), info_hash, file, bytes] {
    auto const self = weak.lock();
    if (!self || !self->timer_.active()) return;
    self->note("evicted", json::Object().set("infoHash", info_hash).set("fileIndex", file).set("bytes", bytes).text());
    self->tell();
  });
}

void Events::note(std::string_view event, std::string const& data) {
  auto text = framed(epoch_ + std::to_string(++last_), event, data);
  unsaid_ += text;
  said_.push_back({last_, std::move(text)});
  if (said_.size() > most_remembered) said_.pop_front();
}

/// All of a picture at once: a listener may have only so many texts unsent.
void Events::tell() {
  auto const text = std::exchange(unsaid_, {});
  if (text.empty()) return;
  for (auto const& weak : listeners_)
    if (auto const exchange = weak.lock()) exchange->say(text);
}

void Events::close() {
  timer_.stop();
  for (auto const& weak : listeners_)
    if (auto const exchange = weak.lock()) exchange->close();
}

void events(App& app, http::Exchange& exchange) {
  app.events->listen(exchange, exchange.request().header("Last-Event-ID"));
}

}  // namespace api
