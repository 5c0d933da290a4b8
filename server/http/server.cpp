// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/server.hpp"

#include "http/exchange.hpp"
#include "http/head_guard.hpp"
#include "http/listener.hpp"

#include <glib-unix.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace http {
namespace {

constexpr char const* media_headers = "Content-Range, Accept-Ranges, Content-Length, ETag, Repr-Digest";

bool well_formed_host(std::string const& host) {
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return g_ascii_isalnum(c) || (c && std::strchr("-._~:[]%", c)); });
}

std::string bearer_of(std::string const& authorization) {
  if (authorization.size() < 7 || g_ascii_strncasecmp(authorization.c_str(), "Bearer ", 7) != 0) return {};
  return authorization.substr(7);
}

Visitor visitor_of(Request const& request) {
  return {request.client().address,
          request.method(),
          request.client().host,
          request.header("Origin"),
          bearer_of(request.header("Authorization")),
          request.query("token").value_or("")};
}

Forwarding forwarding_of(Request const& request) {
  return {request.header("Forwarded"), request.header("X-Forwarded-For"), request.header("X-Forwarded-Proto"),
          request.header("X-Forwarded-Host")};
}

/// The answer in case libsoup itself refuses the request: it sets a status, and sends what it finds here.
void prepare_refusal(SoupServerMessage* message, char const* why = "This is not a valid HTTP/1.1 or 1.0 request.") {
  auto text = error_json(Fault::bad_request, why);
  soup_server_message_set_response(message, "application/json", SOUP_MEMORY_COPY, text.data(), text.size());
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
}

void clear_refusal(SoupServerMessage* message) {
  auto headers = soup_server_message_get_response_headers(message);
  soup_message_body_truncate(soup_server_message_get_response_body(message));
  soup_message_headers_remove(headers, "Content-Type");
  soup_message_headers_remove(headers, "Connection");
}

GTlsCertificate* load_certificate(Options const& options) {
  if (options.tls_cert.empty()) return nullptr;
  g_autoptr(GError) error = nullptr;
  auto key = options.tls_key.empty() ? options.tls_cert : options.tls_key;
  auto made = g_tls_certificate_new_from_files(options.tls_cert.c_str(), key.c_str(), &error);
  if (!made) throw std::runtime_error(std::string("TLS_CERT and TLS_KEY can't be used: ") + error->message + ".");
  return made;
}

}  // namespace

Server::Server(Options options, Router router, std::shared_ptr<Loop> loop)
    : options_(std::move(options)),
      router_(std::move(router)),
      loop_(std::move(loop)),
      connections_(options_.limits, !options_.tls_cert.empty(), options_.proxies),
      rate_(options_.limits.requests_per_second) {
  // Bytes that go past libsoup go past its TLS, too.
  if (options_.tls_cert.empty()) senders_ = std::make_shared<Senders>();
  g_autoptr(GTlsCertificate) certificate = load_certificate(options_);
  listener_ = open_listener(options_.host, options_.port);
  listen_options_ = certificate ? SOUP_SERVER_LISTEN_HTTPS : SoupServerListenOptions{};
  // raw-paths: an escaped slash belongs to its segment, and wrong escapes get an answer of ours.
  soup_ = soup_server_new("server-header", options_.name.c_str(), "tls-certificate", certificate, "raw-paths", TRUE,
                          nullptr);
  g_signal_connect(soup_, "request-started", G_CALLBACK(on_started), this);
  soup_server_add_handler(soup_, nullptr, on_request, this, nullptr);
  g_autoptr(GError) error = nullptr;
  if (!soup_server_listen_socket(soup_, listener_, listen_options_, &error)) {
    std::string why = error->message;
    g_clear_object(&soup_);
    g_clear_object(&listener_);
    throw std::runtime_error("Can't listen: " + why + ".");
  }
  connections_.listening();
  watchdog_ = Source::every(std::chrono::milliseconds(500), [this] { revive_listener(); });
}

Server::~Server() {
  watchdog_.stop();
  g_signal_handlers_disconnect_by_data(soup_, this);
  soup_server_disconnect(soup_);
  g_clear_object(&soup_);
  g_clear_object(&listener_);
}

void Server::reload_certificate() {
  if (g_autoptr(GTlsCertificate) certificate = load_certificate(options_))
    soup_server_set_tls_certificate(soup_, certificate);
}

