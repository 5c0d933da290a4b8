// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/cleaning.hpp"

#include "api/outside_file.hpp"
#include "api/shapes.hpp"
#include "api/stock.hpp"
#include "swarm/catalog.hpp"
#include "swarm/error.hpp"

#include <glib.h>

#include <algorithm>
#include <future>
#include <set>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace api {
namespace {

using Clock = std::chrono::steady_clock;

/// Deleting a file takes this long at most before we go on without it.
constexpr std::chrono::seconds patience{10};

cache::Seconds now() { return g_get_real_time() / G_USEC_PER_SEC; }

}  // namespace

Cleaning::Cleaning(std::shared_ptr<swarm::Session> session, cache::Index& index, Settings const& settings, Told told)
    : session_(std::move(session)), index_(index), told_(std::move(told)), settings_(settings) {
  due_ = Clock::now() + settings_.interval;
}

Cleaning::Settings Cleaning::settings() const {
  std::lock_guard lock(mutex_);
  return settings_;
}

void Cleaning::set(Settings const& settings) {
  std::lock_guard lock(mutex_);
  settings_ = settings;
  due_ = Clock::now() + settings_.interval;
}

std::optional<cache::Seconds> Cleaning::last_run() const {
  std::lock_guard lock(mutex_);
  return last_run_;
}

Cleaning::Counts Cleaning::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

std::string Cleaning::outcome(std::function<void(Done)> const& begin) {
  struct State {
    std::mutex mutex;
    std::condition_variable_any told;
    std::optional<std::string> error;
  };
  auto const state = std::make_shared<State>();
  begin([state](std::string const& error) {
    std::lock_guard lock(state->mutex);
    state->error = error;
    state->told.notify_all();
  });
  std::unique_lock lock(state->mutex);
  auto const over = state->told.wait_for(lock, stop_.get_token(), patience, [&] { return state->error.has_value(); });
  return over ? *state->error : "It takes too long.";
}

void Cleaning::take_stock(bool thorough) {
  std::lock_guard lock(stock_);
  std::set<cache::Key> held;
  for (auto const& torrent : session_->torrents()) {
    auto const known = [&](int file) {
      auto const found = thorough ? std::nullopt : index_.find({torrent->key(), file});
      return found && found->held.complete && found->held.on_disk > 0;  // opened() does not look at the disk
    };
    // Blocks come before the first piece is verified.
    for (auto const& [file, found] : stock_of(*torrent, thorough || torrent->status().download_rate > 0, known)) {
      held.insert({torrent->key(), file});
      if (found) index_.set({torrent->key(), file}, *found, now());
    }
    for (int const file : torrent->files_in_use()) {
      held.insert({torrent->key(), file});  // its first bytes will come
      index_.used({torrent->key(), file}, now());
    }
  }
  take_stock_of_sleepers(thorough);
  // Only who is awake, or has gone, loses files: as long as nothing of that changes, thousands need not be looked at.
  auto const torrents = session_->torrents().size() + session_->sleeping().size();
  if (!thorough && held == held_ && torrents == torrents_) return;
  held_ = held;
  torrents_ = torrents;
  for (auto const& [key, file] : index_.files())
    if (!held.contains(key) && !session_->asleep(*swarm::InfoHash::parse(key.info_hash))) index_.erase(key);
}

/// Nobody touches their files, so once is enough; but they become known one after the other.
void Cleaning::take_stock_of_sleepers(bool thorough) {
  auto const sleepers = session_->sleeping();
  std::size_t known = 0;
  for (auto const& torrent : sleepers) known += torrent->files.empty() ? 0 : 1;
  if (!thorough && known <= sleepers_) return;
  sleepers_ = known;
  for (auto const& torrent : sleepers)
    for (auto const& file : torrent->files) {
      if (file.downloaded == 0) continue;
      cache::Key const key{torrent->hash.key(), file.index};
      if (auto const found = index_.find(key); !thorough && found && found->held.on_disk > 0) continue;
      if (auto const bytes = on_disk(torrent->folder + "/" + file.path); bytes > 0)
        index_.set(key, {std::string(swarm::file_name(file.path)), file.size, bytes, file.downloaded == file.size},
                   now());
      else
        index_.erase(key);
    }
}

