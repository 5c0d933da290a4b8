// SPDX-License-Identifier: LGPL-2.1-or-later
// A tracker is asked by its name's address, once that is known and may be spoken to.
#pragma once

#include "lib/trackers/probe.hpp"

#include <gio/gio.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

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

/// What every kind of probe does: looks the tracker's name up, has the Kind ask() that address, and tells once.
template <class Kind>
class NamedProbe : public Probe, public std::enable_shared_from_this<Kind> {
 public:
  NamedProbe(Question question, Done done) : question_(std::move(question)), done_(std::move(done)) {}
  ~NamedProbe() override {
    g_cancellable_cancel(cancellable_);
    g_object_unref(cancellable_);
  }

  [[nodiscard]] Verdict so_far() const override { return verdict_; }

  void begin(std::string const& host) {
    look_up(question_, host, cancellable_,
            [weak = this->weak_from_this()](bool resolves, GInetAddress* address, std::string const& why) {
              auto const self = weak.lock();
              if (!self) return;
              self->verdict_.resolves = resolves;
              if (address)
                self->ask(address);
              else
                self->tell(why);
            });
  }

  /// The end: what comes later is not told.
  void tell(std::string const& message) {
    auto const done = std::exchange(done_, {});
    if (!done) return;
    verdict_.message = message;
    done(verdict_);
  }

 protected:
  [[nodiscard]] std::chrono::milliseconds so_long() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
  }
  [[nodiscard]] bool has_told() const { return !done_; }

  Question const question_;
  GCancellable* cancellable_ = g_cancellable_new();  ///< of all that the Kind begins
  Verdict verdict_;

 private:
  Done done_;
  std::chrono::steady_clock::time_point const begun_ = std::chrono::steady_clock::now();
};

}  // namespace trackers