std::string Server::url() const { return url_of(listener_, !options_.tls_cert.empty()); }
std::vector<std::string> Server::lan_urls() const {
  return lan_urls_of(listener_, !options_.tls_cert.empty(),
                     options_.rules.api_token.empty() ? Visitors::local : Visitors::all);
}
std::uint16_t Server::port() const { return port_of(listener_); }

/// libsoup stops listening for good when an accept fails once (no file descriptors left, a client that was too quick).
void Server::revive_listener() {
  bool waiting = g_socket_condition_check(listener_, G_IO_IN) & G_IO_IN;
  bool stuck = waiting && accepted_ == connections_.accepted();
  accepted_ = connections_.accepted();
  if (std::exchange(stuck_, stuck) && stuck) {
    g_warning("Accepting clients had failed (too many open files?); listening again.");
    soup_server_listen_socket(soup_, listener_, listen_options_, nullptr);
  }
}

void Server::on_started(SoupServer*, SoupServerMessage* message, Server* self) {
  self->connections_.started(message);
  soup_server_message_set_http_version(message, SOUP_HTTP_1_1);
  prepare_refusal(message);
  g_signal_connect_swapped(message, "got-headers",
                           G_CALLBACK(+[](Server* s, SoupServerMessage* m) { s->got_headers(m); }), self);
  g_signal_connect_swapped(message, "got-chunk", G_CALLBACK(+[](Server* s, GBytes* chunk, SoupServerMessage* m) {
                             s->got_chunk(m, g_bytes_get_size(chunk));
                           }),
                           self);
  g_signal_connect_swapped(message, "got-body",
                           G_CALLBACK(+[](Server* s, SoupServerMessage* m) { s->connections_.got_body(m); }), self);
  g_signal_connect_swapped(message, "finished", G_CALLBACK(+[](Server* s, SoupServerMessage* m) { s->finished(m); }),
                           self);
  g_signal_connect(message, "wrote-headers", G_CALLBACK(+[](SoupServerMessage* m, gpointer) {
                     if (auto exchange = Exchange::of(m)) exchange->wrote_head();
                   }),
                   nullptr);
  g_signal_connect(message, "wrote-chunk", G_CALLBACK(+[](SoupServerMessage* m, gpointer) {
                     if (auto exchange = Exchange::of(m)) exchange->wrote_chunk();
                   }),
                   nullptr);
  g_signal_connect(message, "disconnected", G_CALLBACK(+[](SoupServerMessage* m, gpointer) {
                     if (auto exchange = Exchange::of(m)) exchange->end();
                   }),
                   nullptr);
}

void Server::got_headers(SoupServerMessage* message) {
  connections_.got_headers(message);
  if (soup_server_message_get_status(message) != 0) return;  // libsoup has refused it
  clear_refusal(message);
  try {
    auto& exchange = Exchange::begin(message, loop_, senders_);
    exchange.guard([&] { accept_request(exchange); });
    if (exchange.answered())  // the rest of the body is read, for the connection's sake, but not kept
      soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  } catch (std::exception const& error) {
    prepare_refusal(message, error.what());
    soup_server_message_set_status(message, 400, nullptr);
  }
}

/// Where such a request ends nobody can tell: libsoup, which would read on, must not look for it.
void Server::refuse_framing(SoupServerMessage* message, char const* why) const {
  Failure failure(Fault::bad_request, why);
  auto socket = soup_server_message_get_socket(message);
  if (socket && options_.tls_cert.empty()) answer_and_close(socket, raw_failure(failure));
  throw std::move(failure).with("Connection", "close");
}

