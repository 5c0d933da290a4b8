// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/jobs.hpp"

#include "api/shapes.hpp"
#include "swarm/catalog.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

namespace api {
namespace {

using Clock = std::chrono::steady_clock;

/// Enough for any player to begin.
constexpr std::int64_t beginning = 512 * 1024;
/// More than any honest client prepares in five minutes.
constexpr std::size_t most_jobs = 1000;

}  // namespace

Job::Job(std::shared_ptr<swarm::Torrent> torrent, swarm::FileChoice const& choice, std::chrono::milliseconds patience)
    : torrent_(std::move(torrent)), choice_(choice), reader_(torrent_->open(choice, {})), patience_(patience) {
  (void)file();
}

void Job::check() const {
  torrent_->check();
  (void)file();
}

int Job::file() const {
  auto const metadata = torrent_->metadata();
  return metadata ? swarm::choose_file(metadata->layout, choice_) : -1;
}

std::int64_t Job::wanted() const { return std::min(beginning, torrent_->metadata()->layout.file(file()).size); }

std::int64_t Job::here() const {
  auto const ranges = torrent_->available(file());
  return ranges.empty() || ranges.front().begin > 0 ? 0 : std::min(ranges.front().end, wanted());
}

/// Since the last look that found more of it.
bool Job::late() {
  auto const now = Clock::now();
  auto const here_now = file() < 0 ? -1 : here();
  if (std::exchange(before_, here_now) != here_now) got_on_ = now;
  return now - got_on_ >= patience_;
}

Job::State Job::state() {
  try {
    check();
    if (file() < 0 || here() < wanted())
      return late() ? State::failed : file() < 0 ? State::connecting : State::preparing;
    reader_.reset();
    return State::ready;
  } catch (std::exception const&) {
    return State::failed;
  }
}

std::string Job::progress() const { return file() < 0 ? "0.00" : percent(here(), wanted()); }

std::string Jobs::add(std::unique_ptr<Job> job, std::string_view hash) {
  forget_old();
  g_autofree char* uuid = g_uuid_string_random();
  auto id = std::string(hash) + "-" + uuid;
  jobs_[id] = {std::move(job), Clock::now()};
  return id;
}

Job* Jobs::find(std::string const& id) {
  forget_old();
  auto const found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second.job.get();
}

void Jobs::forget_old() {
  auto const now = Clock::now();
  std::erase_if(jobs_, [&](auto const& entry) { return now - entry.second.begun >= life; });
  if (jobs_.size() < most_jobs) return;
  jobs_.erase(std::min_element(jobs_.begin(), jobs_.end(),
                               [](auto const& a, auto const& b) { return a.second.begun < b.second.begun; }));
}

}  // namespace api