/// As set; but a twentieth of the disk stays free, whoever fills it.
cache::Limits Cleaning::limits_now(std::int64_t on_disk) const {
  auto limits = settings().limits;
  struct statvfs disk {};
  if (statvfs(session_->settings().download_path.c_str(), &disk) != 0) return limits;
  auto const block = static_cast<std::int64_t>(disk.f_frsize);
  auto const spare = (static_cast<std::int64_t>(disk.f_bavail) - static_cast<std::int64_t>(disk.f_blocks) / 20) * block;
  limits.room = std::max<std::int64_t>(on_disk + spare, 0);
  return limits;
}

std::map<cache::Key, swarm::FileChoice> Cleaning::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_;
}

/// `full`: what is to be downloaded may stand still for that.
std::vector<cache::Candidate> Cleaning::candidates(bool full) const {
  std::map<cache::Key, cache::Candidate> all;
  for (auto const& [key, file] : index_.files()) all[key] = {key, file, index_.pinned(key.info_hash)};
  for (auto const& torrent : session_->torrents()) {
    auto const metadata = torrent->metadata();
    if (!metadata) continue;
    auto const fetch = [&](int file) -> cache::Candidate* {
      auto const found = all.find({torrent->key(), file});
      if (found == all.end()) return nullptr;  // nothing of it is here yet
      found->second.missing = metadata->layout.file(file).size - torrent->downloaded(file);
      return &found->second;
    };
    for (int const file : torrent->files_in_use())
      if (auto* candidate = fetch(file)) candidate->in_use = true;
    auto const kept = kept_file(*torrent);
    if (!kept || (torrent->status().download_rate == 0 && !full)) continue;
    if (auto* candidate = fetch(*kept)) candidate->downloading = candidate->missing > 0;
  }
  for (auto const& [key, choice] : waiting())
    if (auto const found = all.find(key); found != all.end()) found->second.downloading = true;
  std::vector<cache::Candidate> list;
  for (auto& [key, candidate] : all) list.push_back(std::move(candidate));
  return list;
}

cache::Clearance Cleaning::clearance() {
  constexpr int looks = 2;  // seconds until what is decided now is done, and decided anew
  line_ = std::max(line_.load(), session_->status().download_rate);
  std::int64_t bytes = 0;
  for (auto const& [key, file] : index_.files()) bytes += file.held.on_disk;
  auto const limits = limits_now(bytes);
  let_go_on(limits, bytes);
  return make_room(candidates(limits.room < bytes), limits, line_ * looks, now());
}

/// Downloads that waited for room on the disk, once all that they miss fits.
void Cleaning::let_go_on(cache::Limits const& limits, std::int64_t bytes) {
  for (auto const& [key, choice] : waiting()) {
    auto const file = index_.find(key);
    auto const missing = file ? file->held.size - file->held.on_disk : 0;
    if (file && bytes + missing > std::min(limits.room, limits.most_bytes)) continue;
    bytes += missing;
    {
      std::lock_guard lock(mutex_);
      waiting_.erase(key);
    }
    auto const hash = swarm::InfoHash::parse(key.info_hash);
    auto const torrent = file && hash ? session_->find(*hash) : nullptr;
    if (!torrent || torrent->keep()) continue;  // removed; or somebody has said something else
    g_message("There is room again: %s goes on", torrent->name().c_str());
    torrent->set_keep(choice);
    torrent->set_rest(swarm::Rest::none);
  }
}

std::optional<Cleaning::Outcome> Cleaning::run() {
  std::unique_lock const running(running_, std::try_to_lock);
  if (!running) return {};
  take_stock(true);
  Outcome cleaned;
  auto const [waiting, ended, evicted] = clearance();
  for (auto const& key : waiting) hold_download(key);
  for (auto const& key : ended) end_download(key);
  for (auto const& key : evicted) {
    if (stop_.stop_requested()) break;
    auto const file = index_.find(key);
    if (!file || !evict(key)) continue;
    ++cleaned.files;
    cleaned.bytes += file->held.on_disk;
  }
  std::lock_guard inner(mutex_);
  last_run_ = now();
  due_ = Clock::now() + settings_.interval;
  return cleaned;
}

