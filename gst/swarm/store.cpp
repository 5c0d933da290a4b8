// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/store.hpp"

#include "swarm/disk_error.hpp"
#include "swarm/network.hpp"
#include "swarm/storage.hpp"
#include "swarm/workers.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/io_context.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/performance_counters.hpp>
#include <libtorrent/storage_defs.hpp>

#include <atomic>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

namespace swarm {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

lt::storage_error to_lt(Storage::Failure const& failure, lt::operation_t operation) {
  lt::storage_error error;
  if (!failure) return error;
  // "not downloaded" has a code of its own in libtorrent, which it doesn't take for a broken disk
  error.ec = failure.code == Storage::too_short()
                 ? lt::error_code(lt::errors::file_too_short)
                 : lt::error_code(failure.code.value(), boost::system::generic_category());
  error.file(lt::file_index_t(failure.file));
  error.operation = operation;
  return error;
}

lt::storage_error aborted() {
  lt::storage_error error;
  error.ec = asio::error::operation_aborted;
  error.operation = lt::operation_t::unknown;
  return error;
}

using Block = std::shared_ptr<std::vector<char>>;

/// One torrent in the Store. The network thread makes it, jobs share it.
struct Slot {
  lt::file_storage const* files = nullptr;  // libtorrent's; network thread only
  std::shared_ptr<Storage> storage;         // null: can't be stored
  std::shared_ptr<StorageOwner> owner;      // set once, before any job
  std::weak_ptr<Slot> before;               // of the same owner, which has left libtorrent and come back

  struct Refused {  // a block that the disk did not take
    lt::peer_request where;
    Block block;
    std::function<void(lt::storage_error const&)> handler;
  };
  struct Piece {
    std::map<int, Block> blocks;               // by start; not written yet
    std::vector<std::function<void()>> after;  // jobs that need all of them written
  };
  struct State {
    std::map<int, Piece> pieces;
    int jobs = 0;
    std::vector<std::function<void()>> idle;  // run when the last job is done
    std::vector<Refused> refused;
    bool failing = false;  // the owner was told of a failure
    bool stopped = false;  // nothing is tried again, until libtorrent writes again
  };
  Guarded<State> state;

  void begin() { ++state.lock()->jobs; }
  void end() {
    std::vector<std::function<void()>> idle;
    {
      auto s = state.lock();
      if (--s->jobs == 0) idle.swap(s->idle);
    }
    for (auto& f : idle) f();
  }
  void when_idle(std::function<void()> f) {
    {
      auto s = state.lock();
      if (s->jobs > 0) {
        s->idle.push_back(std::move(f));
        return;
      }
    }
    f();
  }
};
using SlotRef = std::shared_ptr<Slot>;

/// All functions of disk_interface are called on the network thread; every handler is posted back to it.
class Store final : public lt::disk_interface, private lt::buffer_allocator_interface {
 public:
  Store(lt::io_context& io, StoreContext context)
      : io_(io), context_(std::move(context)), shared_(std::make_shared<Shared>(asio::make_work_guard(io))) {
    context_.network->open([&io](Network::Delay delay, Network::Job job) {
      if (delay.count() == 0) return asio::post(io, std::move(job));
      auto timer = std::make_shared<asio::steady_timer>(io, delay);
      timer->async_wait([timer, job = std::move(job)](boost::system::error_code const&) { job(); });
    });
  }
  ~Store() override {
    context_.network->close();
    // A job that has posted its result may still be on its way out of io_context.
    for (int inside = shared_->inside; inside != 0; inside = shared_->inside) shared_->inside.wait(inside);
  }

  lt::storage_holder new_torrent(lt::storage_params const& params, std::shared_ptr<void> const&) override {
    auto slot = std::make_shared<Slot>();
    slot->files = &params.files;
    slot->owner = context_.owner(params.path);
    std::erase_if(last_, [](auto const& last) { return last.second.expired(); });
    if (slot->owner) {
      slot->storage = slot->owner->make_storage();
      slot->before = std::exchange(last_[slot->owner.get()], slot);
    }
    std::size_t index = 0;
    while (index < slots_.size() && slots_[index]) ++index;
    if (index == slots_.size()) slots_.emplace_back();
    slots_[index] = std::move(slot);
    return {lt::storage_index_t(static_cast<std::uint32_t>(index)), *this};
  }

  void remove_torrent(lt::storage_index_t index) override {
    auto slot = std::exchange(at(index), nullptr);
    give_up(slot);
    slot->when_idle([slot] {
      if (slot->storage) slot->storage->close_files();
      if (slot->owner) slot->owner->on_storage_released();
    });
  }

