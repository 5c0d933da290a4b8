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
    if (self->closed_ || self->journal_) return;
    self->storage_ = std::move(storage);
    auto& state = *self->services_->state;
    try {
      // The resume file comes first: a journal is of use only with the metadata beside it.
      if (self->anew_ || key != old_key || !state.load_resume(key)) state.save_resume(key, resume);
      if (key != old_key) state.forget(old_key);
      self->journal_ = std::make_unique<Journal>(state.journal_path(key), self->anew_);
    } catch (Error const& error) {
      self->warn("Verified pieces can't be remembered", error);
    }
    self->journaled_.resize(static_cast<std::size_t>(self->storage_->layout().piece_count()));
  });
}

void Ledger::record(int piece, std::function<void()> then) {
  serial_.post([self = shared_from_this(), piece, then = std::move(then)] {
    auto const index = static_cast<std::size_t>(piece);
    if (self->journal_ && index < self->journaled_.size() && !self->journaled_[index]) {
      try {
        self->journal_->append(piece, self->storage_->modified(piece));
        self->journaled_[index] = true;
      } catch (Error const& error) {
        self->warn("Verified pieces can't be remembered", error);
      }
    }
    then();
  });
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
      auto const failure = self->storage_->discard(pieces);
      done(failure ? disk_error(failure.code, self->storage_->path(failure.file)).what() : "");
    } catch (Error const& error) {
      done(error.what());
    }
  });
}

void Ledger::save(std::string key, std::vector<char> resume) {
  serial_.post([self = shared_from_this(), key = std::move(key), resume = std::move(resume)] {
    if (self->closed_) return;
    try {
      self->services_->state->save_resume(key, resume);
    } catch (Error const& error) {
      self->warn("The torrent's state can't be saved", error);
    }
  });
}

void Ledger::sync() {
  serial_.post([self = shared_from_this()] {
    if (!self->journal_) return;
    auto const unsynced = self->storage_->unsynced_bytes();
    auto const now = Clock::now();
    if (unsynced == 0 || (unsynced < (64 << 20) && now - self->synced_ < std::chrono::seconds(5))) return;
    self->synced_ = now;
    try {
      if (!self->storage_->sync()) self->journal_->mark_synced();
    } catch (Error const& error) {
      self->warn("Verified pieces can't be remembered", error);
    }
  });
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
