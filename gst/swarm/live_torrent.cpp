// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/live_torrent.hpp"

#include "swarm/catalog.hpp"
#include "swarm/demand.hpp"
#include "swarm/disk_error.hpp"
#include "swarm/file_storage.hpp"
#include "swarm/lt_settings.hpp"
#include "swarm/metadata.hpp"
#include "swarm/ram_budget.hpp"
#include "swarm/torrent_reader.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/announce_entry.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>

namespace swarm {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// What a new reader may hope to be over.
bool may_pass(Errc code) { return code == Errc::no_space || code == Errc::permission || code == Errc::disk; }

std::string new_token() {
  static std::atomic<std::uint64_t> next = 0;
  return "/torrent-" + std::to_string(next++);  // absolute, or libtorrent would make it so
}

/// Pieces of nothing but zeros: libtorrent takes them for there, and tells nobody.
void mark_padding(Layout const& layout, File const& file, std::vector<bool>& verified) {
  auto const length = layout.piece_length();
  auto const first = (file.offset + length - 1) / length;
  auto const last =
      file.offset + file.size == layout.total_size() ? layout.piece_count() : (file.offset + file.size) / length;
  for (auto piece = first; piece < last; ++piece) verified[static_cast<std::size_t>(piece)] = true;
}

std::optional<int> resolve(Metadata const& metadata, std::optional<FileChoice> const& choice) {
  return choice ? find_file(metadata.layout, *choice) : std::nullopt;  // a reader that asks for it hears why not
}

}  // namespace

LiveTorrent::LiveTorrent(std::shared_ptr<Services> services, Known known)
    : services_(std::move(services)),
      token_(new_token()),
      info_(std::move(known.info)),
      created_(Clock::now()),
      known_info_(info_ != nullptr),
      known_verified_(std::move(known.verified)),
      ram_budget_(known.ram_budget),
      ledger_(in_ram() ? nullptr : std::make_shared<Ledger>(services_, known_verified_, known.journal_anew)),
      last_used_(created_),
      fetcher_(std::make_shared<Fetcher>(services_->network, early_)) {
  auto state = state_.lock();
  state->disk_tried = created_;
  state->hash = known.hash;
  state->name = std::move(known.name);
  state->remembered = std::move(known.remembered);
  state->rest = known.rest;
  state->paused = state->remembered.paused || state->rest != Rest::none;
}

LiveTorrent::~LiveTorrent() = default;

// ---- what it knows ----

InfoHash LiveTorrent::hash() const { return state_.lock()->hash; }
std::shared_ptr<LiveTorrent> LiveTorrent::me() { return std::static_pointer_cast<LiveTorrent>(shared_from_this()); }

std::string LiveTorrent::key() const { return state_.lock()->hash.key(); }
std::string LiveTorrent::name() const {
  auto state = state_.lock();
  return state->name.empty() ? state->hash.key() : state->name;
}
std::shared_ptr<Metadata const> LiveTorrent::metadata() const { return state_.lock()->metadata; }
std::shared_ptr<Storage> LiveTorrent::storage() const { return state_.lock()->storage; }
std::string LiveTorrent::save_path() const { return state_.lock()->remembered.save_path; }

void LiveTorrent::check() const {
  auto state = state_.lock();
  if (state->failure) throw Error(*state->failure);
}

std::vector<ByteRange> LiveTorrent::available(int file) const {
  auto state = state_.lock();
  if (!state->metadata) return {};
  auto const& layout = state->metadata->layout;
  if (file < 0 || file >= layout.file_count())
    throw Error(Errc::not_found, "The torrent has no file " + std::to_string(file) + '.');
  return ranges_held(layout, file, [&](int p) { return state->verified[static_cast<std::size_t>(p)]; });
}

std::int64_t LiveTorrent::downloaded(int file) const {
  std::int64_t sum = 0;
  for (auto const& range : available(file)) sum += range.size();
  return sum;
}

std::string LiveTorrent::path_on_disk(int file) const {
  auto const storage = this->storage();
  return storage ? storage->path(file) : std::string();
}

std::int64_t LiveTorrent::verified_until(int file, std::int64_t position, std::int64_t limit) const {
  auto state = state_.lock();
  if (!state->metadata) return position;
  auto const& layout = state->metadata->layout;
  while (position < limit) {
    int const piece = layout.piece_at(file, position);
    if (!state->verified[static_cast<std::size_t>(piece)]) break;
    position = std::min(limit, layout.bytes_of(file, {piece, piece + 1}).end);
  }
  return position;
}