/// All that can be said before the body is there.
void Server::accept_request(Exchange& exchange) {
  auto& request = exchange.request();
  auto message = request.message();
  auto asked = soup_server_message_get_request_headers(message);
  if (!well_formed_host(request.header("Host")))
    throw Failure(Fault::bad_request, "The Host header is not one host name, or there are several.");
  auto const length = request.header("Content-Length");
  bool const chunked = !request.header("Transfer-Encoding").empty();
  if (!length.empty() && chunked) refuse_framing(message, "Both Content-Length and Transfer-Encoding.");
  if (!length.empty() && !parse_number(length)) refuse_framing(message, "Content-Length must be one number.");
  // To libsoup what is no chunk is the last one: what comes behind it must not be a request.
  if (chunked) exchange.decorate("Connection", "close");
  if (head_size(message) > options_.limits.head_bytes + 256)
    throw Failure(Fault::headers_too_large, "The request line and headers are larger than 16 KiB.");

  request.set_client(options_.proxies.client_behind(request.client(), forwarding_of(request)));
  if (!well_formed_host(request.client().host))
    throw Failure(Fault::bad_request, "The host that a proxy names is not one host name.");
  if (auto const wait = rate_.charge(request.client().address, std::chrono::steady_clock::now()); wait > 0)
    throw Failure(Fault::too_many_requests, "Too many requests: wait " + std::to_string(wait) + " s.")
        .with("Retry-After", std::to_string(wait));
  auto area = router_.area(request);
  auto visitor = visitor_of(request);
  if (area == Area::media) {
    exchange.decorate("Access-Control-Allow-Origin", "*");
    exchange.decorate("Access-Control-Expose-Headers", media_headers);
  } else if (!options_.rules.cors_origins.empty()) {
    exchange.decorate("Vary", "Origin");
    if (auto origin = allowed_origin(options_.rules, visitor.origin); !origin.empty())
      exchange.decorate("Access-Control-Allow-Origin", origin);
  }
  admit(options_.rules, visitor, area);
  if (shows_token(options_.rules, visitor) || !visitor.token.empty() || !visitor.bearer.empty())
    exchange.set_link_token(stream_token(options_.rules.api_token));

  if (request.method() == "OPTIONS") {
    auto methods = router_.methods(request);
    if (methods.empty()) throw Failure(Fault::not_found, "There is nothing at this address.");
    Response answer{204, {{"Allow", methods}}, {}};
    if (!visitor.origin.empty() && !request.header("Access-Control-Request-Method").empty()) {
      answer.set("Access-Control-Allow-Methods", methods);
      answer.set("Access-Control-Allow-Headers",
                 "Range, Authorization, Content-Type, If-Range, If-Match, If-None-Match, If-Modified-Since, "
                 "If-Unmodified-Since");
      answer.set("Access-Control-Max-Age", "86400");
      if (area == Area::media && !request.header("Access-Control-Request-Private-Network").empty())
        answer.set("Access-Control-Allow-Private-Network", "true");
    }
    return exchange.reply(answer);
  }
  exchange.set_route(router_.find(request).pattern);
  auto limit = static_cast<goffset>(body_limit(options_.limits, request.content_type()));
  if (soup_message_headers_get_content_length(asked) > limit)
    throw Failure(Fault::payload_too_large, "The body may have " + std::to_string(limit) + " bytes at most.")
        .with("Connection", "close");
}

void Server::got_chunk(SoupServerMessage* message, std::size_t size) {
  connections_.got_chunk(message);
  auto exchange = Exchange::of(message);
  if (!exchange) return;
  auto body = soup_server_message_get_request_body(message);
  auto limit = body_limit(options_.limits, exchange->request().content_type());
  auto received = exchange->count_received(size);
  if (received > limit && !exchange->answered()) {
    exchange->fail(std::make_exception_ptr(
        Failure(Fault::payload_too_large, "The body may have " + std::to_string(limit) + " bytes at most.")
            .with("Connection", "close")));
    soup_message_body_set_accumulate(body, FALSE);
    soup_message_body_truncate(body);
  }
  // A refused body is read to its end, or the client would not see the answer; but not without a bound.
  if (received > 8 * options_.limits.torrent_bytes) {
    if (auto socket = soup_server_message_get_socket(message)) g_socket_shutdown(socket, TRUE, TRUE, nullptr);
  }
}

void Server::on_request(SoupServer*, SoupServerMessage* message, char const*, GHashTable*, gpointer data) {
  auto self = static_cast<Server*>(data);
  auto exchange = Exchange::of(message);
  if (!exchange) return soup_server_message_set_status(message, 500, nullptr);
  exchange->guard([&] { self->router_.find(exchange->request()).run(*exchange); });
  exchange->wait_for_answer();
}

void Server::finished(SoupServerMessage* message) {
  connections_.finished(message);
  auto exchange = Exchange::of(message);
  if (!exchange) return;
  auto const& request = exchange->request();
  auto const status = soup_server_message_get_status(message);
  // Without its query, where tokens are.
  g_debug("%s \"%s %s\" %u", request.client().address.c_str(), request.method().c_str(), request.path().c_str(),
          status);
  if (options_.answered) options_.answered(*exchange, static_cast<int>(status));
  exchange->end();
}

}  // namespace http
