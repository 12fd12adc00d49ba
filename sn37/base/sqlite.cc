#include "sn37/base/sqlite.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <type_traits>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

// How long a write waits for another process. An epoch's transactions take
// milliseconds, so whoever holds the file longer is stuck or stopped.
constexpr int kBusyTimeoutMillis = 5000;

absl::Status FileError(absl::StatusCode code, absl::string_view path,
                       absl::string_view what, absl::string_view advice) {
  return absl::Status(code,
                      absl::StrCat(Printable(path), ": ", what, "; ", advice));
}

absl::Status ConstraintError(int extended, absl::string_view path,
                             absl::string_view what) {
  const bool twice = extended == SQLITE_CONSTRAINT_UNIQUE ||
                     extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
                     extended == SQLITE_CONSTRAINT_ROWID;
  return absl::Status(twice ? absl::StatusCode::kAlreadyExists
                            : absl::StatusCode::kInvalidArgument,
                      absl::StrCat(Printable(path), ": ", what));
}

// The error that `db` has just reported.
absl::Status LastError(sqlite3* db, absl::string_view path) {
  const int extended = sqlite3_extended_errcode(db);
  const std::string what = sqlite3_errmsg(db);
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return FileError(absl::StatusCode::kUnavailable, path,
                       "another process is using the file",
                       "wait for it or stop it, then run this again");
    case SQLITE_FULL:
      return ErrnoStatus(ENOSPC, "write", path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
      // The clean-up after a failed write can lose errno; the file keeps it.
      int error = sqlite3_system_errno(db);
      if (error == 0) {
        sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
      }
      return ErrnoStatus(error == 0 ? EIO : error, "use", path);
    }
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return ErrnoStatus(EACCES, "write", path);
    case SQLITE_NOTADB:
      return FileError(absl::StatusCode::kFailedPrecondition, path,
                       "not a SQLite file", "move it away or name another");
    case SQLITE_CORRUPT:
      return FileError(absl::StatusCode::kDataLoss, path,
                       "damaged or truncated", "restore it from a copy");
    case SQLITE_CONSTRAINT:
      return ConstraintError(extended, path, what);
    default:
      return absl::InternalError(absl::StrCat(Printable(path), ": ", what));
  }
}

int BindValue(sqlite3_stmt* statement, int i, const SqlValue& value) {
  return std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::nullptr_t>) {
          return sqlite3_bind_null(statement, i);
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return sqlite3_bind_int64(statement, i, v);
        } else if constexpr (std::is_same_v<T, double>) {
          return sqlite3_bind_double(statement, i, v);
        } else if constexpr (std::is_same_v<T, SqlBlob>) {
          // A null pointer would bind NULL instead of an empty blob.
          return sqlite3_bind_blob64(statement, i,
                                     v.bytes.empty() ? "" : v.bytes.data(),
                                     v.bytes.size(), SQLITE_TRANSIENT);
        } else {
          return sqlite3_bind_text64(statement, i, v.empty() ? "" : v.data(),
                                     v.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        }
      },
      value);
}

// A file that exists only whole: `temporary` gets its last name if nobody else
// has taken it in the meantime. Either way `path` exists afterwards.
absl::Status Appear(const std::string& temporary, const std::string& path) {
  if (link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, "create", path);
  }
  return SyncFolder(path.substr(0, path.rfind('/') + 1) + ".");
}

}  // namespace

absl::StatusOr<bool> Statement::Next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  absl::Status error = LastError(sqlite3_db_handle(statement_.get()), *path_);
  sqlite3_reset(statement_.get());  // frees its locks
  return error;
}

int64_t Statement::Int(int i) const {
  return sqlite3_column_int64(statement_.get(), i);
}

double Statement::Real(int i) const {
  return sqlite3_column_double(statement_.get(), i);
}

std::string Statement::Text(int i) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), i);
  if (bytes == nullptr) return "";
  return std::string(static_cast<const char*>(bytes),
                     sqlite3_column_bytes(statement_.get(), i));
}

bool Statement::IsNull(int i) const {
  return sqlite3_column_type(statement_.get(), i) == SQLITE_NULL;
}

Transaction::~Transaction() {
  if (db_ == nullptr) return;
  sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

absl::Status Transaction::Commit() {
  if (sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError(db_, *path_);  // the destructor rolls back
  }
  db_ = nullptr;
  return absl::OkStatus();
}

absl::StatusOr<Database> Database::Connect(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   flags | SQLITE_OPEN_EXRESCODE, nullptr);
  Database db(std::unique_ptr<sqlite3, Close>(raw), path);
  if (raw == nullptr) return absl::ResourceExhaustedError("SQLite: no memory");
  if (code != SQLITE_OK) return LastError(raw, path);
  if (sqlite3_db_readonly(raw, "main") == 1) {
    return ErrnoStatus(EACCES, "open for writing", path);
  }
  sqlite3_busy_timeout(raw, kBusyTimeoutMillis);
  // The schema and pages come from a file that anyone may have changed.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  SN37_RETURN_IF_ERROR(
      db.Script("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                // EXTRA: a commit survives a loss of power, its journal's
                // removal included.
                "PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;"));
  return db;
}

