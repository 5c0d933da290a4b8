// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/exchange.hpp"

namespace http {
namespace {

constexpr char const* key = "gst-torrent-exchange";
/// Texts of an endless answer that wait for a slow client.
constexpr int most_unsent = 64;

bool names(SoupMessageHeaders* headers, char const* field, char const* token) {
  return soup_message_headers_header_contains(headers, field, token);
}

/// Not copied: libsoup holds the bytes as long as it sends them.
void append_shared(SoupMessageBody* body, std::shared_ptr<std::vector<std::uint8_t> const> content) {
  auto const* bytes = content->data();
  auto const size = content->size();
  g_autoptr(GBytes) shared = g_bytes_new_with_free_func(
      bytes, size, [](gpointer owner) { delete static_cast<std::shared_ptr<std::vector<std::uint8_t> const>*>(owner); },
      new std::shared_ptr<std::vector<std::uint8_t> const>(std::move(content)));
  soup_message_body_append_bytes(body, shared);
}

}  // namespace

Exchange& Exchange::begin(SoupServerMessage* message, std::shared_ptr<Loop> loop, std::shared_ptr<Senders> senders) {
  auto made = new std::shared_ptr<Exchange>(new Exchange(message, std::move(loop), std::move(senders)));
  g_object_set_data_full(G_OBJECT(message), key, made, [](gpointer data) {
    std::unique_ptr<std::shared_ptr<Exchange>> owner(static_cast<std::shared_ptr<Exchange>*>(data));
    (*owner)->end();  // at soup_server_disconnect this is the only sign of the end
  });
  return **made;
}

Exchange* Exchange::of(SoupServerMessage* message) {
  auto owner = static_cast<std::shared_ptr<Exchange>*>(g_object_get_data(G_OBJECT(message), key));
  return owner ? owner->get() : nullptr;
}

Exchange::Exchange(SoupServerMessage* message, std::shared_ptr<Loop> loop, std::shared_ptr<Senders> senders)
    : message_(message), request_(message), loop_(std::move(loop)), senders_(std::move(senders)) {}

Exchange::~Exchange() = default;

void Exchange::decorate(char const* name, std::string const& value) {
  soup_message_headers_replace(soup_server_message_get_response_headers(message_), name, value.c_str());
}

void Exchange::guard(std::function<void()> const& part) noexcept {
  auto self = shared_from_this();
  try {
    part();
  } catch (...) {
    if (over_) return;
    if (!answered_)
      fail(std::current_exception());
    else if (body_ || file_body_)
      broken(std::current_exception());
  }
}

std::function<void()> Exchange::wake(std::function<void()> call) {
  return [weak = weak_from_this(), loop = std::weak_ptr(loop_), call = std::move(call)] {
    auto to = loop.lock();
    if (!to) return;
    to->post([weak, call] {
      if (auto self = weak.lock(); self && !self->over_) self->guard(call);
    });
  };
}

void Exchange::after(std::chrono::milliseconds delay, std::function<void()> call) {
  timers_.push_back(Source::after(delay, [this, call = std::move(call)] { guard(call); }));
}

void Exchange::put_head(Response const& response) {
  auto headers = soup_server_message_get_response_headers(message_);
  auto asked = soup_server_message_get_request_headers(message_);
  soup_server_message_set_status(message_, static_cast<guint>(response.status), reason_phrase(response.status));
  for (auto const& [name, value] : response.headers) soup_message_headers_replace(headers, name.c_str(), value.c_str());
  soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
  if (names(asked, "Connection", "close"))
    soup_message_headers_replace(headers, "Connection", "close");
  else if (soup_server_message_get_http_version(message_) == SOUP_HTTP_1_0 && names(asked, "Connection", "keep-alive"))
    soup_message_headers_replace(headers, "Connection", "Keep-Alive");
  // Also what keeps libsoup's own handling of Range away.
  soup_message_body_set_accumulate(soup_server_message_get_response_body(message_), FALSE);
  answered_ = true;
}

void Exchange::reply(Response const& response) {
  if (over_ || answered_) return;
  when_begun_ = {};  // no stream
  release();
  put_head(response);
  if (response.status == 304)
    soup_message_headers_set_encoding(soup_server_message_get_response_headers(message_), SOUP_ENCODING_NONE);
  else if (response.content)
    append_shared(soup_server_message_get_response_body(message_), response.content);
  else if (!response.body.empty())
    soup_message_body_append(soup_server_message_get_response_body(message_), SOUP_MEMORY_COPY, response.body.data(),
                             response.body.size());
  resume();
}

void Exchange::reply_head(Response const& response, std::int64_t length) {
  if (over_ || answered_) return;
  release();
  put_head(response);
  soup_message_headers_set_content_length(soup_server_message_get_response_headers(message_), length);
  resume();
}

void Exchange::upgrade(std::function<void(std::unique_ptr<WebSocket>)> opened, WebSocket::Limits limits) {
  if (!soup_websocket_server_check_handshake(message_, nullptr, nullptr, nullptr, nullptr))
    throw Failure(Fault::bad_request,
                  "This address is for WebSockets: ws:// or wss:// instead of http:// or https://.");
  release();
  GList* extensions = nullptr;
  soup_websocket_server_process_handshake(message_, nullptr, nullptr, nullptr, &extensions);
  answered_ = true;
  struct Opening {
    std::function<void(std::unique_ptr<WebSocket>)> opened;
    std::string client;
    WebSocket::Limits limits;
  };
  g_signal_connect_data(message_, "wrote-informational", G_CALLBACK(+[](SoupServerMessage* message, Opening* opening) {
                          // Taking the connection ends the message, and this exchange with it.
                          g_object_ref(message);
                          opening->opened(std::make_unique<WebSocket>(message, opening->client, opening->limits));
                          g_object_unref(message);
                        }),
                        new Opening{std::move(opened), request_.client().address, limits},
                        [](gpointer opening, GClosure*) { delete static_cast<Opening*>(opening); }, {});
}

void Exchange::stream(Response head, Material material) {
  head_ = std::move(head);
  length_ = material.plan.length();
  late_ = std::move(material.late);
  when_begun_ = std::move(material.begun);
  when_waited_ = std::move(material.waited);
  if (length_ == 0) return reply_head(head_, 0);
  if (!material.on_disk || !senders_) return send_chunks(material);
  // Nothing else is to be fetched for a reader that is only there to show that the torrent is in use.
  auto range = material.plan.parts.front().range;
  material.reader->seek(range.begin);
  material.reader->set_end(range.end);
  // Opening a file is disk I/O. Should it fail, chunks know better what to say about it.
  auto shared = std::make_shared<Material>(std::move(material));
  work([shared, range] { return DiskFile::open(*shared->on_disk, range.end); },
       [this, shared](std::unique_ptr<DiskFile> file) {
         if (file)
           send_file(std::move(file), shared);
         else
           send_chunks(*shared);
       });
}

void Exchange::send_chunks(Material& material) {
  Body::Owner& owner = *this;
  body_ = std::make_shared<Body>(owner, loop_, std::move(material.reader), std::move(material.plan), material.waits);
  body_->start();
}

/// libsoup writes the head and believes that there is no body: to it, the number of a Content-Length with a space after
/// it (legal, optional white space of the field) is none. It sends the header as it is.
void Exchange::send_file(std::unique_ptr<DiskFile> file, std::shared_ptr<Material> const& material) {
  release();
  put_head(head_);
  soup_message_headers_replace(soup_server_message_get_response_headers(message_), "Content-Length",
                               (std::to_string(length_) + " ").c_str());
  file_body_ = std::make_shared<FileBody>(loop_, senders_, std::move(file), material->plan.parts.front().range,
                                          material, material->reader, [this](bool all) { sent_file(all); });
  resume();
}

void Exchange::wrote_head() {
  if (auto const begun = std::exchange(when_begun_, {})) begun();
  if (!file_body_) return;
  auto socket = soup_server_message_get_socket(message_);
  if (!socket || !file_body_->start(socket)) {
    file_body_.reset();
    return close_short();
  }
  soup_server_message_pause(message_);
  paused_ = true;
}

void Exchange::sent_file(bool all) {
  file_body_.reset();
  if (!all) soup_message_headers_replace(soup_server_message_get_response_headers(message_), "Connection", "close");
  resume();
}

void Exchange::first_bytes() {
  release();
  put_head(head_);
  soup_message_headers_set_content_length(soup_server_message_get_response_headers(message_), length_);
}

void Exchange::append(GBytes* chunk) {
  soup_message_body_append_bytes(soup_server_message_get_response_body(message_), chunk);
  if (paused_)
    resume();
  else
    soup_server_message_unpause(message_);  // libsoup pauses by itself when it wants a chunk and there is none
}

void Exchange::broken(std::exception_ptr const& why) {
  body_.reset();
  file_body_.reset();
  if (!answered_) return fail(why);
  g_info("%s %s: cut short: %s", request_.method().c_str(), request_.path().c_str(), translate(why).what());
  close_short();
}

void Exchange::starved(bool first) {
  auto self = shared_from_this();
  if (first) return broken(std::make_exception_ptr(late_()));
  broken(std::make_exception_ptr(Failure(Fault::read_timeout, "no peer gave the bytes in time.")));
}

void Exchange::wrote_chunk() {
  if (body_) body_->wrote_chunk();
  if (unsent_ > 0) --unsent_;
}

void Exchange::waiting(bool yes) {
  watch_client(yes);
  if (!answered_ || !when_waited_) return;
  if (yes)
    waits_since_ = std::chrono::steady_clock::now();
  else
    when_waited_(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - waits_since_));
}

