// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/upkeep.hpp"

#include "api/app.hpp"
#include "api/prefetch.hpp"
#include "api/shapes.hpp"
#include "api/turns.hpp"
#include "api/verification.hpp"

#include <glib.h>

#include <algorithm>
#include <map>

namespace api {
namespace {

using Clock = std::chrono::steady_clock;
using State = swarm::TorrentStatus::State;
using swarm::Rest;

/// A film that is kept comes to its end first, as long as somebody gives it: `came` is when it was last seen to grow.
bool idle(swarm::Torrent const& torrent, swarm::TorrentStatus const& status, Clock::time_point came,
          std::chrono::milliseconds after) {
  // A complete one does not say that it has no networking.
  bool const still = torrent.paused() || torrent.rest() != Rest::none;
  if (after.count() == 0 || torrent.readers() > 0 || still || status.state == State::error) return false;
  return Clock::now() - std::max(torrent.last_used(), came) > after;
}

/// Somebody who looks through a library wakes all that is in it, one after the other: so many stay awake.
constexpr std::size_t most_awake = 300;

/// What was to be downloaded would wake by itself.
bool nobody_needs(swarm::Torrent const& torrent, swarm::TorrentStatus const& status) {
  return torrent.readers() == 0 && (!torrent.keep() || status.wanted_done == status.wanted);
}

/// Whoever comes after so long can wait for its state to be read.
bool may_sleep(swarm::Torrent const& torrent, swarm::TorrentStatus const& status,
               std::chrono::milliseconds idle_after) {
  bool const still = torrent.paused() || torrent.rest() == Rest::idle;
  return idle_after.count() > 0 && still && nobody_needs(torrent, status) &&
         Clock::now() - torrent.last_used() > 2 * idle_after;
}

/// Pinned ones and popular ones stay with their swarms.
bool wanted_all_the_time(App const& app, swarm::Torrent const& torrent) {
  bool popular = false;
  each_file(torrent, [&](int index, swarm::File const&) {
    auto const file = app.index->find({torrent.key(), index});
    popular = popular || (file && file->opens >= cache::popular_opens);
  });
  return popular || app.index->pinned(torrent.key());
}

/// Those that were used longest ago; each at the second time, when its state was saved.
void put_surplus_to_sleep(App const& app) {
  auto const torrents = app.session->torrents();
  if (app.options.idle_after.count() == 0 || torrents.size() <= most_awake) return;
  std::multimap<Clock::time_point, swarm::Torrent*> by_use;
  for (auto const& torrent : torrents)
    if (torrent->metadata() && nobody_needs(*torrent, torrent->status()) && !wanted_all_the_time(app, *torrent))
      by_use.emplace(torrent->last_used(), torrent.get());
  for (auto surplus = torrents.size() - most_awake; auto const& [used, torrent] : by_use) {
    if (surplus-- == 0) break;
    torrent->set_rest(Rest::idle);
    if (app.session->put_to_sleep(torrent->hash())) g_info("%s sleeps: others were used", torrent->key().c_str());
  }
}

/// Once the index knows them again, after a start.
void wake_wanted(App const& app) {
  for (auto const& [key, file] : app.index->files()) {
    if (file.opens < cache::popular_opens && !app.index->pinned(key.info_hash)) continue;
    auto const hash = swarm::InfoHash::parse(key.info_hash);
    if (!hash || !app.session->asleep(*hash)) continue;
    if (auto const torrent = app.session->find(*hash)) torrent->set_rest(Rest::none);
  }
}

/// All that viewers read is here: the line is free.
bool nobody_waits(swarm::Session const& session) {
  for (auto const& torrent : session.torrents())
    for (auto const& place : torrent->reading_places())
      if (torrent->downloaded(place.file) < torrent->metadata()->layout.file(place.file).size) return false;
  return true;
}

/// The part that follows what is nearly seen, for as long as nobody pays for it.
void fetch_ahead(swarm::Torrent& torrent, std::optional<int>& ahead, std::optional<swarm::FileChoice>& kept,
                 bool calm) {
  if (ahead && !calm) {
    torrent.set_keep(std::exchange(kept, {}));
    ahead.reset();
  }
  if (!calm || torrent.paused()) return;
  // What is being fetched on somebody's word comes first.
  if (auto const status = torrent.status(); !ahead && torrent.keep() && status.wanted_done < status.wanted) return;
  for (auto const& place : torrent.reading_places()) {
    auto const& layout = torrent.metadata()->layout;
    if (!nearly_seen(place.position, layout.file(place.file).size)) continue;
    auto const next = next_part(layout, place.file);
    if (!next || ahead == next || torrent.downloaded(*next) == layout.file(*next).size) continue;
    g_info("Fetching ahead: %s", layout.file(*next).path.c_str());
    if (!ahead) kept = torrent.keep();
    torrent.set_keep(*next);
    torrent.set_rest(Rest::none);
    ahead = next;
  }
}

/// 1, 2, 4 … s, each up to half as long again: what failed together does not come back together.
std::chrono::milliseconds pause_after(int tries) {
  auto const base = 1000 << std::min(tries - 1, 16);
  return std::chrono::milliseconds(base + g_random_int_range(0, base / 2 + 1));
}

/// Seldom enough to cost nothing, often enough for short settings (tests).
std::chrono::milliseconds interval(Options const& options) {
  auto idle_after = options.idle_after.count() ? options.idle_after : std::chrono::milliseconds(1000);
  return std::clamp(idle_after / 4, std::chrono::milliseconds(100), std::chrono::milliseconds(1000));
}

}  // namespace

Upkeep::Upkeep(App& app, std::shared_ptr<http::Loop> loop)
    : app_(app),
      loop_(std::move(loop)),
      busy_(std::make_shared<std::atomic<bool>>(false)),
      timer_(http::Source::every(interval(app.options), [this] { look(); })),
      cache_busy_(std::make_shared<std::atomic<bool>>(false)),
      woken_(std::make_shared<std::atomic<bool>>(false)),
      cache_timer_(http::Source::every(std::chrono::seconds(1), [this] { look_after_cache(); })),
      populated_busy_(std::make_shared<std::atomic<bool>>(false)),
      populated_timer_(http::Source::every(std::chrono::seconds(2), [this] { look_after_populated(); })) {}

void Upkeep::look_after_populated() {
  if (populated_busy_->exchange(true)) return;
  loop_->run([&app = app_, stop = stop_.get_token(), busy = populated_busy_] {
    verify_populated(*app.populated, *app.session, stop);
    *busy = false;
  });
}

void Upkeep::look_after_cache() {
  if (cache_busy_->exchange(true)) return;
  loop_->run([&app = app_, busy = cache_busy_, woken = woken_] {
    app.cleaning->run_if_due();
    app.index->exchange();
    if (app.index->trouble().empty() && !woken->exchange(true)) wake_wanted(app);
    *busy = false;
  });
}

void Upkeep::look() {
  if (busy_->exchange(true)) return;
  loop_->run([&app = app_, pasts = pasts_, busy = busy_] {
    visit(app, *pasts);
    *busy = false;
  });
}

void Upkeep::visit(App const& app, Pasts& pasts) {
  app.producer->tidy();
  Pasts next;
  bool const calm = app.options.prefetch && nobody_waits(*app.session);
  for (auto const& torrent : app.session->torrents()) {
    auto& past = next[torrent->key()] = pasts[torrent->key()];
    auto status = torrent->status();
    if (auto metadata = torrent->metadata(); metadata && !past.known) {
      past.known = true;
      g_info("Torrent ready: %s, files: %d", metadata->name.c_str(), metadata->layout.file_count());
    }
    try_again(app, *torrent, status, past);
    if (app.options.prefetch) fetch_ahead(*torrent, past.ahead, past.kept, calm);
    if (torrent->keep() && status.wanted_done < status.wanted &&
        (status.download_rate > 0 || status.wanted_done != past.done)) {
      past.done = status.wanted_done;
      past.came = Clock::now();
    }
    if (idle(*torrent, status, past.came, app.options.idle_after) && !wanted_all_the_time(app, *torrent)) {
      g_info("%s is idle: its networking ends until somebody asks for it", torrent->key().c_str());
      torrent->set_rest(Rest::idle);
    }
    if (may_sleep(*torrent, status, app.options.idle_after) && app.session->put_to_sleep(torrent->hash())) {
      g_info("%s sleeps", torrent->key().c_str());
      next.erase(torrent->key());
    }
  }
  pasts = std::move(next);
  put_surplus_to_sleep(app);
  give_turns(app, pasts);
}

void Upkeep::give_turns(App const& app, Pasts& pasts) {
  if (app.options.max_active == 0) return;
  std::map<std::string, std::shared_ptr<swarm::Torrent>> torrents;
  std::vector<Active> active;
  for (auto const& torrent : app.session->torrents()) {
    auto const rest = torrent->rest();
    if (torrent->paused() || rest == Rest::idle) continue;
    torrents.emplace(torrent->key(), torrent);
    auto const status = torrent->status();
    bool const downloads = torrent->metadata() ? torrent->keep() && status.wanted_done < status.wanted
                                               : pasts[torrent->key()].tries < app.options.max_retries;
    active.push_back(
        {torrent->key(), rest == Rest::turn, torrent->readers() > 0, downloads, false, torrent->last_used()});
  }
  if (static_cast<int>(active.size()) <= app.options.max_active && std::ranges::none_of(active, &Active::waits)) return;
  for (auto& torrent : active) torrent.stays = wanted_all_the_time(app, *torrents.at(torrent.key));
  auto const turns = take_turns(std::move(active), app.options.max_active);
  for (auto const& key : turns.rest) {
    g_info("%s waits for its turn: TORRENT_MAX_ACTIVE others are active", key.c_str());
    torrents.at(key)->set_rest(Rest::turn);
  }
  for (auto const& key : turns.go_on) torrents.at(key)->set_rest(Rest::none);
}

/// Starts a failed torrent again, and looks for peers of one that has found none in TORRENT_TIMEOUT.
void Upkeep::try_again(App const& app, swarm::Torrent& torrent, swarm::TorrentStatus const& status, Past& past) {
  auto const now = Clock::now();
  bool const lonely = status.state == State::connecting && !torrent.metadata();
  if (status.state != State::error && !lonely) {
    if (now - past.next_try > std::chrono::minutes(1)) past.tries = 0;
    return;
  }
  if (lonely && past.next_try == Clock::time_point{}) past.next_try = now + app.options.torrent_timeout;
  if (torrent.paused() || past.tries >= app.options.max_retries || now < past.next_try) return;
  past.next_try =
      now + pause_after(++past.tries) + (lonely ? app.options.torrent_timeout : std::chrono::milliseconds(0));
  g_info("Trying %s again (%d of %d): %s", torrent.key().c_str(), past.tries, app.options.max_retries,
         lonely ? "no peers" : status.error.c_str());
  if (lonely)
    torrent.look_for_peers();
  else
    torrent.open(swarm::TheFilm{});  // a reader, for a moment, is what starts a failed torrent
}

}  // namespace api
