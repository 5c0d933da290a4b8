// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/providers.hpp"

#include "cli/command.hpp"
#include "search/web_provider.hpp"

#include <utility>

namespace cli {

Providers::Providers(std::vector<std::string> const& named, std::chrono::milliseconds deadline)
    : client_(search::client_settings("gst-torrent/" GST_TORRENT_VERSION)) {
  std::vector<std::unique_ptr<search::Provider>> providers;
  try {
    for (auto const& source : search::parse_sources(named))
      if (source.kind) providers.push_back(std::make_unique<search::WebProvider>(client_, source));
  } catch (search::Error const& error) {
    throw Usage(error.what());
  }
  search_ = std::make_unique<search::Search>(std::move(providers), deadline);
}

}  // namespace cli
