// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/lines.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace support {
namespace {

struct Open {
  Fd fd;
  std::unique_ptr<Line> line;
  std::string in, out;
  bool ending = false;  ///< once `out` is empty
};

/// False: it is over.
bool turn(Open& open, short events) {
  if (events & (POLLIN | POLLHUP | POLLERR)) {
    char bytes[65536];
    auto const got = recv(open.fd.get(), bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    if (got > 0) open.in.append(bytes, static_cast<std::size_t>(got));
    if (!open.line->receive(open.in)) return false;
  }
  for (;;) {
    if (!open.ending) open.ending = !open.line->send(open.out);
    if (open.out.empty()) return !open.ending;
    auto const sent = send(open.fd.get(), open.out.data(), open.out.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    open.out.erase(0, static_cast<std::size_t>(sent));
  }
}

int time_left(std::vector<Open> const& lines) {
  std::optional<Line::Time> next;
  for (auto const& open : lines)
    if (auto const due = open.line->due()) next = next ? std::min(*next, *due) : *due;
  if (!next) return -1;
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

Lines::Lines(std::function<std::unique_ptr<Line>()> accept)
    : accept_(std::move(accept)),
      listener_(listen_on({own_address(), 0})),
      at_(local_endpoint(listener_.get())),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

Lines::~Lines() {
  quit_ = true;
  wake();
  thread_.join();
}

void Lines::wake() const {
  std::uint64_t const one = 1;
  [[maybe_unused]] auto const written = write(wake_.get(), &one, sizeof one);
}

void Lines::run() {
  std::vector<Open> lines;
  while (!quit_) {
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (auto const& open : lines)
      polled.push_back({open.fd.get(), static_cast<short>(open.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    poll(polled.data(), polled.size(), time_left(lines));
    std::uint64_t count = 0;
    [[maybe_unused]] auto const read_ = read(wake_.get(), &count, sizeof count);
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (!turn(lines[i], polled[i + 2].revents)) lines[i].line.reset();
    std::erase_if(lines, [](auto const& open) { return !open.line; });
    if (polled[1].revents)
      if (Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)); fd)
        lines.push_back({std::move(fd), accept_(), {}, {}});
  }
}

}  // namespace support
