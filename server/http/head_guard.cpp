// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/head_guard.hpp"

#include "http/response.hpp"

#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <vector>

namespace http {
namespace {

/// Does the head end in here? An end whose first bytes were read before counts too.
bool ends(std::string_view text) {
  for (std::string_view rest : {"\n\r\n", "\r\n", "\n"})
    if (text.substr(0, rest.size()) == rest) return true;
  return text.find("\r\n\r\n") != std::string_view::npos || text.find("\n\n") != std::string_view::npos;
}

}  // namespace

HeadGuard::HeadGuard(GSocket* socket, std::size_t limit) : socket_(socket), limit_(limit) {
  // Of the same priority as libsoup's source and attached before it, so it is called before it.
  source_ = Source::watch(g_socket_get_fd(socket), G_IO_IN, [this] { look(); });
}

void HeadGuard::look() {
  if (g_socket_is_closed(socket_)) return source_.stop();
  auto fd = g_socket_get_fd(socket_);
  int waiting = 0;
  if (ioctl(fd, FIONREAD, &waiting) != 0 || waiting <= 0) return;
  auto size = static_cast<std::size_t>(waiting);
  if (seen_ + size <= limit_) {
    seen_ += size;
    return;
  }
  std::vector<char> start(limit_ - seen_);
  auto got = recv(fd, start.data(), start.size(), MSG_PEEK | MSG_DONTWAIT);
  std::string_view text(start.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  bool fits = ends(text);
  bool line_too_long = seen_ == 0 && text.find('\n') == std::string_view::npos;
  source_.stop();
  if (fits) return;
  answer_and_close(
      socket_, raw_failure(line_too_long ? Failure(Fault::uri_too_long, "The request line is longer than 16 KiB.")
                                         : Failure(Fault::headers_too_large, "The headers are larger than 16 KiB.")));
}

void answer_and_close(GSocket* socket, std::string const& answer) {
  auto fd = g_socket_get_fd(socket);
  char dropped[16 * 1024];
  for (int i = 0; i < 64 && recv(fd, dropped, sizeof dropped, MSG_DONTWAIT) > 0; ++i) continue;
  send(fd, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  g_socket_shutdown(socket, TRUE, TRUE, nullptr);  // libsoup reads the end and cleans up
}

std::string raw_failure(Failure const& failure) {
  auto response = Response::failure(failure);
  auto text = "HTTP/1.1 " + std::to_string(response.status) + " " + reason_phrase(response.status) +
              "\r\nConnection: close\r\n";
  for (auto const& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
}

}  // namespace http
