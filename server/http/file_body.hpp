// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop.hpp"
#include "http/senders.hpp"
#include "swarm/reader.hpp"

#include <gio/gio.h>

#include <functional>
#include <memory>

namespace http {

/// The body of an answer whose bytes are all on disk: libsoup writes the head, a sender thread the rest. Ends what is
/// under way when it goes. Thread-bound to the loop; owned by its Exchange.
class FileBody : public std::enable_shared_from_this<FileBody> {
 public:
  /// `in_use` is held meanwhile, and let go of on the pool. `reader` is moved along: it tells others where the viewer
  /// is. `over` is called on the loop's thread: did all bytes go?
  FileBody(std::shared_ptr<Loop> loop, std::shared_ptr<Senders> senders, std::unique_ptr<DiskFile> file,
           swarm::ByteRange range, std::shared_ptr<void> in_use, std::shared_ptr<swarm::Reader> const& reader,
           std::function<void(bool all)> over);
  ~FileBody();

  /// The head is out. False if the socket can't be had twice.
  bool start(GSocket* socket);

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Senders> senders_;
  std::unique_ptr<DiskFile> file_;
  swarm::ByteRange range_;
  std::shared_ptr<void> in_use_;
  std::weak_ptr<swarm::Reader> reader_;
  std::function<void(bool all)> over_;
  std::shared_ptr<Sending> sending_;
};

}  // namespace http