  void async_read(lt::storage_index_t index, lt::peer_request const& r,
                  std::function<void(lt::disk_buffer_holder, lt::storage_error const&)> handler,
                  lt::disk_job_flags_t) override {
    run(*context_.disk, at(index), [this, r, slot = at(index), handler = std::move(handler)](bool stop) mutable {
      lt::storage_error error = stop ? aborted() : lt::storage_error{};
      lt::disk_buffer_holder buffer(*this, new char[static_cast<std::size_t>(r.length)], r.length);
      if (!error)
        error = read(*slot, static_cast<int>(r.piece), r.start, {buffer.data(), static_cast<std::size_t>(r.length)});
      // Given up in this very moment: no failure of the disk.
      if (error && slot->storage && slot->storage->path(0).empty()) error = aborted();
      asio::post(io_, [slot, r, handler = std::move(handler), buffer = std::move(buffer), error]() mutable {
        // It may have been read from a hole: what is given up is told of here before it leaves the disk.
        if (!error && given_up(*slot, r.piece)) error = aborted();
        handler(std::move(buffer), error);
      });
    });
  }

  bool async_write(lt::storage_index_t index, lt::peer_request const& r, char const* bytes,
                   std::shared_ptr<lt::disk_observer> observer, std::function<void(lt::storage_error const&)> handler,
                   lt::disk_job_flags_t) override {
    auto slot = at(index);
    if (given_up(*slot, r.piece)) {  // it was asked for before
      asio::post(io_, [handler = std::move(handler)] { handler(aborted()); });
      return false;
    }
    auto block = std::make_shared<std::vector<char>>(bytes, bytes + r.length);
    {
      auto state = slot->state.lock();
      state->pieces[static_cast<int>(r.piece)].blocks[r.start] = block;
      state->stopped = false;  // it was paused only
    }
    auto const queued = shared_->queued.fetch_add(r.length) + r.length;
    write(slot, r, std::move(block), std::move(handler));
    if (queued < context_.max_queued_bytes) return false;
    shared_->waiting.lock()->push_back(observer);
    // The queue may have drained between the two lines above; nobody would call the observer then.
    if (shared_->queued <= context_.max_queued_bytes / 2) drained();
    return true;
  }

  void async_hash(
      lt::storage_index_t index, lt::piece_index_t piece, lt::span<lt::sha256_hash> v2, lt::disk_job_flags_t flags,
      std::function<void(lt::piece_index_t, lt::sha1_hash const&, lt::storage_error const&)> handler) override {
    auto slot = at(index);
    bool const v1 = bool(flags & lt::disk_interface::v1_hash);
    int const size1 = v1 ? slot->files->piece_size(piece) : 0;
    int const size2 = v2.empty() ? 0 : slot->files->piece_size2(piece);
    // The handler owns the memory behind `v2`: it must be moved all the way, a copy would leave the span dangling.
    auto moved = std::make_shared<decltype(handler)>(std::move(handler));
    after_writes(slot, static_cast<int>(piece), [this, slot, piece, v2, v1, size1, size2, moved] {
      run(*context_.hashing, slot, [this, slot, piece, v2, v1, size1, size2, moved](bool stop) {
        lt::hasher sha1;
        auto error = stop ? aborted() : lt::storage_error{};
        std::vector<char> buffer(static_cast<std::size_t>(std::min(std::max(size1, size2), 16 * block_bytes)));
        for (int start = 0; !error && start < std::max(size1, size2); start += static_cast<int>(buffer.size())) {
          auto const n = std::min(static_cast<int>(buffer.size()), std::max(size1, size2) - start);
          error = read(*slot, static_cast<int>(piece), start, {buffer.data(), static_cast<std::size_t>(n)});
          if (error) break;
          if (v1 && start < size1) sha1.update(buffer.data(), std::min(n, size1 - start));
          for (int at = 0; at < n && start + at < size2; at += block_bytes)
            v2[(start + at) / block_bytes] =
                lt::hasher256(buffer.data() + at, std::min({block_bytes, n - at, size2 - start - at})).final();
        }
        auto const hash = v1 && !error ? sha1.final() : lt::sha1_hash();
        asio::post(io_, [slot, moved, piece, hash, error] {
          (*moved)(piece, hash, given_up(*slot, piece) ? aborted() : error);
        });
      });
    });
  }