std::int64_t LiveTorrent::early_until(int file, std::int64_t position, std::int64_t limit, Verify verify) const {
  auto const metadata = this->metadata();
  if (!metadata) return position;
  auto const& layout = metadata->layout;
  int const piece = layout.piece_at(file, position);
  limit = std::min(limit, layout.bytes_of(file, {piece, piece + 1}).end);
  auto const piece_start = piece * layout.piece_length() - layout.file(file).offset;  // in the file
  while (position < limit) {
    auto const block = static_cast<int>((position - piece_start) / block_bytes);
    if (!early_->readable(piece, block, verify)) break;
    position = std::min(limit, piece_start + (block + std::int64_t{1}) * block_bytes);
  }
  return position;
}

bool LiveTorrent::withheld(int file, std::int64_t position, Verify verify) const {
  auto const metadata = this->metadata();
  if (!metadata) return false;
  auto const& layout = metadata->layout;
  int const piece = layout.piece_at(file, position);
  auto const in_piece = layout.file(file).offset + position - piece * layout.piece_length();
  return early_->withheld(piece, static_cast<int>(in_piece / block_bytes), verify);
}

// ---- readers and what they want ----

std::unique_ptr<Reader> LiveTorrent::open(FileChoice const& choice, ReaderOptions const& options) {
  if (options.fetch == Fetch::nothing) {
    auto reader = std::make_unique<TorrentReader>(me(), choice, options);
    readers_.lock()->push_back(reader.get());
    return reader;
  }
  bool again = false, whole = false;
  {
    auto state = state_.lock();
    if (state->failure && may_pass(state->failure->code())) {
      state->failure.reset();
      state->disk_tried = Clock::now();
      ++state->status.retries;
      again = true;
    }
    // What is here needs no network, which would tell the world that it is being watched.
    whole = !in_ram() && state->metadata && is_whole(state->metadata->layout, choice, state->verified);
    again = whole ? again && !state->paused : again || state->paused;
  }
  if (again) {
    start_again();
    services_->network->post([fetcher = fetcher_] { fetcher->get_in_step(); });
    alone_since_ = never;
    watches_.notify();
  }
  if (!whole) end_pause();
  auto reader = std::make_unique<TorrentReader>(me(), choice, options);
  readers_.lock()->push_back(reader.get());
  // Until now it was nobody's, and may have been evicted.
  bool gone = false;
  {
    auto state = state_.lock();
    gone = state->paused && !(state->metadata && is_whole(state->metadata->layout, choice, state->verified));
  }
  if (gone) end_pause();
  demand_changed();
  on_network([self = me()](lt::torrent_handle const& handle) {
    if (self->fetcher_->alone() && self->has_networking()) self->call_peers(handle, most_failures);
  });
  return reader;
}

void LiveTorrent::start_again() {
  on_network([self = me()](lt::torrent_handle const& handle) {
    handle.clear_error();
    handle.unset_flags(lt::torrent_flags::upload_mode);
    if (self->has_networking()) handle.resume();
    if (auto const again = std::exchange(self->try_disk_again_, nullptr)) again();
  });
}

void LiveTorrent::leave(TorrentReader const& reader) {
  last_used_ = Clock::now();
  {
    auto readers = readers_.lock();
    std::erase(*readers, &reader);
  }
  demand_changed();
}

int LiveTorrent::readers() const { return static_cast<int>(readers_.lock()->size()); }
Clock::time_point LiveTorrent::last_used() const { return last_used_; }
Torrent::Watch LiveTorrent::watch(std::function<void()> changed) { return watches_.add(std::move(changed)); }

void LiveTorrent::wake_readers() {
  // The lock is held, so that none of them goes away meanwhile; they don't call back (reader.hpp).
  auto readers = readers_.lock();
  for (auto* reader : *readers) reader->wake();
}

void LiveTorrent::set_keep(std::optional<FileChoice> choice) {
  {
    auto state = state_.lock();
    if (state->remembered.keep == choice) return;
    state->remembered.keep = std::move(choice);
    if (state->metadata) state->keep_file = resolve(*state->metadata, state->remembered.keep);
  }
  save_soon();
  demand_changed();
}

std::optional<FileChoice> LiveTorrent::keep() const { return state_.lock()->remembered.keep; }

// ---- networking ----