void Cleaning::run_if_due() {
  bool due = false;
  {
    std::lock_guard lock(mutex_);
    due = settings_.interval.count() > 0 && Clock::now() >= due_;
  }
  if (!due) {
    take_stock();
    auto const [waiting, ended, evicted] = clearance();
    auto const known = this->waiting();
    due = !ended.empty() || !evicted.empty() ||
          !std::ranges::all_of(waiting, [&](cache::Key const& key) { return known.contains(key); });
  }
  if (due) run();
}

void Cleaning::opened(swarm::Torrent const& torrent, int file) {
  auto const metadata = torrent.metadata();
  if (!metadata) return;
  if (auto const* outside = OutsideFile::of(torrent, file)) {  // not one of ours, which may have to go
    if (outside->path.empty()) return;                         // nor on any disk
    index_.count_hit();
    std::lock_guard lock(mutex_);
    ++counts_.hits;
    return;
  }
  auto const& entry = metadata->layout.file(file);
  bool const whole = torrent.downloaded(file) == entry.size;
  index_.opened({torrent.key(), file}, {std::string(swarm::file_name(entry.path)), entry.size, 0, whole}, now());
  std::lock_guard lock(mutex_);
  ++(whole ? counts_.hits : counts_.misses);
}

void Cleaning::delete_unpinned() {
  auto const until = Clock::now() + std::chrono::seconds(2);
  std::vector<std::pair<std::string, std::future<std::string>>> all;
  for (auto const& torrent : session_->sleeping())
    if (!index_.pinned(torrent->hash.key()) && Clock::now() < until) (void)session_->find(torrent->hash);
  for (auto const& torrent : session_->torrents()) {
    if (index_.pinned(torrent->key())) continue;
    auto const over = std::make_shared<std::promise<std::string>>();
    if (session_->remove(torrent->hash(), true, [over](std::string const& error) { over->set_value(error); }))
      all.emplace_back(torrent->name(), over->get_future());
  }
  for (auto& [name, over] : all) {
    auto const error = over.wait_until(until) == std::future_status::ready ? over.get() : "It takes too long.";
    if (!error.empty()) g_warning("%s can't be deleted: %s", name.c_str(), error.c_str());
  }
  take_stock();
}

void Cleaning::not_wanted(std::string const& info_hash) {
  std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](auto const& each) { return each.first.info_hash == info_hash; });
}

void Cleaning::hold_download(cache::Key const& key) {
  auto const hash = swarm::InfoHash::parse(key.info_hash);
  auto const torrent = hash ? session_->find(*hash) : nullptr;
  if (!torrent || torrent->readers() > 0 || kept_file(*torrent) != key.file) return;
  g_message("%s waits: the disk has no room", torrent->name().c_str());
  {
    std::lock_guard lock(mutex_);
    waiting_.insert_or_assign(key, *torrent->keep());
  }
  torrent->set_keep(std::nullopt);
}

/// What is here of the file stays, until its room is needed.
void Cleaning::end_download(cache::Key const& key) {
  auto const hash = swarm::InfoHash::parse(key.info_hash);
  auto const torrent = hash ? session_->find(*hash) : nullptr;
  if (!torrent || torrent->readers() > 0 || kept_file(*torrent) != key.file) return;
  g_message("There is no room to download all of %s, which nobody watches", torrent->name().c_str());
  torrent->set_keep(std::nullopt);
}

bool Cleaning::evict(cache::Key const& key) {
  auto const hash = swarm::InfoHash::parse(key.info_hash);
  auto const torrent = hash ? session_->find(*hash) : nullptr;
  auto const file = index_.find(key);
  if (!torrent || !file) return false;
  // With its last file a torrent is of no more use here.
  bool const all = index_.files_of(key.info_hash) == 1 && torrent->readers() == 0;
  auto const error = outcome([&](Done const& done) {
    if (!all)
      torrent->evict(key.file, done);
    else if (!session_->remove(*hash, true, done))
      done({});  // somebody else was faster
  });
  if (!error.empty()) {
    g_warning("%s can't be given up: %s", file->held.name.c_str(), error.c_str());
    return false;
  }
  g_info("Given up for lack of room or use: %s", file->held.name.c_str());
  index_.erase(key);
  if (all) told_.gone(key.info_hash);
  told_.evicted(key, file->held.on_disk);
  std::lock_guard lock(mutex_);
  ++counts_.files;
  counts_.bytes += file->held.on_disk;
  return true;
}

}  // namespace api
