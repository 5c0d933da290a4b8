// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/fetch/transfer.hpp"

#include "lib/fetch/address.hpp"

#include <string_view>
#include <utility>

namespace fetch {
namespace {

constexpr auto http_uri = static_cast<GUriFlags>(SOUP_HTTP_URI_FLAGS);
constexpr int most_hops = 5;
constexpr gsize at_a_time = 128 * 1024;

/// Where a request may go.
bool is_http(GUri* uri) {
  std::string_view const scheme = g_uri_get_scheme(uri);
  auto const* host = g_uri_get_host(uri);
  return (scheme == "http" || scheme == "https") && host && *host;
}

bool is_redirect(guint status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Error of_gio(GError const& error) {
  if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return {Error::Kind::too_late, "The other server said nothing for too long: try again later."};
  if (g_error_matches(&error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND) ||
      g_error_matches(&error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE))
    return {Error::Kind::unreachable, "There is no server of that name: check the URL."};
  if (error.domain == G_TLS_ERROR)
    return {Error::Kind::unreachable, "No secure connection to the other server: is its certificate right?"};
  return {Error::Kind::unreachable, "The other server can't be reached, or broke off: check the URL, or try later."};
}

}  // namespace

class Transfer::Run : public std::enable_shared_from_this<Run> {
 public:
  Run(SoupSession* session, Reach reach, Request const& request, Listener listener)
      : session_(SOUP_SESSION(g_object_ref(session))),
        reach_(reach),
        request_(request),
        listener_(std::make_shared<Listener const>(std::move(listener))),
        cancel_(g_cancellable_new()) {}
  ~Run() {
    g_clear_object(&stream_);
    g_clear_object(&message_);
    g_object_unref(cancel_);
    g_object_unref(session_);
  }
  Run(Run const&) = delete;
  Run& operator=(Run const&) = delete;

  void start(GUri* uri) {
    g_clear_object(&message_);
    message_ = soup_message_new_from_uri(SOUP_METHOD_GET, uri);
    // Each hop is looked at by us.
    soup_message_add_flags(message_, SOUP_MESSAGE_NO_REDIRECT);
    auto* const headers = soup_message_get_request_headers(message_);
    if (request_.begin) {
      soup_message_headers_set_range(headers, *request_.begin, request_.end.value_or(0) - 1);
      soup_message_headers_replace(headers, "Accept-Encoding", "identity");
    }
    if (!request_.etag.empty()) soup_message_headers_replace(headers, "If-None-Match", request_.etag.c_str());
    g_signal_connect(message_, "network-event", G_CALLBACK(on_network), this);
    soup_session_send_async(session_, message_, G_PRIORITY_DEFAULT, cancel_, on_sent, held());
  }

  void stop() {
    listener_.reset();
    g_cancellable_cancel(cancel_);
  }

  void resume() {
    if (std::exchange(paused_, false)) read();
  }

 private:
  gpointer held() { return new std::shared_ptr<Run>(shared_from_this()); }
  static std::shared_ptr<Run> taken(gpointer data) {
    std::unique_ptr<std::shared_ptr<Run>> const holder(static_cast<std::shared_ptr<Run>*>(data));
    return *holder;
  }