void LiveTorrent::on_network(std::function<void(lt::torrent_handle const&)> job) {
  services_->network->post([self = me(), job = std::move(job)] {
    if (auto const* handle = self->handle()) job(*handle);
  });
}

void LiveTorrent::look_for_peers() {
  ++state_.lock()->status.retries;
  on_network([](lt::torrent_handle const& handle) {
    handle.force_reannounce(0, -1, lt::torrent_handle::ignore_min_interval);
    handle.force_dht_announce();
  });
}

void LiveTorrent::set_limits(int download, int upload) {
  {
    auto state = state_.lock();
    state->status.download_limit = download;
    state->status.upload_limit = upload;
  }
  apply_limits();
  save_soon();
}

void LiveTorrent::apply_limits() {
  on_network([self = me()](lt::torrent_handle const& handle) {
    auto const status = self->state_.lock()->status;
    handle.set_download_limit(status.download_limit);
    handle.set_upload_limit(status.upload_limit);
  });
}

void LiveTorrent::on_added(lt::torrent_handle const& handle) {
  handle_ = std::make_unique<lt::torrent_handle>(handle);
  handle_id_ = handle.id();
  passed_.clear();
  apply_limits();  // they may have been set while it was not there
  if (!info_) go();
}

lt::torrent_handle const* LiveTorrent::handle() const {
  return handle_ && !removed_ && handle_->is_valid() ? handle_.get() : nullptr;
}

void LiveTorrent::on_checked() {
  std::vector<bool> verified;
  std::shared_ptr<Metadata const> metadata;
  {
    auto state = state_.lock();
    verified = state->verified;
    metadata = state->metadata;
  }
  for (int const piece : evicted_) verified[static_cast<std::size_t>(piece)] = true;  // libtorrent takes none of them
  auto const* handle = this->handle();
  if (!handle || !metadata) return;
  for (int const piece : passed_) verified[static_cast<std::size_t>(piece)] = true;
  passed_.clear();
  fetcher_->start(*handle, metadata->layout, verified, [weak = std::weak_ptr(me())](auto const& banned) {
    if (auto torrent = weak.lock()) torrent->reconnect(banned);
  });
  apply_demand();
  go();
}

bool LiveTorrent::is(lt::torrent_handle const& handle) const { return handle_id_ != 0 && handle_id_ == handle.id(); }

bool LiveTorrent::phase(std::optional<milliseconds> Phases::*which) {
  auto state = state_.lock();
  auto& phase = state->status.phases.*which;
  if (phase) return false;
  phase = std::chrono::duration_cast<milliseconds>(Clock::now() - created_);
  return true;
}

void LiveTorrent::on_block() {
  if (seen_block_) return;
  seen_block_ = true;
  phase(&Phases::first_block);
  figures_due_ = true;
}

// ---- metadata, storage, verified pieces ----

std::shared_ptr<Storage> LiveTorrent::make_storage() {
  if (auto storage = this->storage()) return storage;  // it has been in libtorrent before
  auto const old_key = key();
  try {
    // On the network thread a call that returns a value is no round trip. It comes here before any alert does, and for
    // a torrent whose metadata were known before there is a handle.
    bool const from_swarm = !info_;
    if (from_swarm && handle_) info_ = handle_->torrent_file();
    auto const info = info_;
    if (!info) throw Error(Errc::bad_metadata, "The torrent's metadata can't be read.");
    auto const metadata = make_metadata(*info);
    auto const key = metadata->hash.key();
    std::shared_ptr<FileStorage> files;
    if (in_ram())
      ram_ = std::make_shared<RamStorage>(metadata->layout);
    else
      files = std::make_shared<FileStorage>(save_path() + '/' + key, metadata->layout);
    auto storage = files ? std::static_pointer_cast<Storage>(files) : ram_;
    Remembered remembered;
    {
      auto state = state_.lock();
      state->hash = metadata->hash;
      state->name = metadata->name;
      state->storage = storage;
      state->verified.assign(static_cast<std::size_t>(metadata->layout.piece_count()), false);
      std::copy(known_verified_.begin(), known_verified_.end(), state->verified.begin());
      for (auto const& file : metadata->layout.files())
        if (file.padding) mark_padding(metadata->layout, file, state->verified);
      state->verified_count = static_cast<int>(std::count(state->verified.begin(), state->verified.end(), true));
      state->keep_file = resolve(*metadata, state->remembered.keep);
      state->metadata = metadata;
      state->info = info;
      remembered = state->remembered;
      if (metadata->is_private)
        std::erase_if(state->status.trackers, [&](auto const& tracker) {
          return std::find(remembered.trackers.begin(), remembered.trackers.end(), tracker.url) ==
                 remembered.trackers.end();
        });
    }
    phase(&Phases::metadata);
    if (metadata->is_private && from_swarm) {
      // libtorrent sees by itself to the DHT and LSD, but goes on with PEX where it has begun.
      handle_->set_flags(lt::torrent_flags::disable_pex);
      std::vector<lt::announce_entry> trackers(remembered.trackers.begin(), remembered.trackers.end());
      if (handle_->trackers().size() != trackers.size()) handle_->replace_trackers(trackers);  // without injected ones
    }
    lt::add_torrent_params params;
    params.ti = std::const_pointer_cast<lt::torrent_info>(info);
    params.info_hashes = info->info_hashes();
    params.name = info->name();
    params.trackers = remembered.trackers;
    if (ledger_) ledger_->open(key, old_key, write_resume(params, remembered), files);
    services_->log(LogLevel::info,
                   "Torrent ready: " + metadata->name + ", files: " + std::to_string(metadata->layout.file_count()));
    // Queued here, so that it runs before libtorrent is done with checking files: else it would ask for any piece.
    services_->network->post([self = me()] { self->apply_demand(); });
    wake_readers();
    watches_.notify();
    return storage;
  } catch (Error const& error) {
    fail(error);
  } catch (std::exception const& error) {
    fail(Error(Errc::bad_metadata, std::string("The torrent's metadata can't be used: ") + error.what()));
  }
  return nullptr;
}

