// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/house.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace soak {
namespace {

using namespace std::chrono_literals;
using bench::Clock;

int upto(std::mt19937_64& random, int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); }

}  // namespace

House::House(std::unique_ptr<Way> way, int viewers, unsigned seed, std::chrono::seconds patience)
    : way_(std::move(way)), patience_(patience) {
  for (int n = 0; n < viewers; ++n)
    viewers_.emplace_back(
        [this, seed, n, &read = reads_.emplace_back()] { live(seed + static_cast<unsigned>(n), read); });
}

House::~House() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  for (auto& viewer : viewers_) viewer.join();
}

void House::show(Film const& film) {
  auto made = std::make_shared<Shelved>();
  made->film = film;
  std::lock_guard lock(mutex_);
  auto& place = films_[film.slot];
  if (place) {
    place->retired = true;
    retired_.push_back(place);
  }
  place = std::move(made);
  changed_.notify_all();
}

void House::tidy() {
  tell_long_reads();
  std::vector<std::shared_ptr<Shelved>> retired;
  {
    std::lock_guard lock(mutex_);
    retired.swap(retired_);
  }
  for (auto& shelved : retired) {
    std::unique_lock const alone(shelved->viewed, std::try_to_lock);
    if (!alone) {
      std::lock_guard lock(mutex_);
      retired_.push_back(shelved);
      continue;
    }
    try {
      way_->forget(shelved->film);
    } catch (std::exception const& error) {
      failed(shelved->film, "forgetting it", error.what());
    }
  }
}

void House::empty() {
  std::unique_lock lock(mutex_);
  open_ = false;
  changed_.wait(lock, [this] { return viewing_ == 0; });
  auto films = films_;
  lock.unlock();
  tidy();
  for (auto const& [slot, shelved] : films) {
    try {
      way_->forget(shelved->film);
    } catch (std::exception const& error) {
      failed(shelved->film, "forgetting it", error.what());
    }
  }
}

void House::fill() {
  std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

std::vector<std::string> House::failures() const {
  std::lock_guard lock(mutex_);
  return failures_;
}

House::Longest House::longest() const {
  std::lock_guard lock(mutex_);
  return longest_;
}

void House::live(unsigned seed, Read& read) {
  std::mt19937_64 random(seed);
  for (;;) {
    std::shared_ptr<Shelved> shelved;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return quit_ || (open_ && !films_.empty()); });
      if (quit_) return;
      shelved = std::next(films_.begin(), upto(random, static_cast<int>(films_.size())))->second;
      ++viewing_;
    }
    view(*shelved, random, read);
    std::lock_guard lock(mutex_);
    read = {};
    --viewing_;
    changed_.notify_all();
  }
}

void House::view(Shelved& shelved, std::mt19937_64& random, Read& read) {
  auto& story = read.story;  // written by this thread only
  try {
    if (int const what = upto(random, 12); what < 2) {
      std::unique_lock const alone(shelved.viewed, std::try_to_lock);
      if (!alone || shelved.retired) return;
      return what == 0 ? way_->forget(shelved.film) : way_->rest(shelved.film);
    }
    std::shared_lock const together(shelved.viewed);
    if (shelved.retired) return;
    auto const number = static_cast<std::size_t>(upto(random, static_cast<int>(shelved.film.files.size())));
    auto const modes = way_->modes();
    auto const verify = modes[static_cast<std::size_t>(upto(random, static_cast<int>(modes.size())))];
    bool const early = verify != swarm::Verify::strict;
    tell(story, "open file " + std::to_string(shelved.film.files[number]) + (early ? "" : ", strict"));
    auto const player = way_->open(shelved.film, shelved.film.files[number], verify, patience_);
    watch(*player, shelved, number, early, random, read);
    ++viewings_;
  } catch (std::exception const& error) {
    failed(shelved.film, story, error.what());
  }
}

void House::watch(bench::Player& player, Shelved& shelved, std::size_t number, bool early, std::mt19937_64& random,
                  Read& read) {
  auto const& film = shelved.film;
  support::Payload const payload(film.seed + number);
  auto const anywhere = [&] { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(film.size)); };
  std::int64_t position = upto(random, 2) ? 0 : anywhere();
  player.seek(position);
  for (int step = 1 + upto(random, 8); step > 0 && !ending_; --step) {
    switch (upto(random, 6)) {
      case 0:
        player.seek(position = anywhere());
        break;
      case 1:
        player.seek(position = std::max<std::int64_t>(film.size - upto(random, 1 << 20), 0));
        break;
      case 2:
        tell(read.story, ", pause");
        std::this_thread::sleep_for(std::chrono::milliseconds(upto(random, upto(random, 10) ? 300 : 3000)));
        break;
      default:
        break;
    }
    auto const size = std::min<std::int64_t>(16 * bench::KiB << upto(random, 8), film.size - position);
    if (size == 0) continue;
    tell(read.story, ", " + std::to_string(size) + " bytes at " + std::to_string(position));
    auto const asked = Clock::now();
    {
      std::lock_guard lock(mutex_);
      read.shelved = &shelved;
      read.asked = asked;
      read.told = false;
    }
    try {
      bench::read_checked(player, payload, position, size);
    } catch (std::exception const& failure) {
      if (!early || !film.lies) throw;
      if (dynamic_cast<bench::WrongByte const*>(&failure))
        wait_for_word(player, film.size);
      else if (!way_->says_wrong(failure))
        throw;
      ++spoiled_;
      return;
    }
    auto const took = bench::seconds_since(asked);
    position += size;
    bytes_ += size;
    std::lock_guard lock(mutex_);
    read.shelved = nullptr;
    if (took > longest_.seconds) longest_ = {took, read.story + " of " + film.description};
  }
}

void House::wait_for_word(bench::Player& player, std::int64_t left) const {
  std::vector<std::byte> buffer(64 * bench::KiB);
  try {
    while (left > 0) left -= static_cast<std::int64_t>(player.read(buffer));
  } catch (std::exception const& failure) {
    if (way_->says_wrong(failure)) return;
    throw;
  }
  throw std::runtime_error("wrong bytes, and nobody said so");
}

void House::tell(std::string& story, std::string const& more) {
  std::lock_guard lock(mutex_);
  story += more;
}

void House::tell_long_reads() {
  std::vector<std::pair<std::shared_ptr<Shelved>, std::string>> late;
  {
    std::lock_guard lock(mutex_);
    for (auto& read : reads_) {
      if (!read.shelved || read.told || Clock::now() - read.asked < patience_ / 3) continue;
      read.told = true;
      late.emplace_back(read.shelved->shared_from_this(), read.story);
    }
  }
  for (auto const& [shelved, story] : late)
    std::printf("  %s: a long read: %s\n    %s\n    %s\n", way_->name().c_str(), story.c_str(),
                shelved->film.description.c_str(), way_->state(shelved->film).c_str());
}

void House::failed(Film const& film, std::string const& story, std::string const& why) {
  if (ending_) return;
  std::string state;
  try {
    state = way_->state(film);
  } catch (std::exception const& error) {
    state = error.what();
  }
  std::lock_guard lock(mutex_);
  failures_.push_back(way_->name() + ": " + why + "\n  " + story + "\n  " + film.description + " " + film.magnet +
                      "\n  " + state);
}

}  // namespace soak
