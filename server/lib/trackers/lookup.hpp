// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <string>

namespace trackers {

/// First address of a name, or null and what is wrong; not if it was cancelled.
inline void look_up(std::string const& host, GCancellable* cancellable,
                    std::function<void(GInetAddress* address, std::string const& error)> found) {
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  g_resolver_lookup_by_name_async(
      resolver, host.c_str(), cancellable,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        std::unique_ptr<std::function<void(GInetAddress*, std::string const&)>> call(
            static_cast<std::function<void(GInetAddress*, std::string const&)>*>(data));
        g_autoptr(GError) error = nullptr;
        auto* list = g_resolver_lookup_by_name_finish(G_RESOLVER(source), result, &error);
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) return;
        (*call)(list ? G_INET_ADDRESS(list->data) : nullptr, error ? error->message : "");
        g_resolver_free_addresses(list);
      },
      new std::function<void(GInetAddress*, std::string const&)>(std::move(found)));
}

}  // namespace trackers
