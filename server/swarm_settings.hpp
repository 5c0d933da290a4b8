// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "config.hpp"
#include "swarm/settings.hpp"

#include <string>

/// What the settings say to the swarm library; its log goes to GLib's.
swarm::Settings swarm_settings(Config const& config);

/// A path that stays the same should the folder of the process change; empty stays empty.
std::string absolute(std::string const& path);
