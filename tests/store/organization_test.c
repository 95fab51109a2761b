/* organization_test.c: names that orders bring, and organizations that become one. */
#include "fixture.h"

#include "store/organization.h"

static int64_t order_for(struct fix *f, const char *name)
{
    struct order in = {
        .organization = str_of(name), .status_id = ST_NEW, .ordered_at = f->now, .notes = S("")
    };
    WRITE(f, order_create(&f->c, &in, &f->e), name);
    return in.id;
}

static struct organization load(struct fix *f, int64_t id)
{
    struct organization g;
    READ(f, organization_load(f->c.tx, id, &f->arena, &g, &f->e), "load");
    return g;
}

static int64_t find(struct fix *f, const char *name)
{
    int64_t id;
    READ(f, organization_find(f->c.tx, str_of(name), &id, &f->e), name);
    return id;
}

static enum err merge(struct fix *f, int64_t from, int64_t into)
{
    struct organization a, b;
    enum err rc = organization_load(f->c.tx, from, &f->arena, &a, &f->e);
    if (!rc) rc = organization_load(f->c.tx, into, &f->arena, &b, &f->e);
    return rc ? rc : organization_merge(&f->c, &a, &b, &f->e);
}

static enum err change(struct fix *f, int64_t id, const char *name, bool archived)
{
    struct organization before, after;
    enum err rc = organization_load(f->c.tx, id, &f->arena, &before, &f->e);
    if (rc) return rc;
    after = before;
    if (name) after.name = str_of(name);
    after.archived = archived;
    return organization_update(&f->c, &before, &after, &f->e);
}

static enum err readdress(struct fix *f, int64_t order_id, const char *name)
{
    struct order before;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &before, &f->e);
    struct order after = before;
    after.organization = str_of(name);
    return rc ? rc : order_update(&f->c, &before, &after, &f->e);
}

static size_t list(struct fix *f, const struct organization_filter *filter, struct page page,
    struct organization **rows)
{
    size_t count;
    READ(f, organization_list(f->c.tx, filter, &page, &f->arena, rows, &count, &f->e), "list");
    return count;
}

static size_t orders_of(struct fix *f, const char *name)
{
    struct order_filter filter = { .organization_id = find(f, name) };
    struct page page = { 0, 10 };
    struct order *rows;
    size_t count;
    READ(f, order_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "orders");
    return count;
}

static void test_names_make_organizations(void **state)
{
    struct fix *f = *state;
    int64_t first = order_for(f, "Ann"), again = order_for(f, "Ann"), other = order_for(f, "ann");
    CHECK_INT(fix_load_order(f, first).organization_id, fix_load_order(f, again).organization_id,
        "one name, one organization");
    CHECK(fix_load_order(f, other).organization_id != fix_load_order(f, first).organization_id,
        "names are exact");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM organization"), 2, "no more of them");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'organization'"), 2,
        "each is in the audit log");
    WRITE(f, readdress(f, again, "Bob"), "another name");
    CHECK_STR(fix_load_order(f, again).organization, S("Bob"), "moved to a new organization");
    struct organization g = { .name = S("Ann") };
    REFUSED(f, organization_create(&f->c, &g, &f->e), ERR_CONFLICT, "duplicate", "taken");
    g.name = S("Cyd");
    WRITE(f, organization_create(&f->c, &g, &f->e), "one without orders");
    CHECK_INT(find(f, "Cyd"), g.id, "found by its name");
    CHECK_INT(find(f, "Nobody"), 0, "there is none");
    REFUSED(f, organization_load(f->c.tx, 999, &f->arena, &g, &f->e), ERR_NOT_FOUND, "not_found",
        "there is none");
}

static void test_renaming(void **state)
{
    struct fix *f = *state;
    int64_t order = order_for(f, "Ann"), id = find(f, "Ann");
    order_for(f, "Bob");
    REFUSED(f, change(f, id, "Bob", false), ERR_CONFLICT, "duplicate", "another has that name");
    WRITE(f, change(f, id, "Ann & Co", false), "rename");
    CHECK_STR(fix_load_order(f, order).organization, S("Ann & Co"), "its orders show it");
    CHECK_INT(find(f, "Ann"), 0, "the old name is free");
    fix_begin(f);
    struct organization before, after;
    CHECK_ERR(organization_load(f->c.tx, id, &f->arena, &before, &f->e), OK, &f->e, "load");
    after = before;
    before.version--;
    CHECK_ERR(organization_update(&f->c, &before, &after, &f->e), ERR_STALE, &f->e, "old version");
    fix_rollback(f);
}

