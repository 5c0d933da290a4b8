// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/feed.hpp"
#include "http/loop.hpp"
#include "http/source.hpp"

#include <libsoup/soup.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>

namespace http {

struct Waits {
  std::chrono::milliseconds first_byte{30000};  ///< until the head goes out; 0 = for ever
  std::chrono::milliseconds stall{60000};       ///< without a byte after that; 0 = for ever
};

/// The bytes of a file on their way to a client: at most one chunk in flight, the next is read when libsoup has
/// written it, and nothing is read from a disk on the loop's thread. Its end (a client that leaves, an answer that is
/// complete) takes the reader, and so its demand, with it. Thread-bound to the loop; owned by its Exchange.
class Body : public std::enable_shared_from_this<Body> {
 public:
  /// What the Exchange does for it. All on the loop's thread.
  struct Owner {
    virtual void first_bytes() = 0;                          ///< the head may go out now
    virtual void append(GBytes* chunk) = 0;                  ///< transfer none; and goes on if it was paused
    virtual void broken(std::exception_ptr const& why) = 0;  ///< no byte will follow
    virtual void starved(bool first) = 0;                    ///< a time-out: of the first byte, or a stall
    virtual void waiting(bool yes) = 0;                      ///< nothing is there to be sent: watch the client
    virtual ~Owner() = default;
  };

  Body(Owner& owner, std::shared_ptr<Loop> loop, std::shared_ptr<swarm::Reader> reader, Plan plan, Waits waits);
  ~Body();

  void start();
  /// libsoup has written the chunk.
  void wrote_chunk();

 private:
  void take();
  void taken(Feed::Taken const& taken);
  void woken();
  void wait();

  Owner& owner_;
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Feed> feed_;  ///< a task of the pool holds it too while it reads
  Waits waits_;
  Source deadline_;
  bool started_ = false;  ///< the first bytes were there
  bool taking_ = false, woken_ = false, waiting_ = false;
};

}  // namespace http
