// SPDX-License-Identifier: LGPL-2.1-or-later
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>