void LiveTorrent::on_piece_verified(int piece) {
  // A peer that sends right hashes twice between a failure and its clearing makes libtorrent take that piece for whole
  // (2.0.8: torrent::add_hashes).
  if (starting_over_) return;
  fetcher_->on_verified(piece);
  if (!fetcher_->started()) passed_.insert(piece);
  // At its start libtorrent tells of all pieces that it was given as there. Most are no news, and some may have been
  // given up since.
  if (!handle_ || evicted_.contains(piece)) return;
  {
    auto state = state_.lock();
    if (state->verified[static_cast<std::size_t>(piece)] || !state->recorded.insert(piece).second) return;
  }
  if (!ledger_) return mark_verified(piece);
  // First the journal, then the world: what anybody saw as verified survives the process.
  ledger_->record(piece, [self = me(), piece] { self->mark_verified(piece); });
}

void LiveTorrent::on_block_stored(int piece, int start) {
  early_->stored(piece, start / block_bytes);
  auto readers = readers_.lock();
  for (auto* reader : *readers) reader->on_block(piece);
}

void LiveTorrent::on_piece_failed(int piece) {
  fetcher_->on_failed(piece);
  {
    auto readers = readers_.lock();
    for (auto* reader : *readers) reader->on_failed(piece);
  }
  services_->log(LogLevel::warning,
                 name() + ": piece " + std::to_string(piece) + " came with wrong bytes, it is fetched again");
  // libtorrent now asks peers for the hashes of the piece's blocks, and writes where it must not when one rejects that
  // (2.0.8 to 2.0.13: hash_picker::hashes_rejected). It must have forgotten the question by then.
  if (v2_alone() && !std::exchange(starting_over_, true))
    services_->network->post([self = me()] {
      self->starting_over_ = false;
      self->start_over();
    });
}

void LiveTorrent::mark_verified(int piece) {
  bool changed = false;
  {
    auto state = state_.lock();
    auto const index = static_cast<std::size_t>(piece);
    if (state->recorded.erase(piece) == 0 || state->verified[index]) return;  // it was given up meanwhile
    state->verified[index] = true;
    ++state->verified_count;
    changed = state->verified_count == state->metadata->layout.piece_count();
  }
  early_->forget(piece);
  if (phase(&Phases::first_piece)) log_start();
  {
    auto readers = readers_.lock();
    for (auto* reader : *readers) reader->on_verified(piece);
  }
  demand_changed();
  if (changed) watches_.notify();
}

void LiveTorrent::sync_to_disk() {
  if (ledger_) ledger_->sync();
  if (unsaved_) save_soon();  // it was not in libtorrent, which has to be asked
}

// ---- failure and end ----