  void async_hash2(
      lt::storage_index_t index, lt::piece_index_t piece, int offset, lt::disk_job_flags_t,
      std::function<void(lt::piece_index_t, lt::sha256_hash const&, lt::storage_error const&)> handler) override {
    auto slot = at(index);
    int const size = std::min(block_bytes, slot->files->piece_size2(piece) - offset);
    after_writes(slot, static_cast<int>(piece), [this, slot, piece, offset, size, handler = std::move(handler)] {
      run(*context_.hashing, slot, [this, slot, piece, offset, size, handler](bool stop) {
        std::vector<char> buffer(static_cast<std::size_t>(std::max(size, 0)));
        auto const error = stop ? aborted() : read(*slot, static_cast<int>(piece), offset, buffer);
        auto const hash = error ? lt::sha256_hash() : lt::hasher256(buffer).final();
        asio::post(io_, [handler, piece, hash, error] { handler(piece, hash, error); });
      });
    });
  }

  void async_check_files(lt::storage_index_t index, lt::add_torrent_params const* resume,
                         lt::aux::vector<std::string, lt::file_index_t>,
                         std::function<void(lt::status_t, lt::storage_error const&)> handler) override {
    // The pieces in `resume` come from the journal, which has compared them with the files already.
    bool const known = resume && !resume->have_pieces.empty();
    auto const slot = at(index);
    auto const before = slot->before.lock();
    if (!before) return check_files(slot, known, handler);
    // What the torrent was about to write when it left may be wrong, and would come after what is verified by now.
    slot->begin();  // who ends the torrent waits for this, too
    before->when_idle([this, slot, known, handler = std::move(handler)] {
      check_files(slot, known, handler);
      slot->end();
    });
  }

  void async_move_storage(
      lt::storage_index_t index, std::string path, lt::move_flags_t,
      std::function<void(lt::status_t, std::string const&, lt::storage_error const&)> handler) override {
    auto slot = at(index);
    slot->when_idle([this, slot, path, handler = std::move(handler)] {
      run(*context_.disk, slot, [this, slot, path, handler](bool stop) {
        auto const error =
            stop || !slot->storage ? aborted() : to_lt(slot->storage->move(path), lt::operation_t::file_rename);
        auto const status = error ? lt::status_t::fatal_disk_error : lt::status_t::no_error;
        asio::post(io_, [handler, path, status, error] { handler(status, path, error); });
      });
    });
  }

  void async_rename_file(
      lt::storage_index_t index, lt::file_index_t file, std::string name,
      std::function<void(std::string const&, lt::file_index_t, lt::storage_error const&)> handler) override {
    run(*context_.disk, at(index), [this, slot = at(index), file, name, handler = std::move(handler)](bool stop) {
      auto const error = stop || !slot->storage
                             ? aborted()
                             : to_lt(slot->storage->rename(static_cast<int>(file), name), lt::operation_t::file_rename);
      asio::post(io_, [handler, file, name, error] { handler(name, file, error); });
    });
  }

  void async_delete_files(lt::storage_index_t index, lt::remove_flags_t,
                          std::function<void(lt::storage_error const&)> handler) override {
    auto slot = at(index);
    slot->when_idle([this, slot, handler = std::move(handler)] {
      run(*context_.disk, slot, [this, slot, handler](bool) {
        auto const error =
            slot->storage ? to_lt(slot->storage->remove_files(), lt::operation_t::file_remove) : lt::storage_error{};
        asio::post(io_, [handler, error] { handler(error); });
      });
    });
  }

  void async_release_files(lt::storage_index_t index, std::function<void()> handler) override {
    run(*context_.disk, at(index), [this, slot = at(index), handler = std::move(handler)](bool) {
      if (slot->storage) slot->storage->close_files();
      if (handler) asio::post(io_, handler);
    });
  }

  void async_stop_torrent(lt::storage_index_t index, std::function<void()> handler) override {
    give_up(at(index));
    at(index)->when_idle([this, handler = std::move(handler)] {
      if (handler) asio::post(io_, handler);
    });
  }

  void async_set_file_priority(
      lt::storage_index_t, lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities,
      std::function<void(lt::storage_error const&, lt::aux::vector<lt::download_priority_t, lt::file_index_t>)> handler)
      override {
    asio::post(io_, [handler = std::move(handler), priorities = std::move(priorities)] {
      handler(lt::storage_error(), priorities);
    });
  }

