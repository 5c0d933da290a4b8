// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/http.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support::http {
namespace {

using Clock = std::chrono::steady_clock;

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::optional<std::string> find(Fields const& fields, std::string_view name) {
  for (auto const& [key, value] : fields)
    if (same_name(key, name)) return value;
  return std::nullopt;
}

void add_field(Fields& fields, std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) throw Failure("no header field: " + std::string(line));
  fields.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
}

template <class Number>
Number number(std::string_view text, int base, char const* what) {
  Number value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size())
    throw Failure(std::string("bad ") + what + ": '" + std::string(text) + "'");
  return value;
}

bool has_no_body(Head const& head, std::string_view method) {
  return method == "HEAD" || head.status / 100 == 1 || head.status == 204 || head.status == 304;
}

void wait_for(int fd, short events, Clock::time_point deadline, char const* doing) {
  pollfd polled{fd, events, 0};
  while (true) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) throw Failure(std::string("time-out while ") + doing);
    if (poll(&polled, 1, static_cast<int>(left)) > 0) return;
  }
}

}  // namespace

std::optional<std::string> Head::get(std::string_view name) const { return find(fields, name); }

std::vector<std::string> Head::all(std::string_view name) const {
  std::vector<std::string> values;
  for (auto const& [key, value] : fields)
    if (same_name(key, name)) values.push_back(value);
  return values;
}

std::string Request::text(std::string const& host) const {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  if (!find(fields, "Host")) text += "Host: " + host + "\r\n";
  for (auto const& [name, value] : fields) text += name + ": " + value + "\r\n";
  if (!body.empty() && !find(fields, "Content-Length") && !find(fields, "Transfer-Encoding"))
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

Connection::Connection(Endpoint const& to, std::string const& from, std::chrono::milliseconds timeout)
    : fd_(connect_to(to, from)), host_(to.str()), timeout_(timeout) {}

void Connection::send(std::string_view bytes) {
  auto const deadline = Clock::now() + timeout_;
  while (!bytes.empty()) {
    auto const n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      wait_for(fd_.get(), POLLOUT, deadline, "sending");
    } else if (errno != EINTR) {
      throw Failure(std::string("sending: ") + std::strerror(errno));
    }
  }
}

bool Connection::fill() {
  auto const deadline = Clock::now() + timeout_;
  char chunk[65536];
  while (true) {
    auto const n = recv(fd_.get(), chunk, sizeof chunk, 0);
    if (n > 0) {
      buffer_.append(chunk, static_cast<std::size_t>(n));
      return true;
    }
    if (n == 0) return false;
    if (errno == ECONNRESET) return false;
    if (errno == EAGAIN)
      wait_for(fd_.get(), POLLIN, deadline, "reading");
    else if (errno != EINTR)
      throw Failure(std::string("reading: ") + std::strerror(errno));
  }
}

std::string Connection::read_line() {
  while (true) {
    if (auto const end = buffer_.find("\r\n"); end != std::string::npos) {
      auto line = buffer_.substr(0, end);
      buffer_.erase(0, end + 2);
      return line;
    }
    if (!fill()) throw Failure("the stream ended within a line");
  }
}

Head Connection::read_head() {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill())
      throw Failure(buffer_.empty() ? "the stream ended before an answer" : "the stream ended within a head");
  Head head;
  head.raw = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);

  std::string_view rest = head.raw;
  auto next_line = [&rest] {
    auto const line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    return line;
  };
  auto const status_line = next_line();
  if (status_line.size() < 12 || !status_line.starts_with("HTTP/1.") || status_line[8] != ' ')
    throw Failure("no status line: " + std::string(status_line));
  head.version = status_line.substr(0, 8);
  head.status = number<int>(status_line.substr(9, 3), 10, "status");
  head.reason = status_line.size() > 13 ? status_line.substr(13) : "";
  for (auto line = next_line(); !line.empty(); line = next_line()) add_field(head.fields, line);
  return head;
}

Response Connection::read_body(Head head, std::string_view method) {
  Response response;
  response.head = std::move(head);
  auto const& fields = response.head;
  if (has_no_body(fields, method)) {
    response.complete = true;
  } else if (auto const coding = fields.get("Transfer-Encoding"); coding && same_name(*coding, "chunked")) {
    try {
      while (true) {
        auto const line = read_line();
        auto const size = number<std::size_t>(trim(std::string_view(line).substr(0, line.find(';'))), 16, "chunk");
        if (size == 0) break;
        auto const data = read_exactly(size);
        response.body += data;
        if (data.size() < size || !read_line().empty()) return response;
      }
      for (auto line = read_line(); !line.empty(); line = read_line()) add_field(response.trailers, line);
      response.complete = true;
    } catch (Failure const& failure) {
      if (std::string_view(failure.what()).find("ended") == std::string_view::npos) throw;
    }
  } else if (auto const length = fields.get("Content-Length")) {
    auto const size = number<std::size_t>(*length, 10, "Content-Length");
    response.body = read_exactly(size);
    response.complete = response.body.size() == size;
  } else {
    while (fill()) continue;
    response.body = std::exchange(buffer_, {});
    response.complete = true;
  }
  return response;
}

