// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/reader_source.hpp"

#include "swarm/error.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

constexpr std::int64_t block_size = 16 * 1024;  // as the swarm gives them
constexpr std::size_t most_blocks = 256;

}  // namespace

ReaderSource::ReaderSource(std::unique_ptr<swarm::Reader> reader, std::function<void()> on_wait)
    : reader_(std::move(reader)), on_wait_(std::move(on_wait)), size_(reader_->size().value_or(0)) {}

void ReaderSource::cancel() { reader_->cancel(); }
void ReaderSource::uncancel() { reader_->uncancel(); }

ReaderSource::Block const& ReaderSource::block(std::int64_t index) {
  if (auto place = places_.find(index); place != places_.end()) {
    blocks_.splice(blocks_.begin(), blocks_, place->second);
    return blocks_.front();
  }
  Block block{index,
              std::vector<std::byte>(static_cast<std::size_t>(std::min(block_size, size_ - index * block_size)))};
  reader_->seek(index * block_size);
  for (std::size_t done = 0; done < block.bytes.size();) {
    auto const result = read(std::span(block.bytes).subspan(done));
    if (result.outcome == swarm::Reader::Outcome::cancelled) throw Cancelled();
    if (result.outcome != swarm::Reader::Outcome::bytes) {  // shorter than it said
      block.bytes.resize(done);
      break;
    }
    done += result.size;
  }
  if (blocks_.size() >= most_blocks) {
    places_.erase(blocks_.back().index);
    blocks_.pop_back();
  }
  blocks_.push_front(std::move(block));
  places_[index] = blocks_.begin();
  return blocks_.front();
}

swarm::Reader::Result ReaderSource::read(std::span<std::byte> into) {
  auto const result = reader_->try_read(into);
  if (result.outcome != swarm::Reader::Outcome::again) return result;
  struct Waiting {
    std::atomic<bool>& waits;
    ~Waiting() { waits = false; }
  };
  waits_ = true;
  Waiting const waiting{waits_};
  if (on_wait_) on_wait_();
  return reader_->read(into);
}

void ReaderSource::note(std::int64_t index) {
  std::lock_guard lock(mutex_);
  auto const noted = std::lower_bound(account_.begin(), account_.end(), index);
  if (noted == account_.end() || *noted != index) account_.insert(noted, index);
}

ReaderSource::Account ReaderSource::take_account() {
  std::lock_guard lock(mutex_);
  return std::exchange(account_, {});
}

std::size_t ReaderSource::read(std::int64_t offset, std::span<std::byte> into) {
  if (offset < 0 || offset >= size_) return 0;
  std::size_t done = 0;
  try {
    while (done < into.size() && offset < size_) {
      auto const index = offset / block_size;
      auto const& bytes = block(index).bytes;
      auto const skip = static_cast<std::size_t>(offset - index * block_size);
      if (skip >= bytes.size()) break;
      auto const n = std::min(bytes.size() - skip, into.size() - done);
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(skip), n,
                  into.begin() + static_cast<std::ptrdiff_t>(done));
      note(index);
      done += n;
      offset += static_cast<std::int64_t>(n);
    }
  } catch (swarm::Error const&) {
    // wrong_bytes, above all: some of what is kept here is wrong, too
    blocks_.clear();
    places_.clear();
    throw;
  }
  return done;
}

bool ReaderSource::available(swarm::ByteRange range) const {
  auto const ranges = reader_->available();
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](swarm::ByteRange r) { return r.begin <= range.begin && range.end <= r.end; });
}

bool ReaderSource::verified(Account const& account) const {
  auto const ranges = reader_->available();
  auto range = ranges.begin();
  for (auto const index : account) {
    auto const begin = index * block_size, end = std::min(begin + block_size, size_);
    while (range != ranges.end() && range->end < end) ++range;
    if (range == ranges.end() || range->begin > begin) return false;
  }
  return true;
}

}  // namespace hls