void LiveTorrent::fail(Error const& error, std::optional<Clock::time_point> disk_tried) {
  {
    auto state = state_.lock();
    if (disk_tried && *disk_tried < state->disk_tried) return;
    // The first failure explains the others; but an end is an end.
    if (state->failure && error.code() != Errc::removed && error.code() != Errc::stopped) return;
    state->failure = error;
  }
  if (error.code() != Errc::removed && error.code() != Errc::stopped)
    services_->log(LogLevel::error, name() + ": " + error.what());
  wake_readers();
  watches_.notify();
}

void LiveTorrent::on_disk_failure(Error const& error, Clock::time_point when, std::function<void()> again) {
  if (again && when < state_.lock()->disk_tried) return again();  // word of it comes after the reader that forgave it
  if (again) try_disk_again_ = std::move(again);
  fail(error, when);
}

void LiveTorrent::on_disk_recovered() {
  {
    auto state = state_.lock();
    if (!state->failure || !may_pass(state->failure->code())) return;
    state->failure.reset();
  }
  services_->log(LogLevel::info, name() + ": the disk takes writes again");
  demand_changed();
  watches_.notify();
}

void LiveTorrent::remove(Removal how, std::function<void(std::string const&)> done) {
  {
    auto leaving = leaving_.lock();
    if (leaving->begun) return;
    *leaving = {true, how, std::move(done)};
  }
  fail(Error(Errc::removed, "The torrent was removed."));
  auto const posted = services_->network->post([self = me()] {
    self->removed_ = true;
    self->fetcher_->stop();
    bool const has_slot = self->storage() != nullptr;
    if (self->handle_) self->services_->drop(*self->handle_);
    if (!has_slot) self->finish_removal();
  });
  if (!posted) {
    removed_ = true;
    finish_removal();
  }
}

void LiveTorrent::on_storage_released() {
  if (removed_) finish_removal();
}

void LiveTorrent::finish_removal() {
  auto const how = leaving_.lock()->how;
  auto const finish = [self = me(), how] {
    auto const leaving = std::exchange(*self->leaving_.lock(), {true, how, nullptr});
    if (!leaving.done) return;  // once
    std::string failed;
    auto const storage = self->storage();
    if (how == Removal::with_files && storage)
      if (auto failure = storage->remove_files()) failed = disk_error(failure.code, storage->path(failure.file)).what();
    leaving.done(failed);
  };
  if (!ledger_)
    finish();
  else if (how == Removal::asleep)
    ledger_->close(finish);
  else
    ledger_->forget(key(), finish);
}

std::shared_ptr<Torrent> LiveTorrent::held() {
  ++holders_;
  std::shared_ptr<void> const hold(nullptr, [self = me()](void*) { --self->holders_; });
  return {hold, this};
}

bool LiveTorrent::may_sleep() {
  bool asked = false;
  {
    auto state = state_.lock();
    if (!state->paused || !state->metadata || state->failure || in_ram()) return false;
    asked = std::exchange(state->drowsy, true);
  }
  if (!asked) save_soon();
  return asked && !unsaved_ && !saving_ && readers() == 0;
}

void LiveTorrent::save_soon() {
  unsaved_ = true;
  on_network([self = me()](lt::torrent_handle const& handle) {
    if (self->info_)
      handle.save_resume_data(lt::torrent_handle::save_info_dict);
    else
      self->save(self->known_of_magnet(handle));
  });
}

// libtorrent saves nothing before it has the metadata.
lt::add_torrent_params LiveTorrent::known_of_magnet(lt::torrent_handle const& handle) const {
  lt::add_torrent_params params;
  params.info_hashes = handle.info_hashes();
  auto const url_seeds = handle.url_seeds(), http_seeds = handle.http_seeds();
  params.url_seeds.assign(url_seeds.begin(), url_seeds.end());
  params.http_seeds.assign(http_seeds.begin(), http_seeds.end());
  auto state = state_.lock();
  params.name = state->name;
  params.trackers = state->remembered.trackers;
  params.download_limit = state->status.download_limit;
  params.upload_limit = state->status.upload_limit;
  return params;
}

void LiveTorrent::save(lt::add_torrent_params const& params) {
  saving_ = true;
  unsaved_ = false;
  if (!ledger_) return;
  Remembered remembered;
  auto all = params;
  {
    auto state = state_.lock();
    remembered = state->remembered;
    all.url_seeds.insert(all.url_seeds.end(), state->parked.url.begin(), state->parked.url.end());
    all.http_seeds.insert(all.http_seeds.end(), state->parked.http.begin(), state->parked.http.end());
  }
  ledger_->save(key(), write_resume(all, remembered));
  saving_ = false;
}

}  // namespace swarm