  /// The address that is about to be connected to: a name may have said another one before (DNS rebinding).
  static void on_network(SoupMessage*, GSocketClientEvent event, GIOStream* stream, gpointer data) {
    if (event != G_SOCKET_CLIENT_CONNECTING || !G_IS_SOCKET_CONNECTION(stream)) return;
    auto& self = *static_cast<Run*>(data);
    g_autoptr(GSocketAddress) address = g_socket_connection_get_remote_address(G_SOCKET_CONNECTION(stream), nullptr);
    bool const is_inet = address && G_IS_INET_SOCKET_ADDRESS(address);
    if (self.reach_.private_addresses ||
        (is_inet && is_public(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)))))
      return;
    self.forbidden_ = true;
    g_socket_close(g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream)), nullptr);  // not even a SYN goes out
    g_cancellable_cancel(self.cancel_);
  }

  static void on_sent(GObject*, GAsyncResult* result, gpointer data) {
    auto const self = taken(data);
    g_autoptr(GError) error = nullptr;
    self->stream_ = soup_session_send_finish(self->session_, result, &error);
    g_signal_handlers_disconnect_by_data(self->message_, self.get());
    if (self->listener_) self->sent(error);
  }

  void sent(GError const* error) {
    if (error) return failed(*error);
    auto const status = soup_message_get_status(message_);
    if (is_redirect(status)) return follow();
    bool const unchanged = status == 304 && !request_.etag.empty();
    if (status != 200 && status != 206 && !unchanged && !request_.refusals)
      return over(Error(Error::Kind::status, "The other server answered with status " + std::to_string(status) + "."));
    auto const listener = listener_;  // it may stop us, and so go, while it is called
    if (!listener->head(head(static_cast<int>(status)))) return stop();
    if (listener_) read();
  }

  void follow() {
    g_clear_object(&stream_);  // before the message: its connection may serve again
    if (++hops_ > most_hops)
      return over(Error(Error::Kind::status, "The other server redirects again and again: check the URL."));
    auto const* location = soup_message_headers_get_one(soup_message_get_response_headers(message_), "Location");
    g_autoptr(GUri) next =
        location ? g_uri_parse_relative(soup_message_get_uri(message_), location, http_uri, nullptr) : nullptr;
    if (!next || !is_http(next))
      return over(Error(Error::Kind::forbidden, "The other server redirects to something that is not http or https."));
    if (!reach_.other_hosts && g_ascii_strcasecmp(g_uri_get_host(next), g_uri_get_host(soup_message_get_uri(message_))))
      return over(Error(Error::Kind::status, std::string("The other server has moved to ") + g_uri_get_host(next) +
                                                 ": name that in its place."));
    start(next);
  }

  [[nodiscard]] Head head(int status) const {
    auto* const headers = soup_message_get_response_headers(message_);
    Head head;
    head.status = status;
    g_autofree char* url = g_uri_to_string_partial(soup_message_get_uri(message_), G_URI_HIDE_USERINFO);
    head.url = url;
    if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH)
      head.length = soup_message_headers_get_content_length(headers);
    goffset begin = 0, end = 0, whole = 0;
    if (status == 206 && soup_message_headers_get_content_range(headers, &begin, &end, &whole)) {
      head.begin = begin;
      if (whole >= 0) head.whole = whole;
    } else if (status == 200) {
      head.whole = head.length;
    }
    if (auto const* etag = soup_message_headers_get_one(headers, "ETag")) head.etag = etag;
    if (auto const* type = soup_message_headers_get_content_type(headers, nullptr)) head.type = type;
    g_autofree char* disposition = nullptr;
    g_autoptr(GHashTable) parameters = nullptr;
    if (soup_message_headers_get_content_disposition(headers, &disposition, &parameters))
      if (auto const* name = static_cast<char*>(g_hash_table_lookup(parameters, "filename"))) head.file_name = name;
    return head;
  }

  void read() { g_input_stream_read_bytes_async(stream_, at_a_time, G_PRIORITY_DEFAULT, cancel_, on_read, held()); }

  static void on_read(GObject*, GAsyncResult* result, gpointer data) {
    auto const self = taken(data);
    g_autoptr(GError) error = nullptr;
    g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish(self->stream_, result, &error);
    auto const listener = self->listener_;
    if (!listener) return;
    if (error) return self->failed(*error);
    gsize size = 0;
    auto const* begin = static_cast<char const*>(g_bytes_get_data(bytes, &size));
    if (size == 0) return self->over({});
    self->paused_ = !listener->bytes({begin, size});
    if (!self->paused_ && self->listener_) self->read();
  }

  void failed(GError const& error) {
    if (forbidden_)
      return over(Error(Error::Kind::forbidden,
                        "The URL leads to an address of this server or its own network; that is not allowed "
                        "(ALLOW_PRIVATE_FETCH)."));
    over(of_gio(error));
  }

  void over(std::optional<Error> error) {
    if (auto const listener = std::exchange(listener_, nullptr)) listener->over(std::move(error));
  }

  SoupSession* session_;
  Reach const reach_;
  Request const request_;
  std::shared_ptr<Listener const> listener_;  ///< null: over
  GCancellable* cancel_;
  SoupMessage* message_ = nullptr;
  GInputStream* stream_ = nullptr;
  int hops_ = 0;
  bool forbidden_ = false, paused_ = false;
};

Transfer::Transfer(SoupSession* session, Reach reach, Request const& request, Listener listener)
    : run_(std::make_shared<Run>(session, reach, request, std::move(listener))) {
  check_url(request.url);
  g_autoptr(GUri) uri = g_uri_parse(request.url.c_str(), http_uri, nullptr);
  run_->start(uri);
}

Transfer::~Transfer() { run_->stop(); }

void Transfer::resume() { run_->resume(); }

bool is_url(std::string const& url) {
  g_autoptr(GUri) uri = g_uri_parse(url.c_str(), http_uri, nullptr);
  return uri && is_http(uri);
}

void check_url(std::string const& url) {
  if (!is_url(url)) throw Error(Error::Kind::bad_url, "A URL must begin with http:// or https:// and name a host.");
}

}  // namespace fetch
