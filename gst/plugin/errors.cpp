// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/errors.hpp"

#include "context/session.hpp"
#include "plugin/log.hpp"

#include <exception>

namespace plugin {

static void post(GstElement* element, GstMessageType type, int code, std::string const& text,
                 std::string const& advice) {
  gst_element_message_full(element, type, GST_RESOURCE_ERROR, code, g_strdup(text.c_str()),
                           advice.empty() ? nullptr : g_strdup(advice.c_str()), __FILE__, GST_FUNCTION, __LINE__);
}

std::string post_error(GstElement* element, swarm::Errc* code) noexcept {
  try {
    throw;
  } catch (swarm::Error const& e) {
    if (code) *code = e.code();
    post(element, GST_MESSAGE_ERROR, context::resource_error(e), e.what(), e.advice());
    return e.what();
  } catch (std::exception const& e) {
    post(element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_FAILED, "The torrent can't be read.", e.what());
    return e.what();
  } catch (...) {
    post(element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_FAILED, "The torrent can't be read.", {});
    return "unknown failure";
  }
}

void post_warning(GstElement* element, std::string const& text, std::string const& advice) {
  post(element, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_SETTINGS, text, advice);
}

}  // namespace plugin