static void test_merging(void **state)
{
    struct fix *f = *state;
    int64_t first = order_for(f, "Ann"), second = order_for(f, "Anne"), third = order_for(f, "A.");
    int64_t ann = find(f, "Ann"), anne = find(f, "Anne"), a = find(f, "A.");
    REFUSED(f, merge(f, ann, ann), ERR_CONFLICT, "same", "into itself");
    WRITE(f, merge(f, a, anne), "A. is Anne");
    WRITE(f, merge(f, anne, ann), "Anne is Ann");
    for (int64_t order = first; order <= third; order++)
        CHECK_STR(fix_load_order(f, order).organization, S("Ann"), "all are Ann's");
    CHECK_INT(load(f, a).merged_into, ann, "what was merged before comes along");
    CHECK_INT(find(f, "A."), ann, "the name goes on meaning her");
    CHECK_INT(orders_of(f, "Ann"), 3, "all of her orders");
    CHECK_INT(orders_of(f, "Anne"), 3, "by either name");
    CHECK_STR(fix_load_order(f, order_for(f, "Anne")).organization, S("Ann"), "a new one, too");
    REFUSED(f, merge(f, anne, a), ERR_CONFLICT, "merged", "it is no more");
    REFUSED(f, merge(f, ann, anne), ERR_CONFLICT, "merged", "into one that is no more");
    REFUSED(f, change(f, anne, "X", false), ERR_CONFLICT, "merged", "it has no name of its own");
    WRITE(f, change(f, ann, "Anne", false), "its other name");
    CHECK_STR(fix_load_order(f, second).organization, S("Anne"), "now it goes by that");
    CHECK_STR(load(f, anne).name, S("Ann"), "the names changed places");
    CHECK_INT(find(f, "Ann"), ann, "and both mean the same");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'merge'"), 2, "in the log");
    fix_clean(f, "after all");
}

static void test_archived(void **state)
{
    struct fix *f = *state;
    int64_t order = order_for(f, "Ann"), id = find(f, "Ann"), bobs = order_for(f, "Bob");
    WRITE(f, change(f, id, NULL, true), "archive");
    struct order in = { .organization = S("Ann"), .status_id = ST_NEW, .notes = S("") };
    REFUSED(f, order_create(&f->c, &in, &f->e), ERR_CONFLICT, "archived", "it takes nothing new");
    REFUSED(f, readdress(f, bobs, "Ann"), ERR_CONFLICT, "archived", "nor what another had");
    WRITE(f, readdress(f, order, "Ann"), "what it has, it keeps");
    in.channel_id = fix_channel(f, "Ann");
    in.channel_order_id = S("303-1");
    WRITE(f, order_create(&f->c, &in, &f->e), "an import is never refused");
    CHECK_INT(fix_load_order(f, in.id).organization_id, id, "the channel's name means it");
}

static void test_lists(void **state)
{
    struct fix *f = *state;
    order_for(f, "Ann Archer");
    order_for(f, "Bob Baker");
    order_for(f, "Cyd 100%");
    int64_t bob = find(f, "Bob Baker");
    WRITE(f, change(f, bob, NULL, true), "archive");
    struct organization *rows;
    struct page all = { 0, 10 };
    const struct {
        struct organization_filter filter;
        size_t count;
        const char *first, *why;
    } cases[] = {
        { { .archived = ARCHIVED_LEFT_OUT }, 2, "Ann Archer", "those in use" },
        { { .archived = ARCHIVED_ONLY }, 1, "Bob Baker", "those that are not" },
        { { .archived = ARCHIVED_TOO }, 3, "Ann Archer", "all" },
        { { .name = S("Bob Baker"), .archived = ARCHIVED_TOO }, 1, "Bob Baker", "by name" },
        { { .name = S("bob baker"), .archived = ARCHIVED_TOO }, 0, "", "names are exact" },
        { { .q = S("ARCH an") }, 1, "Ann Archer", "by words" },
        { { .q = S("0%") }, 1, "Cyd 100%", "a percent sign is one" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t count = list(f, &cases[i].filter, all, &rows);
        CHECK_INT(count, cases[i].count, cases[i].why);
        if (count) CHECK_STR(rows[0].name, str_of(cases[i].first), cases[i].why);
    }
    struct organization_filter any = { .archived = ARCHIVED_TOO };
    CHECK_INT(list(f, &any, (struct page){ 0, 2 }, &rows), 3, "one more than a page");
    CHECK_INT(list(f, &any, (struct page){ rows[1].id, 2 }, &rows), 1, "the rest");
    CHECK_STR(rows[0].name, S("Cyd 100%"), "in order");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        FIX_TEST(test_names_make_organizations),
        FIX_TEST(test_renaming),
        FIX_TEST(test_merging),
        FIX_TEST(test_archived),
        FIX_TEST(test_lists),
    };
    return fix_main(argc, argv, "store/organization", tests, COUNT_OF(tests));
}
