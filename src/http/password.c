/* password.c: passwords that people choose and type; see account.h. */
#include "core/password.h"
#include "http/account.h"

void password_rules(struct fields *f, struct str password, struct str email, struct str name)
{
    enum password_fault fault = password_fault(password, email, name);
    if (fault != PASSWORD_GOOD)
        field_error(f, "password", password_fault_code(fault), "%s", password_fault_text(fault));
}

struct history {
    struct call *c;
    int64_t user_id;
    struct str *hashes;
    size_t count;
};

static enum err read_history(struct tx *tx, void *ctx, struct error *e)
{
    struct history *h = ctx;
    return user_passwords(tx, h->user_id, h->c->arena, &h->hashes, &h->count, e);
}

enum err password_is_new(struct call *c, struct str password, int64_t user_id, struct error *e)
{
    struct history h = { .c = c, .user_id = user_id };
    enum err rc = db_read(c->api->options.db, "passwords", read_history, &h, e);
    bool used = false;
    for (size_t i = 0; i < h.count && !rc && !used; i++)
        used = password_matches(h.hashes[i], password);
    if (used)
        element_error(
            c, S("/password"), "used_before", "was one of the last %d passwords", PASSWORD_HISTORY);
    return rc ? rc : fields_end(c, e);
}

/* 20 characters of 64: 120 bits. */
struct str password_once(struct call *c, struct str email, struct str name)
{
    struct str password;
    do {
        char *text = arena_new(c->arena, char, SECRET_TEXT_SIZE);
        password = str_sub(secret_make(c->api->options.rng, text), 0, 20);
    } while (password_fault(password, email, name) != PASSWORD_GOOD);
    return password;
}

struct confirming {
    struct call *c;
    bool good;
};

static enum err confirm_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct confirming *in = ctx;
    struct call *c = in->c;
    struct user now;
    account_begin(c, tx);
    enum err rc = user_load_locked(tx, c->session.user.id, c->arena, &now, e);
    if (rc) return rc;
    if (user_is_locked(&now, c->now)) {
        in->good = false;
        return OK;
    }
    return in->good ? OK : user_sign_in(&c->change, &now, false, e);
}

enum err password_confirm(struct call *c, struct str password, const char *pointer, struct error *e)
{
    struct confirming in = { c, password_matches(c->session.user.password_hash, password) };
    enum err rc = db_write(c->api->options.db, "confirm", confirm_tx, &in, e);
    if (rc) return rc;
    if (!in.good)
        element_error(c, str_of(pointer), "not_allowed",
            "is not your password, or too many wrong ones were typed");
    return fields_end(c, e);
}
