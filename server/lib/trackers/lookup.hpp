// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/trackers/probe.hpp"

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <string>

namespace trackers {

/// First address of a tracker's name. Without one, or if it may not be spoken to: null, and what is wrong. Not called
/// if it was cancelled.
using Found = std::function<void(bool resolves, GInetAddress* address, std::string const& error)>;
inline void look_up(Question const& question, std::string const& host, GCancellable* cancellable, Found found) {
  struct Call {
    std::function<bool(std::string const& address)> allowed;
    Found found;
  };
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  g_resolver_lookup_by_name_async(
      resolver, host.c_str(), cancellable,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        std::unique_ptr<Call> const call(static_cast<Call*>(data));
        g_autoptr(GError) error = nullptr;
        auto* list = g_resolver_lookup_by_name_finish(G_RESOLVER(source), result, &error);
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) return;
        if (!list) return call->found(false, nullptr, error->message);
        auto* const address = G_INET_ADDRESS(list->data);
        g_autofree char* text = g_inet_address_to_string(address);
        if (call->allowed(text))
          call->found(true, address, "");
        else
          call->found(true, nullptr, "Its address is private: it is not asked.");
        g_resolver_free_addresses(list);
      },
      new Call{question.allowed, std::move(found)});
}

}  // namespace trackers
