// A SQLite file with a declared format: opened, checked and migrated, with
// statements and transactions that clean up after themselves.
//
//   constexpr const char* kSteps[] = {"CREATE TABLE word (w TEXT) STRICT"};
//   SN37_ASSIGN_OR_RETURN(Database db,
//                         Database::Open(path, {0x776f7264, "word list",
//                                               kSteps}));
//   SN37_ASSIGN_OR_RETURN(Transaction t, db.Begin());
//   SN37_RETURN_IF_ERROR(db.Run("INSERT INTO word VALUES (?)", {"hello"}));
//   return t.Commit();
//
// Errors are chosen by what the caller should do, name the file, and leave what
// was committed before as it was:
//   Unavailable         another process holds the file: try again
//   ResourceExhausted   the disk or the file-size limit is full: make room
//                       (main() ignores SIGXFSZ, see file.h)
//   PermissionDenied    file or folder cannot be written: change its mode
//   NotFound            the folder does not exist
//   FailedPrecondition  not a file of this format, or of a newer version of it:
//                       name another file, or use a newer program
//   DataLoss            damaged or truncated: restore it from a copy
//   AlreadyExists       a row violates a uniqueness rule
//   Internal            a mistake in our SQL
#ifndef SN37_BASE_SQLITE_H_
#define SN37_BASE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sn37 {

// What a file must be. The version of a file is the number of steps that made
// it: a file with fewer steps is migrated by the missing ones, in order and in
// one transaction; one with more was written by a newer program and is refused.
// A step once released never changes; a new version appends one.
struct DatabaseFormat {
  int32_t application_id = 0;           // SQLite's mark in the header, never 0
  absl::string_view name;               // for messages: "ledger"
  absl::Span<const char* const> steps;  // SQL scripts without transactions
};

// Bytes bound as a BLOB, where a string_view is bound as TEXT.
struct SqlBlob {
  absl::string_view bytes;
};

using SqlValue =
    std::variant<std::nullptr_t, int64_t, double, absl::string_view, SqlBlob>;

// A prepared statement with its arguments bound. Thread-compatible; must not
// outlive its Database.
class Statement {
 public:
  // True: there is a row, and the accessors below read it until the next call.
  absl::StatusOr<bool> Next();

  // Column `i` of the row, from 0; NULL reads as 0 and "".
  int64_t Int(int i) const;
  double Real(int i) const;
  std::string Text(int i) const;
  std::string Blob(int i) const { return Text(i); }
  bool IsNull(int i) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  Statement(std::unique_ptr<sqlite3_stmt, Finalize> statement,
            const std::string* path)
      : statement_(std::move(statement)), path_(path) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const std::string* path_;  // the Database's
};

// Rolls back unless committed. Must not outlive its Database.
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept
      : db_(std::exchange(other.db_, nullptr)), path_(other.path_) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // On success everything is on the disk; on an error nothing is.
  absl::Status Commit();

 private:
  friend class Database;
  Transaction(sqlite3* db, const std::string* path) : db_(db), path_(path) {}

  sqlite3* db_;  // null once committed
  const std::string* path_;
};

// One connection. Thread-compatible: guard it with a mutex to share it. Other
// processes may hold the same file; a write waits up to five seconds for them.
class Database {
 public:
  // Opens the file, or creates it whole (it appears with every step applied, or
  // not at all; its folder must exist). An empty file is truncated, not new.
  static absl::StatusOr<Database> Open(const std::string& path,
                                       const DatabaseFormat& format);

  const std::string& path() const { return *path_; }

  // A write transaction: takes the file's write lock at once.
  absl::StatusOr<Transaction> Begin();
  // A read transaction: every statement inside sees the same state.
  absl::StatusOr<Transaction> BeginRead();

  // Binds `values` to the statement's parameters in order; texts and blobs are
  // copied.
  absl::StatusOr<Statement> Query(absl::string_view sql,
                                  absl::Span<const SqlValue> values = {});
  absl::StatusOr<Statement> Query(absl::string_view sql,
                                  std::initializer_list<SqlValue> values) {
    return Query(sql, absl::MakeConstSpan(values.begin(), values.size()));
  }

  // Runs one statement that returns no rows.
  absl::Status Run(absl::string_view sql,
                   std::initializer_list<SqlValue> values = {});

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  Database(std::unique_ptr<sqlite3, Close> db, std::string path)
      : db_(std::move(db)),
        path_(std::make_unique<const std::string>(std::move(path))) {}
  static absl::StatusOr<Database> Connect(const std::string& path, int flags);
  static absl::Status Create(const std::string& path,
                             const DatabaseFormat& format);
  absl::Status Migrate(const DatabaseFormat& format);
  absl::Status CheckHeader(const DatabaseFormat& format);
  absl::StatusOr<int64_t> Pragma(absl::string_view name);
  absl::Status Script(const char* sql);

  std::unique_ptr<sqlite3, Close> db_;
  std::unique_ptr<const std::string> path_;  // statements point at it
};

}  // namespace sn37

#endif  // SN37_BASE_SQLITE_H_
