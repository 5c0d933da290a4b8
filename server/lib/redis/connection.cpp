// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/redis/connection.hpp"

#include <gio/gio.h>

#include <charconv>
#include <hiredis/hiredis.h>
#include <string_view>

namespace redis {
namespace {

constexpr char form[] = "redis://[[user]:password@]host[:port][/database], or rediss:// with TLS";

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

[[noreturn]] void fail(GError* error) {
  std::string const what = error ? error->message : "the connection ended";
  g_clear_error(&error);
  throw Error("Redis: " + what);
}

Reply reply_of(redisReply const& raw) {
  using Kind = Reply::Kind;
  Reply reply;
  auto const text = [&] { reply.text.assign(raw.str, static_cast<std::size_t>(raw.len)); };
  switch (raw.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Kind::text, text();
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Kind::error, text();
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Kind::integer, reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Kind::list;
      for (std::size_t i = 0; i < raw.elements; ++i) reply.list.push_back(reply_of(*raw.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

/// Commands between MULTI and EXEC answer in EXEC's list.
void check(Reply const& reply) {
  if (reply.kind == Reply::Kind::error) throw Error("Redis: " + reply.text);
  for (auto const& inner : reply.list) check(inner);
}

void append(std::string& out, Command const& command) {
  std::vector<char const*> words;
  std::vector<std::size_t> lengths;
  for (auto const& word : command) words.push_back(word.data()), lengths.push_back(word.size());
  char* formatted = nullptr;
  int const size = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), words.data(), lengths.data());
  if (size < 0) throw std::bad_alloc();
  out.append(formatted, static_cast<std::size_t>(size));
  redisFreeCommand(formatted);
}

}  // namespace

Server parse_url(std::string const& url) {
  g_autoptr(GUri) uri = g_uri_parse(url.c_str(), G_URI_FLAGS_HAS_PASSWORD, nullptr);
  std::string_view const scheme = uri ? g_uri_get_scheme(uri) : "";
  if ((scheme != "redis" && scheme != "rediss") || !g_uri_get_host(uri) || !*g_uri_get_host(uri))
    throw Error(std::string("The address of Redis must look like ") + form + ".");
  Server server;
  server.host = g_uri_get_host(uri);
  if (g_uri_get_port(uri) > 0) server.port = static_cast<std::uint16_t>(g_uri_get_port(uri));
  server.tls = scheme == "rediss";
  if (auto const* user = g_uri_get_user(uri)) server.user = user;
  if (auto const* password = g_uri_get_password(uri)) server.password = password;
  std::string_view const path = g_uri_get_path(uri);
  if (path.size() > 1) {
    auto const number = path.substr(1);
    auto const [end, error] = std::from_chars(number.begin(), number.end(), server.database);
    if (error != std::errc() || end != number.end() || server.database < 0)
      throw Error(std::string("The address of Redis must look like ") + form + ".");
  }
  return server;
}

struct Connection::Wire {
  std::unique_ptr<GSocketConnection, Unref> connection;
  GCancellable* cancel = nullptr;
  std::unique_ptr<redisReader, FreeReader> reader{redisReaderCreate()};

  void send(std::string const& bytes) {
    GError* error = nullptr;
    auto* out = g_io_stream_get_output_stream(G_IO_STREAM(connection.get()));
    if (!g_output_stream_write_all(out, bytes.data(), bytes.size(), nullptr, cancel, &error)) fail(error);
  }

  Reply receive() {
    auto* in = g_io_stream_get_input_stream(G_IO_STREAM(connection.get()));
    for (;;) {
      void* raw = nullptr;
      if (redisReaderGetReply(reader.get(), &raw) != REDIS_OK) throw Error(std::string("Redis: ") + reader->errstr);
      if (raw) {
        std::unique_ptr<redisReply, void (*)(void*)> const owner(static_cast<redisReply*>(raw), freeReplyObject);
        return reply_of(*owner);
      }
      char buffer[16 * 1024];
      GError* error = nullptr;
      auto const count = g_input_stream_read(in, buffer, sizeof buffer, cancel, &error);
      if (count <= 0) fail(error);
      redisReaderFeed(reader.get(), buffer, static_cast<std::size_t>(count));
    }
  }
};

Connection::Connection(Server const& server, std::chrono::seconds timeout, GCancellable* cancel)
    : wire_(std::make_unique<Wire>()) {
  wire_->cancel = cancel;
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_socket_client_set_timeout(client, static_cast<guint>(timeout.count()));
  g_socket_client_set_enable_proxy(client, FALSE);
  GError* error = nullptr;
  g_autoptr(GTlsDatabase) trusted = nullptr;
  if (server.tls) {
    g_socket_client_set_tls(client, TRUE);
    if (!server.ca_file.empty()) {
      trusted = g_tls_file_database_new(server.ca_file.c_str(), &error);
      if (!trusted) fail(error);
      g_signal_connect(client, "event",
                       G_CALLBACK(+[](GSocketClient*, GSocketClientEvent event, GSocketConnectable*, GIOStream* stream,
                                      gpointer database) {
                         if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
                           g_tls_connection_set_database(G_TLS_CONNECTION(stream), G_TLS_DATABASE(database));
                       }),
                       trusted);
    }
  }
  wire_->connection.reset(g_socket_client_connect_to_host(client, server.host.c_str(), server.port, cancel, &error));
  if (!wire_->connection) fail(error);
  std::vector<Command> hello;
  if (!server.password.empty())
    hello.push_back(server.user.empty() ? Command{"AUTH", server.password}
                                        : Command{"AUTH", server.user, server.password});
  if (server.database) hello.push_back({"SELECT", std::to_string(server.database)});
  hello.push_back({"PING"});
  run(hello);
}

Connection::~Connection() = default;

std::vector<Reply> Connection::run(std::vector<Command> const& commands) {
  std::string bytes;
  for (auto const& command : commands) append(bytes, command);
  wire_->send(bytes);
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < commands.size(); ++i) replies.push_back(wire_->receive());
  for (auto const& reply : replies) check(reply);
  return replies;
}

}  // namespace redis