void Exchange::open(Response const& head) {
  if (over_ || answered_) return;
  put_head(head);
  endless_ = true;
  auto headers = soup_server_message_get_response_headers(message_);
  if (soup_server_message_get_http_version(message_) ==
      SOUP_HTTP_1_0) {  // knows no chunks: the end is the connection's
    soup_message_headers_set_encoding(headers, SOUP_ENCODING_EOF);
    soup_message_headers_replace(headers, "Connection", "close");
  } else {
    soup_message_headers_set_encoding(headers, SOUP_ENCODING_CHUNKED);
  }
  soup_message_body_append(soup_server_message_get_response_body(message_), SOUP_MEMORY_COPY, head.body.data(),
                           head.body.size());
  unsent_ = 1;
  resume();
  watch_client(true);
}

bool Exchange::say(std::string const& text) {
  if (over_ || !endless_) return false;
  if (unsent_ >= most_unsent) {
    g_info("%s: a client is too slow, it is disconnected", request_.path().c_str());
    auto const self = shared_from_this();
    if (auto socket = soup_server_message_get_socket(message_)) g_socket_shutdown(socket, TRUE, TRUE, nullptr);
    left();
    return false;
  }
  ++unsent_;
  soup_message_body_append(soup_server_message_get_response_body(message_), SOUP_MEMORY_COPY, text.data(), text.size());
  soup_server_message_unpause(message_);  // libsoup pauses by itself when there is nothing to send
  return true;
}