  void async_clear_piece(lt::storage_index_t index, lt::piece_index_t piece,
                         std::function<void(lt::piece_index_t)> handler) override {
    after_writes(at(index), static_cast<int>(piece), [this, slot = at(index), piece, handler = std::move(handler)] {
      asio::post(io_, [handler, slot, piece] {
        handler(piece);
        if (slot->owner) slot->owner->on_piece_cleared(static_cast<int>(piece));
      });
    });
  }

  void update_stats_counters(lt::counters& counters) const override {
    counters.set_value(lt::counters::queued_write_bytes, shared_->queued);
  }
  std::vector<lt::open_file_state> get_status(lt::storage_index_t) const override { return {}; }
  void submit_jobs() override {}
  void settings_updated() override {}

  /// Jobs that have not begun end at once from here on; libtorrent's thread goes on until the last one is done.
  void abort(bool) override {
    shared_->stop = true;
    for (auto const& slot : slots_)
      if (slot) give_up(slot);
    if (shared_->jobs == 0) shared_->work.lock()->reset();
  }

  void free_disk_buffer(char* buffer) override { delete[] buffer; }

 private:
  using WorkGuard = asio::executor_work_guard<lt::io_context::executor_type>;
  struct Shared {
    explicit Shared(WorkGuard guard) : work(std::move(guard)) {}
    Guarded<WorkGuard> work;  // keeps the network thread alive while jobs will post to it
    std::atomic<bool> stop = false;
    std::atomic<int> jobs = 0;    // posted and not done
    std::atomic<int> inside = 0;  // threads in a job
    std::atomic<std::int64_t> queued = 0;
    Guarded<std::vector<std::weak_ptr<lt::disk_observer>>> waiting;
  };

  /// On the network thread.
  static bool given_up(Slot const& slot, lt::piece_index_t piece) {
    return slot.owner && !slot.owner->may_upload(static_cast<int>(piece));
  }

  SlotRef& at(lt::storage_index_t index) { return slots_[static_cast<std::uint32_t>(index)]; }

  template <class Job>
  void run(Workers& workers, SlotRef slot, Job job) {
    slot->begin();
    ++shared_->jobs;
    // std::function wants copyable jobs; handlers that hold buffers are not
    auto kept = std::make_shared<Job>(std::move(job));
    workers.post([slot = std::move(slot), kept, shared = shared_]() mutable {
      ++shared->inside;
      (*kept)(shared->stop);
      kept.reset();
      slot->end();
      slot.reset();
      if (--shared->jobs == 0 && shared->stop) shared->work.lock()->reset();
      --shared->inside;
      shared->inside.notify_all();
    });
  }

  void check_files(SlotRef const& slot, bool known,
                   std::function<void(lt::status_t, lt::storage_error const&)> const& handler) {
    run(*context_.disk, slot, [this, slot, known, handler](bool stop) {
      auto status = lt::status_t::no_error;
      lt::storage_error error;
      if (stop || !slot->storage) {
        status = lt::status_t::fatal_disk_error;
        error = aborted();
      } else {
        error = to_lt(slot->storage->make_empty_files(), lt::operation_t::file_open);
        if (error) {
          status = lt::status_t::fatal_disk_error;
        } else if (!known && slot->storage->any_file()) {
          status = lt::status_t::need_full_check;
        }
      }
      asio::post(io_, [handler, status, error, slot] {
        handler(status, error);
        tell_owner(*slot, error, Clock::now(), {});
      });
    });
  }

  /// libtorrent never hears of a full disk: it would give the torrent up. The block waits for better times here.
  void write(SlotRef const& slot, lt::peer_request const& r, Block block,
             std::function<void(lt::storage_error const&)> handler) {
    run(*context_.disk, slot, [this, slot, r, block = std::move(block), handler = std::move(handler)](bool stop) {
      Storage::Failure failure;
      auto const when = Clock::now();
      if (!stop && slot->storage) failure = slot->storage->write(static_cast<int>(r.piece), r.start, *block);
      bool recovered = false, lost = stop || !slot->storage;
      {
        auto state = slot->state.lock();
        if (failure && !state->stopped) {
          state->refused.push_back({r, block, handler});
          state->failing = true;
        } else {
          recovered = !failure && state->refused.empty() && std::exchange(state->failing, false);
          lost = lost || failure;
          failure = {};
        }
      }
      if (failure) {
        asio::post(io_, [this, slot, when, error = to_lt(failure, lt::operation_t::file_write)] {
          tell_owner(*slot, error, when, [this, weak = std::weak_ptr(slot)] { try_again(weak.lock()); });
        });
        return;
      }
      finish_write(slot, r, block, handler, lost);
      if (recovered)
        asio::post(io_, [slot] {
          if (slot->owner) slot->owner->on_disk_recovered();
        });
    });
  }

