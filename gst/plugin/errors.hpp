// SPDX-License-Identifier: LGPL-2.1-or-later
// The element's border: what is thrown inside becomes a message on the bus, once, here.
#pragma once

#include "swarm/error.hpp"

#include <gst/gst.h>

#include <string>
#include <utility>

namespace plugin {

/// Posts what is being thrown as an ERROR message (text: what is wrong; debug: what to do) and returns its text. To
/// be called in a catch block. `code`, if given, is set to that of a swarm::Error.
std::string post_error(GstElement* element, swarm::Errc* code = nullptr) noexcept;
/// The same as a WARNING message, for what does not end the stream.
void post_warning(GstElement* element, std::string const& text, std::string const& advice);

/// Runs what a C frame calls; what it throws is posted, and `fallback` returned.
template <class Result, class Call>
Result guarded(GstElement* element, Result fallback, Call&& call) noexcept {
  try {
    return std::forward<Call>(call)();
  } catch (...) {
    post_error(element);
    return fallback;
  }
}

}  // namespace plugin
