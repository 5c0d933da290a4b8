// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/ledger.hpp"

#include "swarm/disk_error.hpp"
#include "swarm/error.hpp"
#include "swarm/file_storage.hpp"
#include "swarm/journal.hpp"
#include "swarm/services.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace swarm {

using Clock = std::chrono::steady_clock;

namespace {

/// Between two writes that cost the disk something, and two tries of one that has failed.
constexpr std::chrono::seconds patience{5};

}  // namespace

Ledger::Ledger(std::shared_ptr<Services> services, std::vector<bool> journaled, bool anew)
    : services_(std::move(services)),
      serial_(services_->disk),
      journaled_(std::move(journaled)),
      anew_(anew),
      synced_(Clock::now()) {}

Ledger::~Ledger() = default;

void Ledger::warn(char const* what, std::exception const& why) {
  if (!std::exchange(warned_, true)) services_->log(LogLevel::warning, std::string(what) + ": " + why.what());
}

void Ledger::open(std::string key, std::string old_key, std::vector<char> resume,
                  std::shared_ptr<FileStorage> storage) {
  serial_.post([self = shared_from_this(), key = std::move(key), old_key = std::move(old_key),
                resume = std::move(resume), storage = std::move(storage)]() mutable {
    if (self->closed_ || self->storage_) return;
    self->storage_ = std::move(storage);
    self->journaled_.resize(static_cast<std::size_t>(self->storage_->layout().piece_count()));
    self->unopened_ = Unopened{std::move(key), std::move(old_key), std::move(resume)};
    self->open_journal();
  });
}

void Ledger::open_journal() {
  auto const& [key, old_key, resume] = *unopened_;
  auto& state = *services_->state;
  try {
    // The resume file comes first: a journal is of use only with the metadata beside it.
    if (anew_ || key != old_key || !state.load_resume(key)) state.save_resume(key, resume);
    if (key != old_key) state.forget(old_key);
    journal_ = std::make_unique<Journal>(state.journal_path(key), anew_);
    unopened_.reset();
  } catch (Error const& error) {
    warn("Verified pieces can't be remembered", error);
  }
}

void Ledger::record(int piece, std::function<void()> then) {
  serial_.post([self = shared_from_this(), piece, then = std::move(then)] {
    self->write(piece);
    then();
  });
}

void Ledger::write(int piece) {
  auto const index = static_cast<std::size_t>(piece);
  if (index >= journaled_.size() || journaled_[index]) return;
  try {
    if (!journal_) {
      missed_.insert(piece);
      return;
    }
    journal_->append(piece, storage_->modified(piece));
    journaled_[index] = true;
    missed_.erase(piece);
  } catch (Error const& error) {
    missed_.insert(piece);
    warn("Verified pieces can't be remembered", error);
  }
}

void Ledger::discard(std::vector<int> pieces, std::function<void(std::string const&)> done) {
  serial_.post([self = shared_from_this(), pieces = std::move(pieces), done = std::move(done)] {
    if (self->closed_ || !self->storage_) return done("The torrent has ended.");
    try {
      // In this order: what the journal vouches for must be there, whenever the process or the power dies.
      auto const journaled = [&](int piece) -> std::vector<bool>::reference {
        return self->journaled_[static_cast<std::size_t>(piece)];
      };
      std::vector<int> erased;
      std::ranges::copy_if(pieces, std::back_inserter(erased), journaled);
      for (int const piece : erased) journaled(piece) = false;  // written again rather than once too seldom
      if (self->journal_ && !erased.empty()) self->journal_->erase(erased);
      for (int const piece : pieces) self->missed_.erase(piece);
      auto const failure = self->storage_->discard(pieces);
      done(failure ? disk_error(failure.code, self->storage_->path(failure.file)).what() : "");
    } catch (Error const& error) {
      done(error.what());
    }
  });
}

void Ledger::save(std::string key, std::vector<char> resume) {
  serial_.post([self = shared_from_this(), key = std::move(key), resume = std::move(resume)]() mutable {
    if (self->closed_) return;
    if (self->unopened_) self->unopened_->resume = resume;  // or an older one would come behind this
    self->unsaved_.emplace(std::move(key), std::move(resume));
    self->write_resume();
  });
}

void Ledger::write_resume() {
  try {
    services_->state->save_resume(unsaved_->first, unsaved_->second);
    unsaved_.reset();
  } catch (Error const& error) {
    warn("The torrent's state can't be saved", error);
  }
}

void Ledger::sync() {
  serial_.post([self = shared_from_this()] {
    if (self->closed_) return;
    auto const now = Clock::now();
    if (now - self->tried_ >= patience) {
      self->tried_ = now;
      self->try_again();
    }
    if (!self->journal_) return;
    auto const unsynced = self->storage_->unsynced_bytes();
    if (unsynced == 0 || (unsynced < (64 << 20) && now - self->synced_ < patience)) return;
    self->synced_ = now;
    try {
      if (!self->storage_->sync()) self->journal_->mark_synced();
    } catch (Error const& error) {
      self->warn("Verified pieces can't be remembered", error);
    }
  });
}

/// The state folder may have been full for a while.
void Ledger::try_again() {
  if (!unopened_ && !unsaved_ && missed_.empty()) return;
  if (unopened_) open_journal();
  if (unsaved_) write_resume();
  for (auto const missed = missed_; int const piece : missed) write(piece);
  if (unopened_ || unsaved_ || !missed_.empty() || !std::exchange(warned_, false)) return;
  services_->log(LogLevel::info, "The torrent's state can be saved again");
}

void Ledger::close(std::function<void()> then) {
  serial_.post([self = shared_from_this(), then = std::move(then)] {
    self->closed_ = true;
    self->journal_.reset();
    then();
  });
}

void Ledger::forget(std::string key, std::function<void()> then) {
  close([self = shared_from_this(), key = std::move(key), then = std::move(then)] {
    self->services_->state->forget(key);
    then();
  });
}

}  // namespace swarm
