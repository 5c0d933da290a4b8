// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that take long to look up: this program's getaddrinfo stands before the C library's.
#include "live.hpp"
#include "support/link.hpp"
#include "support/web_seed.hpp"

#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <string>

static std::string address;  // of film.test
static std::atomic<bool> held = false;
static std::atomic<int> lookups = 0;

extern "C" __attribute__((visibility("default"))) int getaddrinfo(char const* name, char const* service,
                                                                  addrinfo const* hints, addrinfo** result) {
  using Lookup = int (*)(char const*, char const*, addrinfo const*, addrinfo**);
  static auto const real = reinterpret_cast<Lookup>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (!name || std::strcmp(name, "film.test") != 0) return real(name, service, hints, result);
  ++lookups;
  held.wait(true);
  return real(address.c_str(), service, hints, result);
}

namespace {

using namespace live;

void release() {
  held = false;
  held.notify_all();
}

void want_something(swarm::Reader& reader) {
  std::byte first;
  (void)reader.try_read({&first, 1});
}

// libtorrent must not know web seeds while nobody wants anything; and one that it is to forget while its name is being
// looked up, it forgets when that is over.
TEST_F(Live, AWebSeedIsNotLostWhoseNameIsLookedUpWhileNobodyWantsAnything) {
  support::WebSeed named, plain;
  support::Link line(plain.endpoint(), {.down = 50 * KiB});
  address = named.endpoint().host;
  auto const made =
      support::make_torrent({.files = {support::payload_file("film.mkv", 8 * MiB)},
                             .web_seeds = {"http://film.test:" + std::to_string(named.endpoint().port) + "/",
                                           "http://" + line.endpoint().str() + "/"}});
  named.serve(made);
  plain.serve(made);
  held = true;
  std::shared_ptr<void> const released(nullptr, [](void*) { release(); });

  session = swarm::Session::create(client);
  auto const torrent = session->add(swarm::Locator::from_metainfo(made.metainfo));
  auto reader = torrent->open(swarm::TheFilm{});
  want_something(*reader);
  ASSERT_TRUE(eventually([&] { return lookups == 1 && plain.connections() == 1; }));
  reader.reset();
  ASSERT_TRUE(eventually([&] { return plain.connections() == 0; }));
  auto const before = plain.requests();
  reader = torrent->open(swarm::TheFilm{});
  want_something(*reader);
  ASSERT_TRUE(eventually([&] { return plain.requests() > before; }));
  release();
  EXPECT_TRUE(eventually([&] { return named.requests() > 0; }));
}

}  // namespace
