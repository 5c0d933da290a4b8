// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/body.hpp"

#include <utility>

namespace http {

Body::Body(Owner& owner, std::shared_ptr<Loop> loop, std::shared_ptr<swarm::Reader> reader, Plan plan, Waits waits)
    : owner_(owner),
      loop_(std::move(loop)),
      feed_(std::make_shared<Feed>(std::move(reader), std::move(plan))),
      waits_(waits) {}

Body::~Body() {
  // The reader's end may wait for a moment (closing files): not on this thread. A task that still reads holds it too.
  loop_->run([feed = std::move(feed_)]() mutable { feed.reset(); });
}

void Body::start() {
  feed_->on_wake([weak = weak_from_this(), loop = std::weak_ptr(loop_)] {
    if (auto to = loop.lock())
      to->post([weak] {
        if (auto self = weak.lock()) self->woken();
      });
  });
  if (waits_.first_byte.count() > 0) deadline_ = Source::after(waits_.first_byte, [this] { owner_.starved(true); });
  take();
}

void Body::take() {
  taking_ = true;
  woken_ = false;
  loop_->run([weak = weak_from_this(), feed = feed_, loop = std::weak_ptr(loop_)]() mutable {
    auto taken = feed->take();
    feed.reset();  // the last one to let go destroys the reader: here, if the client has left
    std::shared_ptr<GBytes> bytes(taken.bytes, [](GBytes* b) { g_clear_pointer(&b, g_bytes_unref); });
    if (auto to = loop.lock())
      to->post([weak, taken, bytes] {
        if (auto self = weak.lock()) self->taken(taken);
      });
  });
}

void Body::taken(Feed::Taken const& taken) {
  taking_ = false;
  if (taken.bytes) {
    deadline_.stop();
    if (waiting_) owner_.waiting(waiting_ = false);
    if (!std::exchange(started_, true)) owner_.first_bytes();
    owner_.append(taken.bytes);
    return;  // what else there was to say comes again with the next take()
  }
  if (taken.error) {
    owner_.broken(taken.error);
  } else if (taken.dry) {
    if (woken_)
      take();
    else
      wait();
  }
}

void Body::wait() {
  if (!waiting_) owner_.waiting(waiting_ = true);
  if (started_ && waits_.stall.count() > 0 && !deadline_.active())
    deadline_ = Source::after(waits_.stall, [this] { owner_.starved(false); });
}

void Body::woken() {
  if (taking_)
    woken_ = true;
  else if (waiting_)
    take();
}

void Body::wrote_chunk() {
  if (!taking_ && !feed_->over()) take();
}

}  // namespace http
