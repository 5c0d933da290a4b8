// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/fetch/whereabouts.hpp"

#include "lib/fetch/address.hpp"
#include "lib/fetch/transfer.hpp"

#include <gio/gio.h>

#include <utility>

namespace fetch {
namespace {

struct Search {
  std::function<void(std::vector<std::string>)> then;
  std::vector<std::string> found;
  std::size_t left = 0;
  GCancellable* cancel = g_cancellable_new();

  ~Search() { g_object_unref(cancel); }
  void one_less() {
    if (--left == 0 && then) std::exchange(then, nullptr)(std::move(found));
  }
};

struct Question {
  std::shared_ptr<Search> search;
  std::string url;
};

void on_resolved(GObject* resolver, GAsyncResult* result, gpointer data) {
  std::unique_ptr<Question> const question(static_cast<Question*>(data));
  auto* const addresses = g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, nullptr);
  // A name that is unknown here may be known to who connects: other functions read 127.1 or 0x7f000001 as addresses.
  bool all_public = addresses != nullptr;
  for (auto const* item = addresses; item; item = item->next)
    all_public = all_public && is_public(G_INET_ADDRESS(item->data));
  if (!all_public) question->search->found.push_back(question->url);
  g_resolver_free_addresses(addresses);
  question->search->one_less();
}

}  // namespace

std::shared_ptr<void> find_private(std::vector<std::string> const& urls,
                                   std::function<void(std::vector<std::string>)> then) {
  auto const search = std::make_shared<Search>();
  search->left = urls.size();
  search->then = std::move(then);
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  for (auto const& url : urls) {
    check_url(url);
    g_autoptr(GUri) uri = g_uri_parse(
        url.c_str(),
        static_cast<GUriFlags>(G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY),
        nullptr);
    auto const* host = uri ? g_uri_get_host(uri) : "";
    g_resolver_lookup_by_name_async(resolver, host, search->cancel, on_resolved, new Question{search, url});
  }
  return {search.get(), [search](void*) {
            search->then = nullptr;
            g_cancellable_cancel(search->cancel);
          }};
}

}  // namespace fetch
