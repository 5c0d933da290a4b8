// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/http.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <thread>

namespace support::http {
namespace {

/// Answers the first connection with fixed bytes and ends it.
struct Canned {
  explicit Canned(std::string answer) : listener(listen_on({"127.0.0.1", 0})), at(local_endpoint(listener.get())) {
    thread = std::thread([this, text = std::move(answer)] {
      pollfd polled{listener.get(), POLLIN, 0};
      if (poll(&polled, 1, 10000) <= 0) return;
      Fd const client(accept(listener.get(), nullptr, nullptr));
      char byte;
      while (recv(client.get(), &byte, 1, 0) == 1) {
        request += byte;
        if (request.ends_with("\r\n\r\n")) break;
      }
      send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
    });
  }
  ~Canned() { thread.join(); }

  Fd listener;
  Endpoint at;
  std::string request;
  std::thread thread;
};

TEST(Http, ReadsByLength) {
  Canned server("HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\nX-A: 1\r\nx-a:  2 \r\n\r\nbodyHTTP");
  auto const response = get(server.at, "/path", {{"Range", "bytes=0-3"}});
  EXPECT_EQ(response.status(), 206);
  EXPECT_EQ(response.head.reason, "Partial Content");
  EXPECT_EQ(response.body, "body");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.head.all("X-A"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(server.request.substr(0, 20), "GET /path HTTP/1.1\r\n");
}

TEST(Http, ReadsChunks) {
  Canned server(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n");
  auto const response = get(server.at, "/");
  EXPECT_EQ(response.body, "abc0123456789");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.trailers, (Fields{{"T", "v"}}));
}

TEST(Http, SeesABodyThatIsCutOff) {
  Canned server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  auto const response = get(server.at, "/");
  EXPECT_EQ(response.body, "abc");
  EXPECT_FALSE(response.complete);
}

TEST(Http, ReadsToTheEndAndNothingForHead) {
  Canned server("HTTP/1.1 200 OK\r\n\r\nall of it");
  EXPECT_EQ(get(server.at, "/").body, "all of it");
  Canned other("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  auto const response = head(other.at, "/");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response["content-length"], "10");
}

TEST(Http, SplitsMultipart) {
  Response response;
  response.head.fields = {{"Content-Type", "multipart/byteranges; boundary=XX"}};
  response.body = "--XX\r\nContent-Range: bytes 0-1/9\r\n\r\nab\r\n--XX\r\nA: b\r\n\r\n\r\n--XX--\r\n";
  auto const found = parts(response);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0]["content-range"], "bytes 0-1/9");
  EXPECT_EQ(found[0].body, "ab");
  EXPECT_EQ(found[1].body, "");
  response.body.resize(20);
  EXPECT_THROW(parts(response), Failure);
}

TEST(Http, FailsWithATimeOutInsteadOfHanging) {
  Fd const listener = listen_on({"127.0.0.1", 0});
  Connection connection(local_endpoint(listener.get()));
  connection.set_timeout(std::chrono::milliseconds(5));
  EXPECT_THROW(connection.read_head(), Failure);
  EXPECT_FALSE(connection.ended(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace support::http
