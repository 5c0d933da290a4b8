// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/feed.hpp"

#include "http/range.hpp"
#include "swarm/error.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace http {

std::int64_t Plan::length() const {
  auto sum = static_cast<std::int64_t>(tail.size());
  for (auto const& part : parts) sum += static_cast<std::int64_t>(part.head.size()) + part.range.size();
  return sum;
}

Plan multipart(std::vector<swarm::ByteRange> const& ranges, std::int64_t size, std::string const& content_type,
               std::string const& boundary) {
  Plan plan;
  for (auto range : ranges)
    plan.parts.push_back({(plan.parts.empty() ? "--" : "\r\n--") + boundary + "\r\nContent-Type: " + content_type +
                              "\r\nContent-Range: " + content_range(range, size) + "\r\n\r\n",
                          range});
  plan.tail = "\r\n--" + boundary + "--\r\n";
  return plan;
}

/// libsoup frees a chunk right before it asks for the next one, so one buffer serves a whole body; should it ever hold
/// one longer, the next take() makes another.
struct Feed::Buffer {
  explicit Buffer(std::size_t size) : bytes(new std::byte[size]), size(size) {}
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size;
  std::atomic<bool> lent = false;
};

Feed::Feed(std::shared_ptr<swarm::Reader> reader, Plan plan) : reader_(std::move(reader)), plan_(std::move(plan)) {
  over_ = plan_.length() == 0;
  enter();
}

Feed::~Feed() {
  if (reader_) reader_->on_wake({});
}

void Feed::on_wake(std::function<void()> wake) {
  if (reader_) reader_->on_wake(std::move(wake));
}

/// The reader wants what this part needs, and nothing beyond it.
void Feed::enter() {
  text_ = 0;
  if (part_ == plan_.parts.size()) return;
  auto range = plan_.parts[part_].range;
  position_ = range.begin;
  reader_->seek(range.begin);
  reader_->set_end(range.end);
}

/// One step; false if nothing more can be had now.
bool Feed::fill(std::byte* to, std::size_t room, std::size_t& filled) {
  bool last = part_ == plan_.parts.size();
  auto const& text = last ? plan_.tail : plan_.parts[part_].head;
  if (text_ < text.size()) {
    auto size = std::min(room, text.size() - text_);
    std::memcpy(to, text.data() + text_, size);
    text_ += size;
    filled += size;
    over_ = last && text_ == text.size();
    return true;
  }
  if (last) {
    over_ = true;
    return true;
  }
  auto left = plan_.parts[part_].range.end - position_;
  if (left == 0) {
    ++part_;
    enter();
    over_ = part_ == plan_.parts.size() && plan_.tail.empty();
    return true;
  }
  auto result = reader_->try_read({to, std::min(room, static_cast<std::size_t>(left))});
  switch (result.outcome) {
    case swarm::Reader::Outcome::bytes:
      position_ += static_cast<std::int64_t>(result.size);
      filled += result.size;
      over_ = position_ == plan_.parts[part_].range.end && part_ + 1 == plan_.parts.size() && plan_.tail.empty();
      return true;
    case swarm::Reader::Outcome::again:
      return false;
    case swarm::Reader::Outcome::cancelled:
      throw swarm::Error(swarm::Errc::removed, "The read was cancelled.");
    case swarm::Reader::Outcome::end:
      break;
  }
  throw swarm::Error(swarm::Errc::disk, "The file ended before its size.");
}

Feed::Taken Feed::take() {
  Taken taken;
  if (over_) return taken;
  if (!buffer_ || buffer_->lent) {
    auto most = std::min<std::int64_t>(static_cast<std::int64_t>(chunk_bytes), plan_.length());
    buffer_ = std::make_shared<Buffer>(static_cast<std::size_t>(most));
  }
  std::size_t filled = 0;
  try {
    while (!over_ && filled < buffer_->size)
      if (!fill(buffer_->bytes.get() + filled, buffer_->size - filled, filled)) {
        taken.dry = true;
        break;
      }
  } catch (...) {
    taken.error = std::current_exception();
  }
  if (filled == 0) return taken;
  buffer_->lent = true;
  taken.bytes = g_bytes_new_with_free_func(
      buffer_->bytes.get(), filled,
      [](gpointer data) {
        std::unique_ptr<std::shared_ptr<Buffer>> holder(static_cast<std::shared_ptr<Buffer>*>(data));
        (*holder)->lent = false;
      },
      new std::shared_ptr<Buffer>(buffer_));
  return taken;
}

}  // namespace http
