// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/backend.hpp"
#include "lib/sqlite/database.hpp"

#include <glib.h>
#include <glib/gstdio.h>

#include <type_traits>

namespace cache {
namespace {

constexpr char const* migrations[] = {
    "CREATE TABLE file (info_hash TEXT, file INTEGER, name TEXT, size INTEGER, on_disk INTEGER, complete INTEGER,"
    "                   last_used INTEGER, PRIMARY KEY (info_hash, file)) WITHOUT ROWID;"
    "CREATE TABLE opens (info_hash TEXT, file INTEGER, count INTEGER, PRIMARY KEY (info_hash, file)) WITHOUT ROWID;"
    "CREATE TABLE pin (info_hash TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE lookups (hits INTEGER, misses INTEGER);"
    "INSERT INTO lookups VALUES (0, 0);",
};

class SqliteBackend final : public Backend {
 public:
  explicit SqliteBackend(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] Traits traits() const override { return {"sqlite", false, true, true}; }

  std::map<Key, File> load() override {
    return with_database([](sqlite::Database& database) {
      std::map<Key, File> files;
      auto rows = database.prepare(
          "SELECT info_hash, file, name, size, on_disk, complete, last_used, ifnull(count, 0)"
          " FROM file LEFT JOIN opens USING (info_hash, file)");
      while (rows.step())
        files[{rows.text(0), static_cast<int>(rows.integer(1))}] = {
            {rows.text(2), rows.integer(3), rows.integer(4), rows.integer(5) != 0}, rows.integer(6), rows.integer(7)};
      return files;
    });
  }

  std::optional<Shared> exchange(Changes const& changes) override {
    return with_database([&](sqlite::Database& database) -> std::optional<Shared> {
      if (!told_ && !changes.everything) return std::nullopt;
      sqlite::Transaction transaction(database);
      write(database, changes);
      auto shared = read(database);
      transaction.commit();
      told_ = true;
      return shared;
    });
  }

 private:
  static void write(sqlite::Database& database, Changes const& changes) {
    if (changes.everything) database.execute("DELETE FROM file");
    auto put = database.prepare("REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (auto const& [key, file] : changes.files)
      put.bind(1, key.info_hash)
          .bind(2, key.file)
          .bind(3, file.held.name)
          .bind(4, file.held.size)
          .bind(5, file.held.on_disk)
          .bind(6, std::int64_t{file.held.complete})
          .bind(7, file.last_used)
          .run();
    auto open = database.prepare("INSERT INTO opens VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + ?3");
    for (auto const& [key, count] : changes.opens) open.bind(1, key.info_hash).bind(2, key.file).bind(3, count).run();
    auto erase = database.prepare("DELETE FROM file WHERE info_hash = ? AND file = ?");
    auto forget = database.prepare("DELETE FROM opens WHERE info_hash = ? AND file = ?");
    for (auto const& key : changes.erased) {
      erase.bind(1, key.info_hash).bind(2, key.file).run();
      forget.bind(1, key.info_hash).bind(2, key.file).run();
    }
    auto pin = database.prepare("REPLACE INTO pin VALUES (?)"),
         unpin = database.prepare("DELETE FROM pin WHERE info_hash = ?");
    if (!has_pins(database))
      for (auto const& hash : changes.pinned) pin.bind(1, hash).run();
    pin.bind(1, pins_are_known).run();
    for (auto const& [hash, pinned] : changes.pins) (pinned ? pin : unpin).bind(1, hash).run();
    database.prepare("UPDATE lookups SET hits = hits + ?, misses = misses + ?")
        .bind(1, changes.lookups.hits)
        .bind(2, changes.lookups.misses)
        .run();
  }

  static bool has_pins(sqlite::Database& database) {
    auto known = database.prepare("SELECT 1 FROM pin WHERE info_hash = ?");
    return known.bind(1, pins_are_known).step();
  }

  static Shared read(sqlite::Database& database) {
    Shared shared;
    auto opens = database.prepare("SELECT info_hash, file, count FROM opens");
    while (opens.step()) shared.opens[{opens.text(0), static_cast<int>(opens.integer(1))}] = opens.integer(2);
    auto pins = database.prepare("SELECT info_hash FROM pin");
    while (pins.step()) shared.pins.insert(pins.text(0));
    shared.pins.erase(pins_are_known);
    auto lookups = database.prepare("SELECT hits, misses FROM lookups");
    while (lookups.step()) shared.lookups = {lookups.integer(0), lookups.integer(1)};
    return shared;
  }

  /// Opens the file if need be; a damaged one is put aside, for what it said is found again in the folder.
  template <class Work>
  std::invoke_result_t<Work, sqlite::Database&> with_database(Work work) {
    try {
      if (database_ && !database_->in_place()) close();
      if (!database_) database_ = std::make_unique<sqlite::Database>(path_, migrations);
      return work(*database_);
    } catch (sqlite::Error const& error) {
      close();
      if (error.broken()) put_aside(error.what());
      throw Unavailable(std::string("The cache's index can't be kept in its file: ") + error.what());
    }
  }

  void close() {
    database_.reset();
    told_ = false;
  }

  void put_aside(char const* why) {
    auto const aside = path_ + ".broken";
    for (auto const* part : {"-wal", "-shm"}) g_remove((path_ + part).c_str());
    if (g_rename(path_.c_str(), aside.c_str()) == 0)
      g_warning("The cache's index is made anew; the old one is now %s (%s)", aside.c_str(), why);
  }

  std::string const path_;
  std::unique_ptr<sqlite::Database> database_;
  bool told_ = false;  ///< of everything, since it was opened
};

}  // namespace

std::unique_ptr<Backend> sqlite_backend(std::string const& path) { return std::make_unique<SqliteBackend>(path); }

}  // namespace cache
