// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/torrent_reader.hpp"

#include "swarm/catalog.hpp"
#include "swarm/disk_error.hpp"
#include "swarm/error.hpp"
#include "swarm/live_torrent.hpp"
#include "swarm/storage.hpp"

#include <algorithm>

namespace swarm {
namespace {

constexpr int not_waiting = -1;
constexpr int for_anything = -2;
/// Demand is computed anew at the latest after so many bytes read in a row.
constexpr std::int64_t demand_step = 256 * 1024;
/// After a jump so many bytes, or two pieces, may be read early from trusted peers; less while few blocks proved right.
constexpr std::int64_t early_bytes = 2 * 1024 * 1024;
constexpr std::int64_t full_credit = 64;  // blocks
/// How many times the patience may last as long as blocks come, however few.
constexpr int most_renewals = 10;

std::string seconds(std::chrono::milliseconds time) {
  auto const tenths = (time.count() + 50) / 100;
  return std::to_string(tenths / 10) + (tenths % 10 ? "." + std::to_string(tenths % 10) : "") + " s";
}

}  // namespace

TorrentReader::TorrentReader(std::shared_ptr<LiveTorrent> torrent, FileChoice choice, ReaderOptions const& options)
    : torrent_(std::move(torrent)),
      choice_(std::move(choice)),
      options_(options),
      reading_(Readahead(std::max<std::int64_t>(options.read_ahead, block_bytes)), std::nullopt, -1) {
  // While the metadata are missing nobody can say what is wanted; most begin at the beginning.
  if (!torrent_->metadata()) reading_.lock()->readahead.seek(0, Clock::now());
}

TorrentReader::~TorrentReader() { torrent_->leave(*this); }

bool TorrentReader::bind() {
  if (file_ >= 0) return true;
  auto const metadata = torrent_->metadata();
  if (!metadata) return false;
  auto const file = choose_file(metadata->layout, choice_);
  size_ = metadata->layout.file(file).size;
  file_ = file;
  torrent_->demand_changed();
  return true;
}

// Trusted blocks are worth their risk where somebody waits after a jump, not where a reader is right behind a download.
Verify TorrentReader::verify_at(std::int64_t position) const {
  if (options_.verify != Verify::trusted) return options_.verify;
  auto const metadata = torrent_->metadata();
  if (caught_up_ || !metadata) return Verify::strict;
  auto const credit = torrent_->early_credit();
  auto const most =
      credit < full_credit ? credit * block_bytes : std::max(2 * metadata->layout.piece_length(), early_bytes);
  return position - jumped_to_ < most ? Verify::trusted : Verify::strict;
}

std::int64_t TorrentReader::readable_until(std::int64_t position, std::int64_t limit) {
  auto const end = torrent_->verified_until(file_, position, limit);
  if (end > position) {
    caught_up_ = true;
    return end;
  }
  auto const verify = verify_at(position);
  if (verify == Verify::strict) return end;
  int const piece = torrent_->metadata()->layout.piece_at(file_, position);
  // Noted before looking: a piece that fails from here on is noticed.
  early_.lock()->try_emplace(piece, false);
  auto const early_end = torrent_->early_until(file_, position, limit, verify);
  auto early = early_.lock();
  auto const noted = early->find(piece);
  if (noted == early->end()) return position;  // it failed, or passed, while we looked: look again
  if (early_end > position)
    noted->second = true;
  else if (!noted->second)
    early->erase(noted);
  return early_end;
}

// Who gets all bytes must be sure that none of them is wrong: the last ones wait for what was read early.
std::int64_t TorrentReader::held_back(std::int64_t position, std::int64_t until) {
  if (options_.verify == Verify::strict) return until;
  auto const end = reading_.lock()->end.value_or(size_);
  auto const last = position < end ? std::min(end, size_.load()) : size_.load();
  if (until < last || early_.lock()->empty()) return until;
  return std::max(position, last - block_bytes);
}

int TorrentReader::missing_at(std::int64_t position) {
  if (readable_until(position, position + 1) > position)
    if (auto early = early_.lock(); !early->empty()) return early->begin()->first;
  return torrent_->metadata()->layout.piece_at(file_, position);
}

TorrentReader::Attempt TorrentReader::attempt(std::span<std::byte> into) {
  if (cancelled_) return {Result{Outcome::cancelled}, true};
  torrent_->check();
  if (wrong_.exchange(false))
    throw Error(Errc::wrong_bytes, "Bytes that a peer sent, and that were read before they were verified, are wrong.",
                "Read them again: they are being fetched anew from another peer.");
  if (!bind()) {
    begin_waiting(for_anything);
    if (!bind()) return {};
  }
  auto const position = position_.load();
  auto const size = size_.load();
  if (position >= size || into.empty()) return {Result{Outcome::end}, true};
  auto const limit = std::min(size, position + static_cast<std::int64_t>(into.size()));
  auto end = held_back(position, readable_until(position, limit));
  if (end == position) {
    begin_waiting(missing_at(position));
    // The piece may have come between the two looks.
    end = held_back(position, readable_until(position, limit));
    if (end == position) return {std::nullopt, true};
  }
  end_waiting();

  auto const count = static_cast<std::size_t>(end - position);
  auto const storage = torrent_->storage();
  if (auto failure = storage->read_file(file_, position, {reinterpret_cast<char*>(into.data()), count})) {
    torrent_->check();
    auto const path = storage->path(failure.file);
    if (path.empty() && failure.code == Storage::too_short()) {  // given up in this very moment; it is fetched again
      begin_waiting(torrent_->metadata()->layout.piece_at(file_, position));
      return {std::nullopt, true};
    }
    if (failure.code == Storage::too_short())
      throw Error(Errc::damaged, "The downloaded file was changed or removed by somebody else (" + path + ").",
                  "Play it again later, or remove the torrent and add it again: then its files are looked at.");
    throw disk_error(failure.code, path);
  }
  bool tell = false;
  {
    auto reading = reading_.lock();
    auto const now = Clock::now();
    reading->readahead.read(position, static_cast<std::int64_t>(count), now);
    reading->readahead.read(end, 0, now);  // what comes next is hot from now on
    tell = reading->told < 0 || end < reading->told || end - reading->told >= demand_step;
    if (tell) reading->told = end;
  }
  position_ = end;
  if (tell) torrent_->demand_changed();
  return {Result{Outcome::bytes, count}, true};
}

Reader::Result TorrentReader::read(std::span<std::byte> into) {
  auto start = Clock::now();  // of the wait for metadata, then of that for bytes
  bool had_metadata = torrent_->metadata() != nullptr;
  failed_ = false;
  for (;;) {
    std::uint64_t seen = 0;
    {
      std::lock_guard lock(mutex_);
      seen = changes_;
    }
    Attempt tried;
    try {
      tried = attempt(into);
    } catch (...) {
      end_waiting();
      throw;
    }
    if (tried.result) {
      end_waiting();
      return *tried.result;
    }
    if (options_.fetch == Fetch::nothing) {
      end_waiting();
      throw Error(Errc::read_timeout, "These bytes are not here yet.", "Try again in a moment.");
    }
    if (tried.has_metadata && !std::exchange(had_metadata, true)) start = Clock::now();
    auto const patience = tried.has_metadata ? options_.piece_timeout : options_.metadata_timeout;
    {
      std::unique_lock lock(mutex_);
      auto const happened = [&] { return changes_ != seen; };
      if (patience.count() == 0) {
        changed_.wait(lock, happened);
        continue;
      }
      auto const deadline = [&] {
        return std::clamp(block_came_.load(), start, start + most_renewals * patience) + patience;
      };
      auto const until = deadline();
      if (changed_.wait_until(lock, until, happened) || deadline() > until) continue;
    }
    end_waiting();
    auto const advice = "Check that the torrent has seeders and that the network can be reached, or wait longer.";
    if (!tried.has_metadata)
      throw Error(Errc::metadata_timeout,
                  "Nobody sent the torrent's metadata within " + seconds(patience) + " (" + torrent_->plight() + ").",
                  advice);
    throw Error(Errc::read_timeout,
                "No peer sent the bytes needed within " + seconds(patience) + " (" + torrent_->plight() + ").", advice);
  }
}

Reader::Result TorrentReader::try_read(std::span<std::byte> into) {
  armed_ = true;  // before looking, so that nothing is missed
  auto tried = attempt(into);
  if (!tried.result) return {Outcome::again};
  armed_ = false;
  return *tried.result;
}

void TorrentReader::on_wake(std::function<void()> wake) {
  std::lock_guard lock(wake_mutex_);
  wake_ = std::move(wake);
}

void TorrentReader::seek(std::int64_t position) {
  if (position == position_) return;
  position_ = position;
  jumped_to_ = position;
  caught_up_ = false;
  end_waiting();
  {
    auto reading = reading_.lock();
    reading->readahead.seek(position, Clock::now());
    reading->told = position;
  }
  torrent_->demand_changed();
}

void TorrentReader::set_end(std::optional<std::int64_t> end) {
  reading_.lock()->end = end;
  torrent_->demand_changed();
}

std::optional<std::int64_t> TorrentReader::size() const {
  if (size_ >= 0) return size_.load();
  if (auto const index = file()) return torrent_->metadata()->layout.file(*index).size;
  return std::nullopt;
}

std::optional<int> TorrentReader::file() const {
  if (file_ >= 0) return file_.load();
  auto const metadata = torrent_->metadata();
  return metadata ? find_file(metadata->layout, choice_) : std::nullopt;  // read() says why not
}

std::vector<ByteRange> TorrentReader::available() const {
  auto const index = file();
  return index ? torrent_->available(*index) : std::vector<ByteRange>{};
}

void TorrentReader::cancel() {
  cancelled_ = true;
  wake();
}

void TorrentReader::uncancel() { cancelled_ = false; }

void TorrentReader::begin_waiting(int piece) {
  if (waiting_piece_.exchange(piece) == piece) {
    // What came may have to wait for the rest of its piece: then all of that is urgent.
    if (piece >= 0 && torrent_->withheld(file_, position_, verify_at(position_))) torrent_->demand_changed();
    return;
  }
  waiting_since_ = Clock::now();
  if (piece >= 0) {
    auto reading = reading_.lock();
    reading->readahead.read(position_, block_bytes, Clock::now());
    reading->told = position_;
  }
  torrent_->demand_changed();
}

void TorrentReader::end_waiting() { waiting_piece_ = not_waiting; }

void TorrentReader::wake() {
  {
    std::lock_guard lock(mutex_);
    ++changes_;
  }
  changed_.notify_all();
  if (!armed_.exchange(false)) return;
  std::lock_guard lock(wake_mutex_);
  if (wake_) wake_();
}

void TorrentReader::on_block(int piece) {
  if (waiting_piece_ != piece) return;
  if (!failed_) block_came_ = Clock::now();
  if (options_.verify != Verify::strict) wake();
}

void TorrentReader::on_verified(int piece) {
  bool last = false;  // of those that the end waits for
  if (options_.verify != Verify::strict) {
    auto early = early_.lock();
    last = early->erase(piece) > 0 && early->empty();
  }
  if (last || waiting_piece_ == piece) wake();
}

void TorrentReader::on_failed(int piece) {
  if (waiting_piece_ == piece) failed_ = true;
  if (options_.verify == Verify::strict) return;
  {
    auto early = early_.lock();
    auto const noted = early->find(piece);
    if (noted == early->end()) return;
    if (noted->second) wrong_ = true;
    early->erase(noted);
  }
  wake();
}

std::optional<ReaderWants> TorrentReader::wants(double trusted_share) const {
  // Not waiting for the consumer's next call: with the metadata just there, every moment counts.
  auto const index = file();
  auto const length = size();
  if (!index || !length || options_.fetch == Fetch::nothing) return std::nullopt;
  ReaderWants wants;
  wants.file = *index;
  wants.last = options_.fetch == Fetch::last;
  // Once: the consumer reads on meanwhile, to the end perhaps, where no piece is.
  auto const position = position_.load();
  int const waiting = waiting_piece_;
  wants.waiting = waiting >= 0;
  auto const verify = verify_at(position);
  auto const& layout = torrent_->metadata()->layout;
  wants.trusted = verify == Verify::trusted;
  // A few trusted peers would take longer for a part of a small piece than all peers for all of it.
  bool const few = wants.trusted && trusted_share * static_cast<double>(default_hot_bytes + layout.piece_length()) <
                                        static_cast<double>(default_hot_bytes);
  wants.by_block =
      verify != Verify::strict && !few && position < *length && !torrent_->withheld(*index, position, verify);
  {
    auto reading = reading_.lock();
    auto const now = Clock::now();
    wants.windows = reading->readahead.windows(*length, reading->end, now);
    wants.searching = reading->readahead.searching(now);
  }
  // Held back by pieces that were read early: it may be elsewhere by now, and they may have been given up.
  if (wants.waiting && position < *length && waiting != layout.piece_at(*index, position)) {
    auto early = early_.lock();
    for (auto const& [piece, read] : *early) {
      auto const bytes = layout.bytes_of(*index, {piece, piece + 1});
      wants.windows.push_back({bytes.begin, bytes.end, true});
    }
  }
  return wants;
}

std::chrono::milliseconds TorrentReader::waiting_for() const {
  if (waiting_piece_ == not_waiting) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - waiting_since_.load());
}

}  // namespace swarm