// Creates the file under a name of its own, so that it appears whole.
absl::Status Database::Create(const std::string& path,
                              const DatabaseFormat& format) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkstemp(temporary.data());
  if (fd < 0) return ErrnoStatus(errno, "create", path);
  close(fd);
  const absl::Cleanup remove = [&] {
    unlink(temporary.c_str());
    unlink((temporary + "-journal").c_str());
  };
  {
    SN37_ASSIGN_OR_RETURN(Database fresh,
                          Connect(temporary, SQLITE_OPEN_READWRITE));
    SN37_RETURN_IF_ERROR(fresh.Migrate(format));
  }
  return Appear(temporary, path);
}

absl::StatusOr<Database> Database::Open(const std::string& path,
                                        const DatabaseFormat& format) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return ErrnoStatus(errno, "open", path);
    SN37_RETURN_IF_ERROR(Create(path, format));
  } else if (!S_ISREG(info.st_mode)) {
    return FileError(absl::StatusCode::kFailedPrecondition, path,
                     "not a regular file", "name another");
  } else if (info.st_size == 0) {
    return FileError(absl::StatusCode::kDataLoss, path, "empty file",
                     "restore it from a copy, or remove it to start anew");
  }
  SN37_ASSIGN_OR_RETURN(Database db, Connect(path, SQLITE_OPEN_READWRITE));
  SN37_RETURN_IF_ERROR(db.CheckHeader(format));
  SN37_RETURN_IF_ERROR(db.Migrate(format));
  return db;
}

absl::Status Database::CheckHeader(const DatabaseFormat& format) {
  SN37_ASSIGN_OR_RETURN(const int64_t mark, Pragma("application_id"));
  if (mark != format.application_id) {
    return FileError(absl::StatusCode::kFailedPrecondition, *path_,
                     absl::StrCat("a SQLite file, but no ", format.name),
                     "name another");
  }
  // SQLite itself misses a last page that was cut.
  SN37_ASSIGN_OR_RETURN(const int64_t page_size, Pragma("page_size"));
  SN37_ASSIGN_OR_RETURN(const int64_t pages, Pragma("page_count"));
  struct stat info;
  if (stat(path_->c_str(), &info) != 0) {
    return ErrnoStatus(errno, "open", *path_);
  }
  if (info.st_size < page_size * pages) {
    return FileError(absl::StatusCode::kDataLoss, *path_,
                     absl::StrCat("truncated, ", info.st_size, " of ",
                                  page_size * pages, " bytes"),
                     "restore it from a copy");
  }
  return absl::OkStatus();
}

absl::Status Database::Migrate(const DatabaseFormat& format) {
  const int64_t newest = static_cast<int64_t>(format.steps.size());
  // Looked at first without the write lock, so that opening waits for nobody.
  SN37_ASSIGN_OR_RETURN(int64_t version, Pragma("user_version"));
  if (version < 0 || version > newest) {
    return FileError(
        absl::StatusCode::kFailedPrecondition, *path_,
        absl::StrCat(format.name, " of format version ", version,
                     ", this program knows versions up to ", newest),
        "use the program that wrote it, or a newer one");
  }
  if (version == newest) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(Transaction transaction, Begin());
  SN37_ASSIGN_OR_RETURN(
      version, Pragma("user_version"));  // another may have been faster
  for (int64_t i = version; i < newest; ++i) {
    SN37_RETURN_IF_ERROR(Script(format.steps[i]));
  }
  SN37_RETURN_IF_ERROR(
      Script(absl::StrCat("PRAGMA user_version=", std::max(version, newest),
                          "; PRAGMA application_id=", format.application_id)
                 .c_str()));
  return transaction.Commit();
}

absl::StatusOr<int64_t> Database::Pragma(absl::string_view name) {
  SN37_ASSIGN_OR_RETURN(Statement value, Query(absl::StrCat("PRAGMA ", name)));
  SN37_RETURN_IF_ERROR(value.Next().status());
  return value.Int(0);
}

absl::Status Database::Script(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError(db_.get(), *path_);
  }
  return absl::OkStatus();
}

absl::StatusOr<Transaction> Database::Begin() {
  SN37_RETURN_IF_ERROR(Script("BEGIN IMMEDIATE"));
  return Transaction(db_.get(), path_.get());
}

absl::StatusOr<Transaction> Database::BeginRead() {
  SN37_RETURN_IF_ERROR(Script("BEGIN"));
  return Transaction(db_.get(), path_.get());
}

absl::StatusOr<Statement> Database::Query(absl::string_view sql,
                                          absl::Span<const SqlValue> values) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(
      db_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  Statement statement(std::unique_ptr<sqlite3_stmt, Statement::Finalize>(raw),
                      path_.get());
  if (code != SQLITE_OK) return LastError(db_.get(), *path_);
  if (sqlite3_bind_parameter_count(raw) != static_cast<int>(values.size())) {
    return absl::InternalError(
        absl::StrCat(values.size(), " values for the parameters of: ", sql));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (BindValue(raw, static_cast<int>(i) + 1, values[i]) != SQLITE_OK) {
      return LastError(db_.get(), *path_);
    }
  }
  return statement;
}

absl::Status Database::Run(absl::string_view sql,
                           std::initializer_list<SqlValue> values) {
  SN37_ASSIGN_OR_RETURN(Statement statement, Query(sql, values));
  return statement.Next().status();
}

}  // namespace sn37