  void finish_write(SlotRef const& slot, lt::peer_request const& r, Block const& block,
                    std::function<void(lt::storage_error const&)> const& handler, bool stopped) {
    if (!stopped && slot->owner) slot->owner->on_block_stored(static_cast<int>(r.piece), r.start);
    // Before its hash may be asked: while libtorrent has a piece's hashes and not all of its blocks, it takes a peer
    // that sends the hashes once more for one that contradicts the v1 hashes, and gives a hybrid torrent up (2.0.8).
    asio::post(io_, [handler, error = stopped ? aborted() : lt::storage_error{}] { handler(error); });
    written(*slot, static_cast<int>(r.piece), r.start, block);
    if (shared_->queued.fetch_sub(r.length) - r.length <= context_.max_queued_bytes / 2) drained();
  }

  void try_again(SlotRef const& slot) {
    if (!slot) return;
    std::vector<Slot::Refused> refused;
    refused.swap(slot->state.lock()->refused);
    for (auto& r : refused) write(slot, r.where, std::move(r.block), std::move(r.handler));
  }

  void give_up(SlotRef const& slot) {
    std::vector<Slot::Refused> refused;
    {
      auto state = slot->state.lock();
      state->stopped = true;
      refused.swap(state->refused);
    }
    for (auto const& r : refused) finish_write(slot, r.where, r.block, r.handler, true);
  }

  /// From memory where a block is not written yet, else from the file.
  static lt::storage_error read(Slot& slot, int piece, int start, std::span<char> into) {
    if (!slot.storage) return aborted();
    {
      auto state = slot.state.lock();
      auto pending = state->pieces.find(piece);
      if (pending != state->pieces.end()) {
        auto block = pending->second.blocks.find(start / block_bytes * block_bytes);
        if (block != pending->second.blocks.end()) {
          auto const skip = static_cast<std::size_t>(start % block_bytes);
          if (skip + into.size() <= block->second->size()) {
            std::memcpy(into.data(), block->second->data() + skip, into.size());
            return {};
          }
        }
      }
    }
    auto error = to_lt(slot.storage->read(piece, start, into), lt::operation_t::file_read);
    return error;
  }

  static void written(Slot& slot, int piece, int start, Block const& block) {
    std::vector<std::function<void()>> after;
    {
      auto state = slot.state.lock();
      auto pending = state->pieces.find(piece);
      if (pending == state->pieces.end()) return;
      auto found = pending->second.blocks.find(start);
      if (found != pending->second.blocks.end() && found->second == block) pending->second.blocks.erase(found);
      if (!pending->second.blocks.empty()) return;
      after.swap(pending->second.after);
      state->pieces.erase(pending);
    }
    for (auto& f : after) f();
  }

  void after_writes(SlotRef const& slot, int piece, std::function<void()> f) {
    {
      auto state = slot->state.lock();
      auto pending = state->pieces.find(piece);
      if (pending != state->pieces.end()) {
        pending->second.after.push_back(std::move(f));
        return;
      }
    }
    f();
  }

  void drained() {
    std::vector<std::weak_ptr<lt::disk_observer>> waiting;
    waiting.swap(*shared_->waiting.lock());
    if (waiting.empty()) return;
    asio::post(io_, [waiting = std::move(waiting)] {
      for (auto const& w : waiting)
        if (auto observer = w.lock()) observer->on_disk();
    });
  }

  /// On the network thread, after libtorrent has heard of it: so that what the owner does about it comes later.
  static void tell_owner(Slot& slot, lt::storage_error const& error, Clock::time_point when,
                         std::function<void()> again) {
    if (!error || error.ec == asio::error::operation_aborted || !slot.storage) return;
    auto const file = static_cast<int>(error.file());
    auto const path = file >= 0 ? slot.storage->path(file) : slot.storage->folder();
    if (slot.owner)
      slot.owner->on_disk_failure(disk_error({error.ec.value(), std::generic_category()}, path), when,
                                  std::move(again));
  }

  lt::io_context& io_;
  StoreContext context_;
  std::shared_ptr<Shared> shared_;
  std::vector<SlotRef> slots_;                               // network thread
  std::map<StorageOwner const*, std::weak_ptr<Slot>> last_;  // the same; of each
};

}  // namespace

std::unique_ptr<lt::disk_interface> make_store(lt::io_context& io, StoreContext context) {
  return std::make_unique<Store>(io, std::move(context));
}

}  // namespace swarm
