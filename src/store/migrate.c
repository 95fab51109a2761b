/*
 * migrate.c: brings the schema up, one transaction per migration.
 *
 * Every transaction takes one lock first and looks again at what is recorded, so that processes
 * which start at the same time apply each migration once.
 */
#include "store/migrate.h"

#include "base/assert.h"
#include "base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* tx_lock number, far from any id: "schema" in ASCII. */
#define MIGRATE_LOCK INT64_C(0x736368656D61)

enum { CHECKSUM_SIZE = 2 * crypto_hash_sha256_BYTES + 1 };

struct run {
    const struct migration *list;
    const struct migration *one; /* to apply */
    time_ms now;
    int known;   /* in the list */
    int applied; /* recorded in the database; they are 1..applied */
    bool was_new;
};

static void checksum_of(const struct migration *m, char out[CHECKSUM_SIZE])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)m->sql, strlen(m->sql));
    sodium_bin2hex(out, CHECKSUM_SIZE, hash, sizeof hash);
}

static struct run begin(struct db *db)
{
    struct run r = { .list = db_engine(db) == DB_SQLITE ? migrations_sqlite : migrations_postgres };
    for (; r.list[r.known].number; r.known++)
        ASSERT(r.list[r.known].number == r.known + 1);
    return r;
}

static enum err table_exists(struct tx *tx, bool *exists, struct error *e)
{
    /* Not to_regclass: it answers from a cache that may not know yet what another process has
     * committed while this one waited for the lock. */
    struct stmt *st = tx_prepare(
        tx, tx_engine(tx) == DB_SQLITE
                ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'"
                : "SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = 'schema_migration'"
                  " AND schemaname = ANY (current_schemas(false))");
    *exists = stmt_row(st);
    return stmt_end(st, e);
}

/* One recorded migration against the one of the same number in the program. */
static enum err compare(
    const struct run *r, int64_t number, struct str name, struct str checksum, struct error *e)
{
    char want[CHECKSUM_SIZE];
    if (number > r->known)
        return error_code(e, ERR_CORRUPT, "schema_newer",
            "the database has migration %lld (%.*s), which this program does not know",
            (long long)number, STR_FMT(name));
    if (number != r->applied + 1)
        return error_code(e, ERR_CORRUPT, "schema_gap",
            "the database has migration %lld but not %d", (long long)number, r->applied + 1);
    checksum_of(&r->list[number - 1], want);
    if (!str_eq(checksum, str_of(want)))
        return error_code(e, ERR_CORRUPT, "schema_differs",
            "migration %lld (%.*s) was applied with another text than this program has",
            (long long)number, STR_FMT(name));
    return OK;
}

static enum err read_applied(struct tx *tx, struct run *r, struct error *e)
{
    bool exists;
    enum err rc = table_exists(tx, &exists, e);
    r->applied = 0;
    if (rc || !exists) return rc;
    struct stmt *st =
        tx_prepare(tx, "SELECT number, name, checksum FROM schema_migration ORDER BY number");
    enum err differs = OK;
    while (differs == OK && stmt_row(st)) {
        differs = compare(
            r, stmt_int(st, 0), stmt_str(st, 1, tx_arena(tx)), stmt_str(st, 2, tx_arena(tx)), e);
        if (differs == OK) r->applied++;
    }
    struct error failure;
    rc = stmt_end(st, &failure);
    if (rc) *e = failure;
    return rc ? rc : differs;
}

static enum err read_fn(struct tx *tx, void *ctx, struct error *e)
{
    return read_applied(tx, ctx, e);
}

static enum err record(struct tx *tx, const struct run *r, struct error *e)
{
    char checksum[CHECKSUM_SIZE];
    checksum_of(r->one, checksum);
    struct stmt *st =
        tx_prepare(tx, "INSERT INTO schema_migration (number, name, checksum, applied_at)"
                       " VALUES ($1, $2, $3, $4)");
    stmt_bind_int(st, 1, r->one->number);
    stmt_bind_str(st, 2, str_of(r->one->name));
    stmt_bind_str(st, 3, str_of(checksum));
    stmt_bind_int(st, 4, r->now);
    return stmt_run(st, NULL, e);
}

static enum err apply_fn(struct tx *tx, void *ctx, struct error *e)
{
    struct run *r = ctx;
    r->was_new = false;
    /* An index on a large table takes as long as it takes, here or in the process we wait for. */
    if (tx_engine(tx) == DB_POSTGRES) {
        enum err rc = tx_script(tx, S("SET LOCAL statement_timeout = 0"), e);
        if (rc) return rc;
    }
    tx_lock(tx, MIGRATE_LOCK, true);
    enum err rc = read_applied(tx, r, e);
    if (rc || r->applied >= r->one->number) return rc;
    ASSERT(r->applied == r->one->number - 1);
    rc = tx_script(tx,
        S("CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY,"
          " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"),
        e);
    if (rc == OK) rc = tx_script(tx, str_of(r->one->sql), e);
    if (rc) {
        struct error inner = *e;
        return error_code(
            e, rc, inner.code, "migration %04d_%s: %s", r->one->number, r->one->name, inner.detail);
    }
    r->was_new = true;
    return record(tx, r, e);
}

int migrate_newest(enum db_engine engine)
{
    const struct migration *list = engine == DB_SQLITE ? migrations_sqlite : migrations_postgres;
    int n = 0;
    while (list[n].number)
        n++;
    return n;
}

enum err migrate_up(struct db *db, struct clock *clock, int *applied, struct error *e)
{
    return migrate_up_to(db, clock, migrate_newest(db_engine(db)), applied, e);
}

enum err migrate_up_to(
    struct db *db, struct clock *clock, int number, int *applied, struct error *e)
{
    struct run r = begin(db);
    ASSERT(number <= r.known);
    *applied = 0;
    if (sodium_init() < 0) PANIC("libsodium does not start");
    enum err rc = db_read(db, "migrate_read", read_fn, &r, e);
    if (rc) return rc;
    for (int i = r.applied; i < number; i++) {
        r.one = &r.list[i];
        r.now = clock_now(clock);
        rc = db_write(db, "migrate", apply_fn, &r, e);
        if (rc) return rc;
        if (!r.was_new) continue;
        ++*applied;
        LOG_INFO("db", "migrated", "%04d_%s", r.one->number, r.one->name);
    }
    return OK;
}

enum err migrate_check(struct db *db, struct error *e)
{
    struct run r = begin(db);
    if (sodium_init() < 0) PANIC("libsodium does not start");
    enum err rc = db_read(db, "migrate_check", read_fn, &r, e);
    if (rc) return rc;
    if (r.applied == r.known) return OK;
    return error_code(e, ERR_CONFLICT, "migrations_missing",
        "the database has %d of %d migrations; run `stockbridge migrate`", r.applied, r.known);
}