std::string Connection::read_some(std::size_t most) {
  if (buffer_.empty() && !fill()) return {};
  auto some = buffer_.substr(0, most);
  buffer_.erase(0, some.size());
  return some;
}

std::string Connection::read_exactly(std::size_t count) {
  std::string result;
  while (result.size() < count) {
    auto const some = read_some(count - result.size());
    if (some.empty()) break;
    result += some;
  }
  return result;
}

bool Connection::ended(std::chrono::milliseconds timeout) {
  auto const kept = std::exchange(timeout_, timeout);
  try {
    bool const more = !buffer_.empty() || fill();
    timeout_ = kept;
    return !more;
  } catch (Failure const&) {
    timeout_ = kept;
    return false;
  }
}

void Connection::set_receive_buffer(int bytes) { setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }

void Connection::half_close() { shutdown(fd_.get(), SHUT_WR); }

void Connection::reset() {
  linger const now{1, 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  fd_.reset();
}

Response ask(Endpoint const& server, Request request, std::chrono::milliseconds timeout) {
  Connection connection(server, {}, timeout);
  if (!find(request.fields, "Connection")) request.fields.emplace_back("Connection", "close");
  return connection.ask(request);
}

Response get(Endpoint const& server, std::string target, Fields fields) {
  return ask(server, {"GET", std::move(target), std::move(fields), {}});
}

Response head(Endpoint const& server, std::string target, Fields fields) {
  return ask(server, {"HEAD", std::move(target), std::move(fields), {}});
}

Response post(Endpoint const& server, std::string target, std::string body, std::string content_type, Fields fields) {
  fields.emplace_back("Content-Type", std::move(content_type));
  return ask(server, {"POST", std::move(target), std::move(fields), std::move(body)});
}

std::string Part::operator[](std::string_view name) const { return find(fields, name).value_or(""); }

std::vector<Part> parts(Response const& response) {
  auto const type = response["Content-Type"];
  constexpr std::string_view start = "multipart/byteranges; boundary=";
  if (!type.starts_with(start)) throw Failure("no multipart/byteranges: " + type);
  auto boundary = type.substr(start.size());
  if (boundary.size() >= 2 && boundary.front() == '"') boundary = boundary.substr(1, boundary.size() - 2);
  auto const delimiter = "\r\n--" + boundary;
  // What stands before the first delimiter and after the last one is no part (RFC 2046).
  std::string const body = "\r\n" + response.body;
  auto at = body.find(delimiter);
  if (at == std::string::npos) throw Failure("the boundary does not occur");
  std::vector<Part> found;
  while (true) {
    at += delimiter.size();
    if (body.compare(at, 2, "--") == 0) return found;
    if (body.compare(at, 2, "\r\n") != 0) throw Failure("no line end after a boundary");
    auto const fields_end = body.find("\r\n\r\n", at);
    auto const next = body.find(delimiter, at);
    if (fields_end == std::string::npos || next == std::string::npos || fields_end + 4 > next)
      throw Failure("a part without an end");
    Part part;
    for (auto line = at + 2; line < fields_end + 2;) {
      auto const end = body.find("\r\n", line);
      add_field(part.fields, std::string_view(body).substr(line, end - line));
      line = end + 2;
    }
    part.body = body.substr(fields_end + 4, next - fields_end - 4);
    found.push_back(std::move(part));
    at = next;
  }
}

std::pair<Endpoint, std::string> split_url(std::string_view url) {
  if (!url.starts_with("http://")) throw Failure("no http URL: " + std::string(url));
  url.remove_prefix(7);
  auto const slash = std::min(url.find('/'), url.size());
  auto const authority = url.substr(0, slash);
  auto const colon = authority.rfind(':');
  Endpoint at{std::string(authority.substr(0, colon)), 80};
  if (colon != std::string_view::npos) at.port = number<std::uint16_t>(authority.substr(colon + 1), 10, "port");
  return {at, slash == url.size() ? "/" : std::string(url.substr(slash))};
}

}  // namespace support::http
