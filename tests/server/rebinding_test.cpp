// SPDX-License-Identifier: LGPL-2.1-or-later
// A tracker whose name leads to the Internet when it is looked at, and into our network when it is connected to.
#include "lib/fetch/address.hpp"
#include "lib/trackers/check.hpp"
#include "support/website.hpp"

#include <gtest/gtest.h>

namespace {

using support::Website;

/// Of all names: first an address of the Internet, from then on the one that was set.
struct FickleResolver {
  GResolver parent;
};
struct FickleResolverClass {
  GResolverClass parent;
};
std::string inside;
int lookups = 0;

G_DEFINE_TYPE(FickleResolver, fickle_resolver, G_TYPE_RESOLVER)

GList* addresses() {
  return g_list_append(nullptr, g_inet_address_new_from_string(lookups++ == 0 ? "1.1.1.1" : inside.c_str()));
}
void look_up(GResolver* self, GCancellable* cancellable, GAsyncReadyCallback then, gpointer data) {
  g_autoptr(GTask) task = g_task_new(self, cancellable, then, data);
  g_task_return_pointer(task, addresses(), [](gpointer list) { g_resolver_free_addresses(static_cast<GList*>(list)); });
}
GList* finish(GResolver*, GAsyncResult* result, GError** error) {
  return static_cast<GList*>(g_task_propagate_pointer(G_TASK(result), error));
}
void fickle_resolver_init(FickleResolver*) {}
void fickle_resolver_class_init(FickleResolverClass* type) {
  auto& resolver = type->parent;
  resolver.lookup_by_name_async = [](GResolver* self, char const*, GCancellable* cancellable, GAsyncReadyCallback then,
                                     gpointer data) { look_up(self, cancellable, then, data); };
  resolver.lookup_by_name_with_flags_async = [](GResolver* self, char const*, GResolverNameLookupFlags,
                                                GCancellable* cancellable, GAsyncReadyCallback then,
                                                gpointer data) { look_up(self, cancellable, then, data); };
  resolver.lookup_by_name_finish = finish;
  resolver.lookup_by_name_with_flags_finish = finish;
}

class Rebinding : public testing::TestWithParam<char const*> {};

TEST_P(Rebinding, IsNoWayIntoOurNetwork) {
  Website site;
  inside = site.endpoint().host;
  g_autoptr(GResolver) fickle = G_RESOLVER(g_object_new(fickle_resolver_get_type(), nullptr));
  g_resolver_set_default(fickle);
  auto const ask = [&](bool all) {
    lookups = 0;
    bool over = false;
    auto const url = GetParam() + std::string("tracker.example:") + std::to_string(site.endpoint().port) + "/announce";
    trackers::Check const check({{url, {}, [all](std::string const& to) { return all || fetch::is_public(to); }}},
                                [&] { over = true; });
    while (!over) g_main_context_iteration(nullptr, TRUE);
    EXPECT_EQ(check.rows()[0].verdict.answers, false);
    EXPECT_GT(lookups, 1) << "libsoup looks for itself";
  };
  ask(false);
  EXPECT_EQ(site.connections(), 0);
  ask(true);
  EXPECT_EQ(site.connections(), 1) << "who may, comes there";
}

INSTANTIATE_TEST_SUITE_P(Trackers, Rebinding, testing::Values("http://", "ws://"));

}  // namespace
