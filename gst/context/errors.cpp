// SPDX-License-Identifier: LGPL-2.1-or-later
#include "context/session.hpp"

namespace context {

namespace {
struct Row {
  swarm::Errc code;
  GstResourceError resource;
};
constexpr Row table[] = {
    {swarm::Errc::bad_input, GST_RESOURCE_ERROR_SETTINGS},
    {swarm::Errc::not_found, GST_RESOURCE_ERROR_NOT_FOUND},
    {swarm::Errc::metadata_timeout, GST_RESOURCE_ERROR_NOT_FOUND},
    {swarm::Errc::read_timeout, GST_RESOURCE_ERROR_READ},
    {swarm::Errc::no_space, GST_RESOURCE_ERROR_NO_SPACE_LEFT},
    {swarm::Errc::permission, GST_RESOURCE_ERROR_OPEN_WRITE},
    {swarm::Errc::in_use, GST_RESOURCE_ERROR_BUSY},
    {swarm::Errc::disk, GST_RESOURCE_ERROR_WRITE},
    {swarm::Errc::damaged, GST_RESOURCE_ERROR_READ},
    {swarm::Errc::bad_metadata, GST_RESOURCE_ERROR_FAILED},
    {swarm::Errc::wrong_bytes, GST_RESOURCE_ERROR_READ},
    {swarm::Errc::removed, GST_RESOURCE_ERROR_NOT_FOUND},
    {swarm::Errc::stopped, GST_RESOURCE_ERROR_CLOSE},
};
}  // namespace

GstResourceError resource_error(swarm::Error const& error) {
  for (auto const& row : table)
    if (row.code == error.code()) return row.resource;
  return GST_RESOURCE_ERROR_FAILED;
}

}  // namespace context
