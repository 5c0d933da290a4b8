// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/source.hpp"

#include <glib-unix.h>

#include <poll.h>
#include <utility>

namespace http {
namespace {

struct Call {
  std::function<void()> function;
  bool once;
};

gboolean dispatch(gpointer data) {
  auto call = static_cast<Call*>(data);
  // The call may destroy the source, and Call with it, so nothing of it is used afterwards.
  bool once = call->once;
  auto function = once ? std::move(call->function) : call->function;
  function();
  return once ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

gboolean dispatch_fd(gint, GIOCondition, gpointer data) { return dispatch(data); }

}  // namespace

Source::Source(Source&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}

Source& Source::operator=(Source&& other) noexcept {
  if (this != &other) {
    stop();
    source_ = std::exchange(other.source_, nullptr);
  }
  return *this;
}

Source Source::attach(GSource* source, bool once, std::function<void()> call) {
  Source made;
  made.source_ = source;
  g_source_set_callback(source, dispatch, new Call{std::move(call), once},
                        [](gpointer data) { delete static_cast<Call*>(data); });
  g_source_attach(source, g_main_context_get_thread_default());
  return made;
}

Source Source::after(std::chrono::milliseconds delay, std::function<void()> call) {
  return attach(g_timeout_source_new(static_cast<guint>(delay.count())), true, std::move(call));
}

Source Source::every(std::chrono::milliseconds interval, std::function<void()> call) {
  return attach(g_timeout_source_new(static_cast<guint>(interval.count())), false, std::move(call));
}

Source Source::watch(int fd, GIOCondition conditions, std::function<void()> call) {
  auto made = attach(g_unix_fd_source_new(fd, conditions), false, {});
  g_source_set_callback(made.source_, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(dispatch_fd)),
                        new Call{std::move(call), false}, [](gpointer data) { delete static_cast<Call*>(data); });
  return made;
}

Source Source::departure(int fd, std::function<void()> call) {
  // POLLRDHUP is not in GIOCondition, but GLib hands the bits to poll() as they are.
  return watch(fd, static_cast<GIOCondition>(POLLRDHUP), std::move(call));
}

void Source::stop() {
  if (!source_) return;
  auto source = std::exchange(source_, nullptr);
  g_source_destroy(source);
  g_source_unref(source);
}

}  // namespace http