void Exchange::close() {
  if (!over_ && std::exchange(endless_, false)) close_short();
}

void Exchange::wait_for_answer() {
  if (answered_ || over_) return;
  soup_server_message_pause(message_);
  paused_ = true;
}

void Exchange::resume() {
  departure_.stop();
  if (std::exchange(paused_, false)) soup_server_message_unpause(message_);
}

void Exchange::watch_client(bool yes) {
  auto socket = soup_server_message_get_socket(message_);
  if (!yes || !socket)
    departure_.stop();
  else if (!departure_.active())
    departure_ = Source::departure(g_socket_get_fd(socket), [this] { left(); });
}

/// Ends the message where it is; libsoup closes the connection after it.
void Exchange::close_short() {
  departure_.stop();
  soup_message_headers_replace(soup_server_message_get_response_headers(message_), "Connection", "close");
  soup_message_body_complete(soup_server_message_get_response_body(message_));
  paused_ = false;
  soup_server_message_unpause(message_);
}

void Exchange::left() {
  auto self = shared_from_this();
  release();
  body_.reset();
  file_body_.reset();
  over_ = true;
  if (!std::exchange(answered_, true)) soup_server_message_set_status(message_, 503, nullptr);  // nobody reads it
  close_short();
}

void Exchange::release() {
  timers_.clear();
  held_.clear();
}

void Exchange::end() {
  over_ = true;
  departure_.stop();
  release();
  body_.reset();
  file_body_.reset();
}

}  // namespace http
