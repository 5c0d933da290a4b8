// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/file_body.hpp"

#include <fcntl.h>
#include <utility>

namespace http {

FileBody::FileBody(std::shared_ptr<Loop> loop, std::shared_ptr<Senders> senders, std::unique_ptr<DiskFile> file,
                   swarm::ByteRange range, std::shared_ptr<void> in_use, std::shared_ptr<swarm::Reader> const& reader,
                   std::function<void(bool all)> over)
    : loop_(std::move(loop)),
      senders_(std::move(senders)),
      file_(std::move(file)),
      range_(range),
      in_use_(std::move(in_use)),
      reader_(reader),
      over_(std::move(over)) {}

FileBody::~FileBody() {
  if (sending_) sending_->abort();  // nothing, if it is over
  // Closing a file that was deleted meanwhile frees its blocks, and a reader's end may wait for a moment.
  loop_->run([file = std::shared_ptr<DiskFile>(std::move(file_)), in_use = std::move(in_use_)]() mutable {
    file.reset();
    in_use.reset();
  });
}

bool FileBody::start(GSocket* socket) {
  int const twin = fcntl(g_socket_get_fd(socket), F_DUPFD_CLOEXEC, 0);
  if (twin < 0) return false;
  auto over = [weak = weak_from_this(), loop = std::weak_ptr(loop_)](bool all) {
    if (auto to = loop.lock())
      to->post([weak, all] {
        if (auto self = weak.lock()) self->over_(all);
      });
  };
  auto moved = [reader = reader_](std::int64_t position) {
    if (auto const held = reader.lock()) held->seek(position);
  };
  sending_ = std::make_shared<Sending>(twin, std::move(file_), range_, std::move(over), std::move(moved));
  senders_->send(sending_);
  return true;
}

}  // namespace http
